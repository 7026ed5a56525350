#!/usr/bin/python3
"""read_test.py - read markers, and how many messages are unread."""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, refused
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, ok, run


def unread(who, c):
    return who.get("/conversations/%s/unread" % c).json.get("unreadCount")


def read(who, c, message):
    return who.post("/conversations/%s/read" % c, {"messageId": message})


def markers(site, c):
    return {row["user_id"]: row["message_id"] for row in site.database.rows(
        "SELECT user_id, message_id FROM foyer.read_marker WHERE conversation_id = '%s'" % c)}


def both_sides(site, v, op, admin):
    c = v.start()["id"]
    answers(v.get("/conversations/%s/unread" % c), 200, {"unreadCount": 0}, "nothing is unread in a new conversation")
    first = v.send(c, "one")["id"]
    op.accept(c)
    is_([unread(v, c), unread(op, c), unread(admin, c)], [0, 1, 1], "a visitor's message is unread to operators")
    second = v.send(c, "two")["id"]
    r1, r2 = op.send(c, "reply")["id"], admin.send(c, "reply")["id"]
    is_(unread(v, c), 2, "what operators and admins write is unread to the visitor, what the system says is not")
    is_([unread(op, c), unread(admin, c)], [2, 2], "operators do not read each other")
    is_(markers(site, c), {}, "sending has moved no marker")

    answers(read(op, c, first), 200, {"success": True}, "an operator reads the first message")
    is_([unread(op, c), unread(admin, c), unread(v, c)], [1, 2, 2], "each has a marker of its own")
    answers(read(op, c, second.upper()), 200, {"success": True}, "a message id may be in upper case")
    is_(unread(op, c), 0, "then everything is read")
    answers(read(op, c, first), 200, {"success": True}, "reading an older message succeeds")
    is_([unread(op, c), markers(site, c)[op.id]], [0, second], "but the marker does not move back")
    answers(read(v, c, r1), 200, {"success": True}, "the visitor reads the first reply")
    is_(unread(v, c), 1, "one is left")
    read(v, c, r2)
    is_(unread(v, c), 0, "then none")
    third = v.send(c, "three")["id"]
    is_([unread(op, c), unread(v, c)], [1, 0], "a new message is unread to the other side alone")
    op.send(c, "reply")
    is_([unread(op, c), unread(v, c)], [1, 1], "answering is not reading")
    is_(markers(site, c), {op.id: second, v.id: r2}, "sending has moved no marker")
    read(v, c, second)
    is_(unread(v, c), 1, "reading one's own older message moves nothing back")
    read(op, c, third)
    read(v, c, third)
    is_([unread(op, c), unread(v, c)], [0, 1], "reading one's own message moves the marker no further than it")
    op.leave(c)
    is_([unread(op, c), unread(v, c)], [0, 1], "system messages are not counted, and a marker outlives a leave")


def kinds(site, v, op):
    """What counts, and what may be named."""
    c = v.start()["id"]
    op.accept(c)
    joined = v.get("/conversations/%s/messages" % c).json["messages"][0]["id"]
    ids = [op.send(c, text)["id"] for text in "abcd"]
    is_(unread(v, c), 4, "four replies are unread")
    op.delete("/conversations/%s/messages/%s" % (c, ids[1]))
    is_(unread(v, c), 3, "deleted messages are not counted")
    op.patch("/conversations/%s/messages/%s" % (c, ids[2]), {"content": "edited"})
    is_(unread(v, c), 3, "edited ones are, once")
    answers(read(v, c, joined), 200, {"success": True}, "a system message can be read")
    is_(unread(v, c), 3, "all replies are after it")
    read(v, c, ids[2])
    is_(unread(v, c), 1, "the marker counts by position")
    op.patch("/conversations/%s/messages/%s" % (c, ids[0]), {"content": "edited"})
    is_(unread(v, c), 1, "an edit makes nothing unread")
    op.delete("/conversations/%s/messages/%s" % (c, ids[2]))
    is_(unread(v, c), 1, "the marker stays where it is when its message is deleted")
    op.resolve(c)
    answers(read(v, c, ids[3]), 200, {"success": True}, "a closed conversation can be read")
    is_([unread(v, c), unread(op, c)], [0, 0], "to its end")


def refusals(site, app, v, op, admin):
    c, elsewhere = v.start()["id"], v.start()["id"]
    v.send(c, "x")
    op.accept(c)
    foreign = v.send(elsewhere, "x")["id"]
    path = "/conversations/%s/read" % c
    for who, name in ((v, "a visitor"), (op, "an operator"), (admin, "an admin")):
        for message, what in ((foreign, "of another conversation"), (str(uuid.uuid4()), "that is nowhere"),
                              (c, "that is a conversation")):
            refused(who.post(path, {"messageId": message}), "not_found", "Message not found",
                    "%s cannot read a message %s" % (name, what))
        for message in ("x", "", foreign.replace("-", ""), "{%s}" % foreign, foreign + "0", " " + foreign):
            r = who.post(path, {"messageId": message})
            ok(r.status == 400 and r.json["error"] == "bad_request" and r.json["message"].startswith("messageId "),
               "%s is told that %s is no message id" % (name, message.replace(foreign, ":id")), r)
        for body, fault in (({}, "messageId is required"), ({"messageId": None}, "messageId is required"),
                            ({"messageId": 7}, "messageId must be a string"),
                            ({"messageId": foreign, "x": 1}, "x is not a known field")):
            refused(who.post(path, body), "bad_request", fault, "%s is told: %s" % (name, fault))
        for id in (str(uuid.uuid4()), "x"):
            refused(read(who, id, foreign), "not_found", "Conversation not found",
                    "%s finds no other conversation" % name)
            refused(who.get("/conversations/%s/unread" % id), "not_found", "Conversation not found",
                    "%s finds no count of it" % name)
    is_(markers(site, c), {}, "what was refused has moved no marker")
    stranger = app.visitor()
    for rest, body in (("unread", None), ("read", {"messageId": foreign})):
        r = stranger.request("POST" if body else "GET", "/conversations/%s/%s" % (elsewhere, rest),
                             **({"json": body} if body else {}))
        refused(r, "not_found", "Conversation not found", "a stranger has no part in %s" % rest)


def main():
    site = Site()
    app = site.new_app()
    desk, v = Desk(app), app.visitor()
    op, admin = desk.operator(), desk.admin()
    both_sides(site, v, op, admin)
    kinds(site, v, op)
    refusals(site, app, v, op, admin)
    site.finish()


run(main)
