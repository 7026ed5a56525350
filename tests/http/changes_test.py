#!/usr/bin/python3
"""changes_test.py - what has changed in a conversation after a cursor: each thing once, in its newest state."""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, conversation, message, refused, status_is
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, is_json, ok, run


def path(c, query=""):
    return "/conversations/%s/changes%s" % (c, query)


def changes(who, c, query=""):
    return who.get(path(c, query)).json


def shown_in(page):
    """The messages of a page of changes, in the order of their ids."""
    return sorted((x["message"] for x in page["changes"] if x["type"] == "message"), key=lambda m: m["id"])


class Watch:
    """Follows a conversation, and takes what each step has added."""

    def __init__(self, who, c):
        self.who, self.c, self.cursor = who, c, 0

    def is_next(self, expected, promise, superseded=0):
        """Asserts the changes since the last time; their numbers are the next ones, but for the superseded."""
        got = changes(self.who, self.c, "?after=%d" % self.cursor)
        seqs = [change.pop("seq") for change in got["changes"]]
        end = self.cursor + len(expected) + superseded
        is_json(got | {"changes": sorted(got["changes"], key=lambda x: x["type"])},
                {"changes": sorted(expected, key=lambda x: x["type"]), "cursor": end, "hasMore": False}, promise)
        numbers = list(range(self.cursor + 1, end + 1))
        ok(seqs == (sorted(set(seqs) & set(numbers)) if superseded else numbers) and seqs[-1:] == numbers[-1:],
           promise + ": with the next numbers", seqs, numbers)
        self.cursor = got["cursor"]

    def conversation(self):
        """The change that shows the conversation as it is now."""
        return {"type": "conversation", "conversation": {
            name: value for name, value in self.who.get("/conversations/" + self.c).json["conversation"].items()
            if name != "participants"}}


def messages(*shown):
    return [{"type": "message", "message": m} for m in shown]


def kinds(app, v, op, admin):
    """One step after the other, and what each adds."""
    c = v.start("Lamp")["id"]
    watch = Watch(v, c)

    def system(text):
        return messages(message(conversationId=c, senderId=None, senderRole="system", type="system",
                                content="%s %s the conversation" % (op.name, text)))

    is_json(changes(v, c), {"changes": [{"seq": 1, "type": "conversation", "conversation": conversation(
        id=c, applicationId=app.id, subject="Lamp")}], "cursor": 1, "hasMore": False},
        "creating a conversation is its number 1")
    watch.is_next([watch.conversation()], "from the beginning everything is new")
    watch.is_next([], "then nothing, and the cursor stays")
    m = v.send(c, "one")
    watch.is_next(messages(m), "a new message")
    op.accept(c)
    watch.is_next([watch.conversation()] + system("joined"), "accept changes the conversation and adds a message")
    reply = op.send(c, "reply")
    boss = admin.send(c, "hello")
    watch.is_next(messages(reply, boss), "messages of operators and admins")
    edited = v.patch("/conversations/%s/messages/%s" % (c, m["id"]), {"content": "uno"}).json["message"]
    watch.is_next(messages(edited), "an edit shows the message again")
    op.delete("/conversations/%s/messages/%s" % (c, reply["id"]))
    watch.is_next([{"type": "message.deleted", "messageId": reply["id"]}], "a deletion names the message, and no more")
    for who, name in ((v, "a visitor"), (op, "an operator")):
        who.post("/conversations/%s/read" % c, {"messageId": boss["id"]})
        watch.is_next([{"type": "read", "userId": who.id, "messageId": boss["id"]}], name + " has read")
        for older in (boss, m):
            who.post("/conversations/%s/read" % c, {"messageId": older["id"]})
            watch.is_next([], "a marker of %s that does not move takes no number" % name)
    op.name_it(c, "A lamp")
    watch.is_next([watch.conversation()], "a new subject changes the conversation")
    op.leave(c)
    watch.is_next([watch.conversation()] + system("left"), "so does leave, and adds a message")
    op.accept(c)
    op.resolve(c)
    watch.is_next(system("joined") + [watch.conversation()] + system("resolved"),
                  "so does resolve, whose change of the conversation takes the place of accept's", superseded=1)
    op.name_it(c, "Done")
    watch.is_next([watch.conversation()], "a subject after the end is a change too")
    app.set("--edit-window", 60)
    is_(shown_in(changes(v, c)), v.get("/conversations/%s/messages" % c).json["messages"],
        "messages are shown as the list shows them, editableUntil too")
    app.set("--edit-window", 900)
    for verb in ("resolve", "leave"):
        op.post("/conversations/%s/%s" % (c, verb))
    v.post("/conversations/%s/messages" % c, {"content": "x"})
    op.patch("/conversations/%s/messages/%s" % (c, m["id"]), {"content": "x"})
    watch.is_next([], "what was refused takes no number")
    newest = int(v.get(path(c)).headers.get("ETag").strip('"'))
    is_(newest, watch.cursor, "the newest number is the last that was seen")
    is_([changes(who, c) == changes(v, c) for who in (op, admin)], [True, True], "everybody sees the same changes")
    return c, watch.cursor


def once(v, op, c, newest):
    """From the beginning each thing is there once, with its newest state."""
    got = changes(v, c)
    seqs = [change["seq"] for change in got["changes"]]
    ok(seqs == sorted(set(seqs)) and seqs[-1] == got["cursor"] == newest, "the numbers increase, up to the newest",
       seqs)
    things = [(change["type"], change.get("userId")) if change["type"] == "read" else
              change.get("messageId") or change.get("message", change.get("conversation"))["id"]
              for change in got["changes"]]
    is_(len(things), len(set(things)), "each thing is there once")
    is_(shown_in(got), v.get("/conversations/%s/messages?limit=100" % c).json["messages"],
        "the messages are those of the list")
    ok(b"reply" not in v.get(path(c)).body, "the text of a deleted message is nowhere")
    is_([change["type"] for change in got["changes"] if change["type"] not in ("message", "read")],
        ["message.deleted", "conversation"], "one deletion and one conversation are left of all")


def pages(v, c, newest):
    whole = changes(v, c)["changes"]
    for limit in (1, 2, 3, 7, 100):
        walked, cursor, more = [], 0, True
        while more and len(walked) <= newest:
            r = v.get(path(c, "?limit=%d&after=%d" % (limit, cursor)))
            page, left = r.json["changes"], [x for x in whole if x["seq"] > cursor]
            if (page != left[:limit] or r.json["hasMore"] != (len(left) > limit)
                    or r.json["cursor"] != (page[-1]["seq"] if page else cursor)
                    or r.headers.get("ETag") != '"%d"' % newest):
                break
            walked, cursor, more = walked + page, r.json["cursor"], r.json["hasMore"]
        is_(walked, whole, "walking by %d meets every change once, and each page says where it ends" % limit)
    for seq in (x["seq"] for x in whole):
        is_(changes(v, c, "?after=%d&limit=1" % (seq - 1))["cursor"], seq, "after=%d begins there" % (seq - 1))
    for after in (newest, newest + 1, 2**31, 2**53):
        answers(v.get(path(c, "?after=%d" % after)), 200, {"changes": [], "cursor": after, "hasMore": False},
                "after=%d is past the end" % (after - newest))
    for limit in ("0", "101", "-1", "x", "", "1.5"):
        refused(v.get(path(c, "?limit=" + limit)), "bad_request", "limit must be an integer from 1 to 100",
                "limit=%s is refused" % limit)
    for after in ("-1", "x", "", "1.5", "1e3", "99999999999999999999", str(uuid.uuid4())):
        r = v.get(path(c, "?after=" + after))
        ok(r.status == 400 and r.json["error"] == "bad_request" and r.json["message"].startswith("after must be "),
           "after=%s is refused" % after, r)
    for query in ("?after=1&after=1", "?limit=1&limit=1"):
        r = v.get(path(c, query))
        ok(r.status == 400 and r.json["message"].startswith(query[1:6]), query + " is refused by its name", r)
    status_is(v.get(path(c, "?x=1&x=2&order=z&offset=q")), 200, "unknown parameters are ignored")


def long(v):
    c = v.start()["id"]
    sent = [v.send(c, str(i)) for i in range(104)]
    first = changes(v, c)
    is_([len(first["changes"]), first["hasMore"], first["cursor"]], [100, True, 100],
        "a page has 100 changes by default")
    rest = changes(v, c, "?after=100&limit=100")
    is_json(rest, {"changes": [{"seq": 101 + i, "type": "message", "message": m} for i, m in enumerate(sent[99:])],
                   "cursor": 105, "hasMore": False}, "the rest follows")
    is_(changes(v, c, "?after=5&limit=100")["hasMore"], False, "exactly as many as the limit are not more")
    is_(changes(v, c, "?after=4&limit=100")["hasMore"], True, "one more is")


def main():
    site = Site()
    app = site.new_app()
    desk, v = Desk(app), app.visitor()
    op, admin = desk.operator(), desk.admin()
    c, newest = kinds(app, v, op, admin)
    once(v, op, c, newest)
    pages(v, c, newest)
    long(v)
    site.finish()


run(main)
