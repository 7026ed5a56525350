#!/usr/bin/python3
"""edit_test.py - editing and deleting messages: by whom, how long, and what remains."""
import datetime
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME, answers, micros, refused, status_is
from lib.operators import Desk
from lib.rules import RATE
from lib.site import Site
from lib.tap import is_, ok, run

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


def at(c, m):
    return "/conversations/%s/messages/%s" % (c, m)


def edit(who, c, m, text="edited"):
    return who.patch(at(c, m), {"content": text})


def delete(who, c, m):
    return who.delete(at(c, m))


def listed(who, c, m):
    """A message as the list shows it, once; None when it does not."""
    found = [x for x in who.get("/conversations/%s/messages?limit=100" % c).json["messages"] if x["id"] == m]
    return found[0] if len(found) == 1 else None if not found else found


def iso(microseconds):
    instant = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    return instant.isoformat(timespec="milliseconds") + "Z"


def editing(site, v, op, admin):
    c = v.start()["id"]
    op.accept(c)
    for who, name in ((v, "a visitor"), (op, "an operator"), (admin, "an admin")):
        before = who.send(c, "first")
        m = before["id"]
        r = edit(who, c, m, "  second\u2028 ")
        answers(r, 200, {"message": before | {"content": "second", "editedAt": TIME}}, name + " edits its message")
        once = r.json["message"]
        ok(once["editedAt"] > once["createdAt"], "editedAt is the instant of the edit", once)
        is_(v.get("/conversations/" + c).json["conversation"]["updatedAt"], once["editedAt"], "so is updatedAt")
        twice = edit(who, c, m.upper(), "third").json["message"]
        ok(twice["editedAt"] > once["editedAt"], "a second edit is later", twice)
        is_(listed(v, c, m), twice, "the list shows the newest text")
        is_(site.database.rows("SELECT content FROM foyer.message_revision WHERE message_id = '%s' "
                               "ORDER BY replaced_at" % m), [{"content": "first"}, {"content": "second"}],
            "the replaced texts are kept")
        answers(delete(who, c, m), 200, {"success": True}, name + " deletes its message")
        is_(listed(v, c, m), None, "then no list shows it")
        is_(site.sql("SELECT content FROM foyer.message WHERE id = '%s'" % m), "third", "its row is kept")
        for r in (edit(who, c, m), delete(who, c, m)):
            refused(r, "not_found", "Message not found", "%s finds a deleted message no more" % name)
    for body, fault in (({}, "content is required"), ({"content": None}, "content is required"),
                        ({"content": " "}, "content must be 1 to 5000 characters"),
                        ({"content": "x" * 5001}, "content must be 1 to 5000 characters"),
                        ({"content": 1}, "content must be a string"),
                        ({"content": "\0"}, "content must not contain NUL"),
                        ({"content": "x", "colour": 1}, "colour is not a known field")):
        refused(v.patch(at(c, m), body), "bad_request", fault, "an edit is refused: " + fault)
    status_is(v.delete(at(c, v.send(c, "x")["id"]), body=b"{"), 200, "the body of DELETE is ignored")


def authors(v, op, admin, colleague):
    c = v.start()["id"]
    op.accept(c)
    mine, its, boss = v.send(c, "x")["id"], op.send(c, "x")["id"], admin.send(c, "x")["id"]
    system = v.get("/conversations/%s/messages?limit=1" % c).json["messages"][0]
    is_(system["type"], "system", "the first message is the system's")
    state = v.get("/conversations/%s/messages" % c).body
    for who, name, others in ((v, "a visitor", (its, boss)), (op, "an operator", (mine, boss)),
                              (admin, "an admin", (mine, its))):
        for m in (*others, system["id"]):
            for r in (edit(who, c, m), delete(who, c, m)):
                what = "the system's" if m == system["id"] else "another's"
                refused(r, "forbidden", "You can only modify your own messages",
                        "%s cannot %s %s message" % (name, {"PATCH": "edit", "DELETE": "delete"}[r.method], what))
                ok(all(header in r.headers for header in RATE), "a refusal of that kind counts", r)
    elsewhere = v.start()["id"]
    foreign = v.send(elsewhere, "x")["id"]
    for place, m, text in ((elsewhere, mine, "Message"), (c, foreign, "Message"), (c, NOBODY, "Message"),
                           (c, "x", "Message"), (NOBODY, mine, "Conversation"), ("x", mine, "Conversation")):
        for r in (edit(v, place, m), delete(v, place, m)):
            refused(r, "not_found", text + " not found", "%s of a message that is not there is 404" % r.method)
    for r in (edit(colleague, c, its), delete(colleague, c, its)):
        refused(r, "not_found", "Conversation not found", "who does not see the conversation is 404, not 403")
    is_(v.get("/conversations/%s/messages" % c).body, state, "nothing of that has changed a message")
    op.leave(c)
    status_is(edit(op, c, its), 200, "who has left can still edit what it sees")


def expired(message, length, unit):
    """The text of the refusal, to the letter."""
    over = iso(micros(message["createdAt"]) + length * {"minute": 60, "second": 1}[unit] * 1_000_000)
    return "Message %s can no longer be modified. The %d-%s edit window expired at %s." % (
        message["id"], length, unit, over)


def window(site, app, v, op):
    c = v.start()["id"]
    op.accept(c)

    def aged(seconds, who=v):
        """A message that was created so long ago by the database's clock."""
        m = who.send(c, "x")["id"]
        site.sql("UPDATE foyer.message SET created_at = date_trunc('milliseconds', clock_timestamp()) "
                 "- interval '%d seconds' WHERE id = '%s'" % (seconds, m))
        return listed(v, c, m)

    for who, name in ((v, "a visitor's"), (op, "an operator's")):
        for seconds in (900, 901, 86400):
            m = aged(seconds, who)
            for r in (edit(who, c, m["id"]), delete(who, c, m["id"])):
                refused(r, "edit_window_expired", expired(m, 15, "minute"),
                        "%s message of %d seconds ago is too old: %s" % (name, seconds, r.method))
        for r in (edit(who, c, aged(600, who)["id"]), delete(who, c, aged(600, who)["id"])):
            status_is(r, 200, "%s message of ten minutes ago can be changed: %s" % (name, r.method))
    m = aged(900)
    for r in (edit(op, c, m["id"]), delete(op, c, m["id"])):
        refused(r, "forbidden", "You can only modify your own messages", "the author comes before the window")
    is_(m["editableUntil"], iso(micros(m["createdAt"]) + 900_000_000), "editableUntil is the end of the window")
    refused(v.patch(at(c, m["id"]), {"content": ""}), "bad_request", None, "the fields come before the window")
    site.sql("UPDATE foyer.message SET deleted_at = created_at WHERE id = '%s'" % m["id"])
    refused(edit(v, c, m["id"]), "not_found", "Message not found", "that it is deleted comes before the window")

    old = aged(600)
    for length, unit, seconds in ((90, "second", 90), (1, "minute", 60), (61, "second", 61), (2, "minute", 120)):
        app.set("--edit-window", seconds)
        is_(listed(v, c, old["id"])["editableUntil"], iso(micros(old["createdAt"]) + seconds * 1_000_000),
            "editableUntil of an old message follows the setting of %d seconds" % seconds)
        for r in (edit(v, c, old["id"]), delete(v, c, old["id"])):
            refused(r, "edit_window_expired", expired(old, length, unit),
                    "%d %ss are told so: %s" % (length, unit, r.method))
        fresh = v.send(c, "x")
        is_(micros(fresh["editableUntil"]) - micros(fresh["createdAt"]), seconds * 1_000_000,
            "editableUntil of a new message too")
        is_(edit(v, c, fresh["id"]).json["message"]["editableUntil"], fresh["editableUntil"], "and of an edited one")
        refused(edit(v, c, aged(seconds)["id"]), "edit_window_expired", None, "exactly at its end it is too late")
    app.set("--edit-window", 7200)
    r = edit(v, c, old["id"])
    status_is(r, 200, "a longer window holds for old messages too")
    is_(r.json["message"]["editableUntil"], iso(micros(old["createdAt"]) + 7200_000_000), "and the answer says so")
    m = aged(7200)
    refused(edit(v, c, m["id"]), "edit_window_expired", expired(m, 120, "minute"), "two hours are told in minutes")
    app.set("--edit-window", 900)


def closed(v, op):
    c = v.start()["id"]
    op.accept(c)
    mine, its = v.send(c, "x")["id"], op.send(c, "x")["id"]
    op.resolve(c)
    for who, m in ((v, mine), (op, its)):
        status_is(edit(who, c, m), 200, "an edit does not look at the status")
        status_is(delete(who, c, m), 200, "nor does a deletion")
    c = v.start()["id"]
    m = v.send(c, "x")["id"]
    refused(edit(op, c, m), "forbidden", "You can only modify your own messages", "an operator sees what is pending")
    op.accept(c)
    its = op.send(c, "x")["id"]
    op.leave(c)
    status_is(edit(op, c, its), 200, "what is pending again can be edited")
    refused(edit(v, str(uuid.uuid4()), m), "not_found", "Conversation not found", "another conversation is 404")


def main():
    site = Site()
    app = site.new_app()
    desk, v = Desk(app), app.visitor()
    op, admin, colleague = desk.operator(), desk.admin(), desk.operator("Otto")
    editing(site, v, op, admin)
    authors(v, op, admin, colleague)
    window(site, app, v, op)
    closed(v, op)
    site.finish()


run(main)
