#!/usr/bin/python3
"""conversation_test.py - starting conversations, finding them again, and nobody else's."""
import pathlib
import sys
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, conversation, micros, participant, refused, status_is
from lib.site import Site
from lib.tap import is_, ok, run

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


def create(site, app):
    v = app.visitor()
    mine = participant(v.id)
    for body, subject, what in (({}, None, "without a subject"), ({"subject": None}, None, "with a null subject"),
                                ({"subject": "Order 17"}, "Order 17", "with a subject"),
                                ({"subject": " \u3000Order\t18\n"}, "Order\t18", "with white space around it"),
                                ({"subject": "x"}, "x", "of one character"),
                                ({"subject": "\U0001f600" * 500}, "\U0001f600" * 500, "of 500 emoji"),
                                ({"subject": " " + "e\u0301" * 250 + " "}, "e\u0301" * 250, "of 500 code points")):
        answers(v.post("/conversations", body), 201, {"conversation": conversation(
            applicationId=app.id, subject=subject) | {"participants": [mine]}},
            "a conversation starts: subject " + what)
    answers(v.post("/conversations"), 201, {"conversation": conversation(applicationId=app.id) | {
        "participants": [mine]}}, "a conversation starts with an empty body")
    for subject, what in (("", "empty"), (" \t\r\n\u00a0\u2003\u3000", "white space"), ("x" * 501, "501 characters"),
                          ("\U0001f600" * 501, "501 emoji"), ("e\u0301" * 250 + "x", "501 code points")):
        refused(v.post("/conversations", {"subject": subject}), "bad_request", "subject must be 1 to 500 characters",
                "a subject that is %s is refused" % what)
    for subject in (17, True, [], {}, ["x"], 1.5):
        refused(v.post("/conversations", {"subject": subject}), "bad_request", "subject must be a string",
                "a subject that is %r is refused" % subject)
    refused(v.post("/conversations", {"subject": "a\0b"}), "bad_request", "subject must not contain NUL",
            "a subject with an escaped NUL is refused")
    refused(v.post("/conversations", {"content": "x", "subject": ""}), "bad_request",
            "subject must be 1 to 500 characters; content is not a known field", "known fields come first")
    is_(site.sql("SELECT count(*) FROM foyer.conversation"), "8", "refused conversations leave nothing behind")


def get(app):
    v = app.visitor()
    begun = time.time_ns() // 1000
    made = v.post("/conversations", {"subject": "Caf\u00e9 \"q\" \\ </script>"})
    c = made.json["conversation"]
    r = v.get("/conversations/" + c["id"])
    answers(r, 200, made.json, "a conversation is found again as it was made")
    is_(sorted(r.json["conversation"]), sorted(made.json["conversation"]), "with the same members")
    ok(abs(micros(c["createdAt"]) - begun) < 60_000_000, "its times are UTC", c["createdAt"])
    instants = [c["createdAt"] for c in sorted((v.start() for _ in range(20)), key=lambda c: c["id"])]
    is_(instants, sorted(instants), "ids sort by time")
    refused(v.get("/conversations/" + NOBODY), "not_found", "Conversation not found", "an unknown id is 404")
    answers(v.get("/conversations/" + c["id"], body=b"{not json", headers={"Content-Type": "text/plain"}), 200,
            made.json, "the body of a GET is ignored")
    answers(v.get("/conversations/%s?limit=0&limit=x" % c["id"]), 200, made.json, "a conversation has no query")


def isolation(site, app):
    v, stranger = app.visitor(), app.visitor()
    mine = v.start("mine")["id"]
    theirs = stranger.start("theirs")["id"]
    elsewhere = site.new_app(organization=app.organization)
    same_id = elsewhere.visitor(id=v.id)
    hidden = ((stranger, "another visitor"), (elsewhere.visitor(), "a visitor of another application"),
              (same_id, "the same visitor id in another application"), (app.visitor(), "a visitor never seen before"))
    for who, name in hidden:
        for path in ("/conversations/" + mine, "/conversations/%s/messages" % mine):
            refused(who.get(path), "not_found", "Conversation not found", "for %s there is no %s" % (
                name, path.replace(mine, ":id")))
        refused(who.post("/conversations/%s/messages" % mine, {"content": "x"}), "not_found", "Conversation not found",
                name + " cannot write to it")
        ok(mine not in str(who.get("/conversations").json), name + " does not find it in a list")
    answers(v.get("/conversations"), 200,
            {"conversations": [conversation(id=mine, applicationId=app.id, subject="mine")],
                                           "total": 1, "limit": 20, "offset": 0}, "a visitor's list is its own")
    is_(v.get("/conversations/%s/messages" % mine).json, {"messages": [], "limit": 20, "offset": 0},
        "nothing was written by strangers")
    for code in ("GET", "HEAD"):
        a, b = (v.request(code, "/conversations/" + id) for id in (theirs, NOBODY))
        is_([a.status, a.body, a.headers.get("Content-Length")], [b.status, b.body, b.headers.get("Content-Length")],
            code + " of a foreign conversation looks exactly like one of none")
    answers(same_id.get("/conversations"), 200, {"conversations": [], "total": 0, "limit": 20, "offset": 0},
            "the list of the same visitor id in another application is empty")


def one_visitor(app):
    v = app.visitor()
    upper = app.visitor(id=v.id.upper())
    c = upper.start()
    is_(c["participants"][0]["userId"], v.id, "a visitor id is kept in lower case")
    status_is(v.get("/conversations/" + c["id"]), 200, "a visitor id in upper case is the same visitor")
    is_(app.visitor(id=v.id, key=app.new_key("--env", "live")[1]).get("/conversations").json["total"], 1,
        "the keys of an application share its conversations")


def closed_and_deleted(app):
    v = app.visitor()
    closed, gone = v.start()["id"], v.start()["id"]
    app.close(closed)
    c = v.get("/conversations/" + closed).json["conversation"]
    is_([c["status"], c["closedAt"] is not None], ["closed", True], "a closed conversation shows when it was closed")
    app.database.sql("UPDATE foyer.conversation SET deleted_at = updated_at WHERE id = '%s'" % gone)
    refused(v.get("/conversations/" + gone), "not_found", "Conversation not found", "a deleted conversation is gone")
    is_([c["id"] for c in v.get("/conversations").json["conversations"]], [closed],
        "a list shows closed conversations and no deleted ones")
    is_(v.get("/conversations").json["total"], 1, "and counts so")


def main():
    site = Site()
    app = site.new_app()
    create(site, app)
    get(app)
    isolation(site, app)
    one_visitor(app)
    closed_and_deleted(app)
    is_(app.visitor(id=str(uuid.uuid4())).get("/conversations").json, {
        "conversations": [], "total": 0, "limit": 20, "offset": 0}, "a visitor exists from its first request")
    site.finish()


run(main)
