"""faults.py - all that can be wrong with a request, in the contract's order of checks.

A fault is in the head of a request, which is the same for all routes, or in the target that it names.
"""
import collections
import json
import re
import uuid

from .routes import Target

STAGES = ("route", "size", "key", "application", "origin", "suspension", "kind", "visitor", "limit", "type", "body",
          "field", "form")
# Stages whose faults cannot be together, and why.
APART = {("body", "field"): "a body that is no JSON object has no fields"}
GONE, UNKNOWN = ("not_found", "Conversation not found"), ("not_found", "Message not found")
FORBIDDEN, NOT_AUTHOR = ("forbidden", None), ("forbidden", "You can only modify your own messages")
CLOSED = ("conversation_not_active", "Conversation is closed")
NOT_ACTIVE = ("conversation_not_active", "Cannot send message: conversation is closed")
LONGEST = {"subject": 500, "content": 5000}

# code and text of the answer (None: any), and what makes a good request bad
Fault = collections.namedtuple("Fault", "stage name code text change")
# a target, code and text of the answer, and what the query must say
Vain = collections.namedtuple("Vain", "name target answer query", defaults=("",))


def header(name, value):
    return {"headers": {name: value}}


def heads(route, role, revoked, foreign):
    """The faults that a request of this route by this caller can have in its head; given a revoked key and an
    application that is not the caller's."""
    visitor = role == "visitor"
    yield Fault("route", "another path", "not_found", None, {"suffix": "/no/such/path"})
    yield Fault("route", "another method", "method_not_allowed", None, {"method": "OPTIONS"})
    if route.carries:
        yield Fault("size", "131073 bytes", "payload_too_large", None, {"padded": True})
    for name, value, text in (("no key", None, "Missing credentials"),
                              ("a malformed key", "Bearer x", "Invalid API key format"),
                              ("an unknown key", "Bearer %s_test_%s" % ("dk" if visitor else "op", "x" * 32),
                               "Invalid API key"),
                              ("a revoked key", "Bearer " + revoked, "API key has been revoked")):
        yield Fault("key", name, "unauthorized", text, header("Authorization", value))
    if visitor:
        yield Fault("application", "no application", "unauthorized", "Missing X-App-Id header",
                    header("X-App-Id", None))
    for name, value in (("a malformed application", "x"), ("another application", foreign)):
        yield Fault("application", name, "unauthorized", "X-App-Id does not match API key" if visitor else None,
                    header("X-App-Id", value))
    if visitor:
        yield Fault("origin", "a foreign origin", "forbidden", "Origin is not allowed for this application",
                    header("Origin", "https://evil.example"))
    yield Fault("suspension", "a suspension", "forbidden", None, {"suspended": True})
    if route.exclusive:
        yield Fault("kind", "the wrong kind of key", "forbidden", None, {"kind": True})
        for name, value in () if visitor else (("and no visitor", None), ("and a malformed visitor", "x")):
            yield Fault("kind", "the wrong kind of key " + name, "forbidden", None,
                        {"kind": True} | header("X-Visitor-Id", value))
    if visitor:
        for name, value, text in (("no visitor", None, "X-Visitor-Id header required"),
                                  ("a malformed visitor", "x", "X-Visitor-Id must be a valid UUID")):
            yield Fault("visitor", name, "bad_request", text, header("X-Visitor-Id", value))
    yield Fault("limit", "a full window", "rate_limit_exceeded", None, {"full": True})
    if route.carries:
        yield from bodies(route)
    elif "limit" in route.example.query:
        yield Fault("field", "a bad query", "bad_request", "limit must be an integer from 1 to 100",
                    {"query": "limit=0"})
    if route.writes:
        yield Fault("form", "a malformed Idempotency-Key", "bad_request",
                    "Idempotency-Key must be 1 to 255 visible ASCII characters", header("Idempotency-Key", "a b"))


def bodies(route):
    """What can be wrong with a body."""
    yield Fault("type", "plain text", "unsupported_media_type", None, header("Content-Type", "text/plain"))
    yield Fault("body", "no JSON", "bad_request", "body is not valid JSON", {"body": b"{"})
    yield Fault("body", "an array", "bad_request", "body must be a JSON object", {"body": b"[]"})
    yield Fault("field", "an unknown field", "bad_request", "colour is not a known field", {"more": {"colour": 1}})
    if route.fields:
        name, = Target("").body(route)
        kind = "a list of UUIDs" if name == "tagIds" else "a string"
        faults = [("a number", 1, "%s must be %s" % (name, kind))]
        if name in LONGEST:
            told = "%s must be 1 to %d characters" % (name, LONGEST[name])
            faults += [("an empty text", " ", told), ("a long text", "x" * (LONGEST[name] + 1), told)]
        if route.name not in ("POST /conversations", "PUT /visitor"):    # there it is optional
            faults.append(("null", None, name + " is required"))
        for what, value, text in faults:
            yield Fault("field", what, "bad_request", text, {"body": json.dumps({name: value}).encode()})


def targets(stage, route, role, mine):
    """What a request can name in vain, and how the first of its faults is told; mine is what it can name."""
    deleted = stage.fresh(route, role)
    stage.admin.delete("/conversations/" + deleted.conversation)
    yield Vain("no conversation", Target(str(uuid.uuid4())), GONE)
    yield Vain("an id that is no UUID", Target("x"), GONE)
    yield Vain("a deleted conversation", deleted, GONE)
    yield Vain("a foreign conversation", stage.abroad.fresh(route, role), GONE)
    yield from {"POST /conversations/:id/messages": sending, "GET /conversations/:id/messages": cursors,
                "PATCH /conversations/:id/messages/:messageId": changing, "POST /conversations/:id/read": naming,
                "DELETE /conversations/:id/messages/:messageId": changing, "POST /conversations/:id/accept": accepting,
                "POST /conversations/:id/leave": ending, "POST /conversations/:id/resolve": ending,
                "PATCH /conversations/:id/subject": assigned, "DELETE /conversations/:id": removing,
                }.get(route.name, lambda *_: ())(stage, route, role, mine)


def closed(stage, route, role):
    target = stage.fresh(route, role)
    stage.agent(role).resolve(target.conversation)
    return target


def sending(stage, route, role, mine):
    yield Vain("a closed conversation", closed(stage, route, role), NOT_ACTIVE)
    yield Vain("a closed foreign conversation", closed(stage.abroad, route, role), GONE)
    if role == "operator":
        yield Vain("a pending conversation", Target(stage.visitor.start()["id"]), FORBIDDEN)


def naming(stage, route, role, mine):
    elsewhere = stage.fresh(route, role)
    yield Vain("no message", Target(mine.conversation), UNKNOWN)
    yield Vain("a message of another conversation", Target(mine.conversation, elsewhere.message), UNKNOWN)


def cursors(stage, route, role, mine):
    for vain in naming(stage, route, role, mine):
        yield vain._replace(query="after=" + vain.target.message)
    yield Vain("no message of no conversation", Target(str(uuid.uuid4())), GONE, "before=%s" % uuid.uuid4())


def changing(stage, route, role, mine):
    c, far, me = mine.conversation, stage.abroad.fresh(route, role), stage.caller(role)
    other = stage.admin if role == "visitor" else stage.visitor
    its, its_old, old, erased = (who.send(c, "x")["id"] for who in (other, other, me, me))
    system = stage.visitor.get("/conversations/%s/messages?limit=1" % c).json["messages"][0]["id"]
    me.delete("/conversations/%s/messages/%s" % (c, erased))
    age(stage, its_old, old, far.message)
    late = re.compile(r"Message %s can no longer be modified\. The 15-minute edit window expired at \S+Z\." % old)
    yield from naming(stage, route, role, mine)
    yield Vain("a message id that is no UUID", Target(c, "x"), UNKNOWN)
    yield Vain("a deleted message", Target(c, erased), UNKNOWN)
    yield Vain("another's message", Target(c, its), NOT_AUTHOR)
    yield Vain("a system message", Target(c, system), NOT_AUTHOR)
    yield Vain("another's old message", Target(c, its_old), NOT_AUTHOR)
    yield Vain("another's old message in a foreign conversation", far, GONE)
    yield Vain("an old message", Target(c, old), ("edit_window_expired", late))


def accepting(stage, route, role, mine):
    active, done, far = (place.fresh(route, role) for place in (stage, stage, stage.abroad))
    for who, target in ((stage.caller(role), active), (stage.caller(role), done), (stage.abroad.caller(role), far)):
        who.accept(target.conversation)
    stage.caller(role).resolve(done.conversation)
    yield Vain("a conversation that is its own already", active, ("conflict", None))
    yield Vain("a closed conversation", done, ("conflict", None))
    yield Vain("a foreign conversation that is active", far, GONE)


def assigned(stage, route, role, mine):
    theirs, done = stage.visitor.start()["id"], stage.visitor.start()["id"]
    for c in (theirs, done):
        stage.colleague.accept(c)
    stage.colleague.resolve(done)
    yield Vain("a pending conversation", Target(stage.visitor.start()["id"]), GONE)
    yield Vain("a colleague's conversation", Target(theirs), GONE)
    yield Vain("a colleague's closed conversation", Target(done), GONE)


def ending(stage, route, role, mine):
    yield from assigned(stage, route, role, mine)
    yield Vain("a closed conversation", closed(stage, route, role), CLOSED)
    yield Vain("a closed foreign conversation", closed(stage.abroad, route, role), GONE)


def removing(stage, route, role, mine):
    if role == "operator":
        yield Vain("a conversation that only admins delete", mine, FORBIDDEN)


def age(stage, *ids):
    """Makes messages 15 minutes older."""
    stage.app.database.sql("UPDATE foyer.message SET created_at = created_at - interval '15 minutes' WHERE id IN (%s)"
                           % ", ".join("'%s'" % id for id in ids))


def turns(stage, route, role, target):
    """What can happen to a target after a request, so that the next would fail: a sentence, and how."""
    path, me = "/conversations/" + target.conversation, stage.caller(role)
    yield "its conversation has been deleted", lambda: stage.admin.delete(path)
    if route.names("messageId"):
        yield "its message has been deleted", lambda: me.delete("%s/messages/%s" % (path, target.message))
        yield "its message has become too old", lambda: age(stage, target.message)
    if route.name == "POST /conversations/:id/messages":
        yield "its conversation has been closed", lambda: stage.agent(role).resolve(target.conversation)
    if route.name.endswith("/subject") or role == "operator" and route.name.endswith("/messages"):
        yield "its operator has left", lambda: me.leave(target.conversation)
