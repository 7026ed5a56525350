#!/usr/bin/python3
"""idempotency_test.py - a request with an Idempotency-Key has one effect and one answer, however often it is sent."""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.ledger import Ledger
from lib.operators import Desk
from lib.routes import Stage, metered
from lib.site import Site
from lib.tap import is_, ok, run

MALFORMED = "Idempotency-Key must be 1 to 255 visible ASCII characters"


def keyed(key=None):
    return {"Idempotency-Key": key or str(uuid.uuid4())}


def replayed(r):
    return r.headers.get("Idempotency-Replayed")


def is_replay(r, first, promise):
    is_((r.status, r.body, replayed(r)), (first.status, first.body, "true"), promise)


def is_new(r, first, promise):
    ok(r.status == first.status and replayed(r) is None, promise, r)


def table(stage, ledger):
    """Every route that writes, by everybody who may call it."""
    for route in metered():
        for role in route.callers if route.writes else ():
            if not route.succeeds(role):
                continue
            target, key, name = stage.fresh(route, role), keyed(), "%s by %s" % (route.name, role)
            ledger.changed()
            first = stage.ask(route, role, target, headers=key)
            is_((first.status, replayed(first)), (route.example.status, None), name + " succeeds, and is no replay")
            ok(ledger.changed(), name + " has an effect")
            is_replay(stage.ask(route, role, target, headers=key), first, name + " again is the same answer")
            ok(not ledger.changed(), name + " again has no effect")
            if route.carries and not route.fields:
                r = stage.caller(role).request(route.method, target.path(route), headers=key, body=b" { } ")
                is_replay(r, first, name + " with {} is the same as with nothing")
            if route.fields:
                refused(stage.ask(route, role, target, another=True, headers=key), "conflict", None,
                        name + " with another body is a conflict")
                ok(not ledger.changed(), name + " with another body has no effect")
                is_replay(stage.ask(route, role, target, headers=key), first, name + " is still remembered")
            gone(stage, ledger, route, role, target, key, first, name)


def gone(stage, ledger, route, role, target, key, first, name):
    """What is remembered is told even if the conversation has gone."""
    if not route.names("id"):
        return
    if route.name != "DELETE /conversations/:id":
        status_is(stage.admin.delete("/conversations/" + target.conversation), 204, "an admin deletes the conversation")
    ledger.changed()
    is_replay(stage.ask(route, role, target, headers=key), first, name + " is replayed when its conversation has gone")
    refused(stage.ask(route, role, target, headers=keyed()), "not_found", None, "with another key it is 404")
    refused(stage.ask(route, role, target), "not_found", None, "and without one")
    if route.fields:
        refused(stage.ask(route, role, target, another=True, headers=key), "conflict", None,
                name + " with another body is a conflict also then")
    ok(not ledger.changed(), "nothing of that has an effect")


def scopes(site, stage):
    """The key belongs to application, caller, method and path."""
    app, key, body = stage.app, keyed(), {"subject": "Same"}
    v, op = stage.visitor, stage.operator
    first = v.post("/conversations", body, headers=key)
    ids = {first.json["conversation"]["id"]}
    for other, whose in ((app.visitor(), "another visitor"),
                         (site.new_app().visitor(id=v.id), "the same visitor id in another application"),
                         (site.new_app(organization=app.organization).visitor(id=v.id), "the same in a sibling")):
        r = other.post("/conversations", body, headers=key)
        is_new(r, first, "the key is of %s too, independently" % whose)
        ids.add(r.json["conversation"]["id"])
        refused(other.post("/conversations", {}, headers=key), "conflict", None, "but bound then: " + whose)
    is_(len(ids), 4, "these are four conversations")
    is_replay(v.post("/conversations", body, headers=key), first, "the first is still remembered")
    again = app.visitor(id=v.id.upper(), key=app.new_key()[1]).post("/conversations", body, headers=key)
    is_replay(again, first, "another key of the application and upper case are the same caller")

    a, b = (v.start()["id"] for _ in "ab")
    for c in (a, b):
        is_new(v.post("/conversations/%s/messages" % c, {"content": "x"}, headers=key), first,
               "the key is independent on another path")
        op.accept(c)
    sent = op.post("/conversations/%s/messages" % a, {"content": "x"}, headers=key)
    is_new(sent, first, "and of an operator on the visitor's path")
    path = "/conversations/%s/messages/%s" % (a, sent.json["message"]["id"])
    ok(op.patch(path, {"content": "y"}, headers=key).status == 200, "it is independent for PATCH")
    r = op.delete(path, headers=key)
    ok(r.status == 200 and replayed(r) is None, "and for DELETE of the same path", r)
    for letter in "aA":
        status_is(v.post("/conversations/%s/messages" % a, {"content": letter}, headers=keyed(letter)), 201,
                  "the case of a key matters: " + letter)


def bodies(v):
    """The body is compared as a JSON value."""
    path = "/conversations/%s/messages" % v.start()["id"]
    key = keyed()
    first = v.post(path, body=b'{"content": "caf\xc3\xa9/", "contentFormat": "plain"}', headers=key)
    for same, how in ((b'{"contentFormat":"plain","content":"caf\xc3\xa9/"}', "members in another order"),
                      (b'\r\n{\t"content" : "caf\xc3\xa9/" ,\n"contentFormat":"plain" } ', "other white space"),
                      (b'{"content":"\\u0063af\\u00e9\\/","contentFormat":"pl\\u0061in"}', "escapes"),
                      (b'{"cont\\u0065nt":"caf\\u00E9/","contentFormat":"plain"}', "an escape in a name")):
        is_replay(v.post(path, body=same, headers=key), first, "the same value: " + how)
    r = v.post(path, body=same, headers=key | {"Content-Type": "application/merge+json; charset=utf-8"})
    is_replay(r, first, "the same value: another media type")
    for other, how in ((b'{"content":"caf\xc3\xa9/"}', "a default left out"),
                       (b'{"content":"caf\xc3\xa9/","contentFormat":null}', "null"),
                       (b'{"content":" caf\xc3\xa9/","contentFormat":"plain"}', "white space inside a string"),
                       (b'{"content":"cafe\xcc\x81/","contentFormat":"plain"}', "another normal form"),
                       (b'{"content":"Caf\xc3\xa9/","contentFormat":"plain"}', "another case")):
        refused(v.post(path, body=other, headers=key), "conflict", None, "another value: " + how)
    for a, b, same in ((b"", b"{}", True), (b"{}", b"", True), (b"{}", b'{"subject":null}', False),
                       (b'{"subject":null}', b"", False), (b'{"subject":"null"}', b'{"subject":null}', False)):
        key = keyed()
        first = v.post("/conversations", body=a, headers=key)
        second = v.post("/conversations", body=b, headers=key)
        is_((second.status, replayed(second)), (201, "true") if same else (409, None),
            "the body %r is %s as %r" % (b.decode(), "the same" if same else "not the same", a.decode()))


def unrecorded(site, stage):
    """Only what has succeeded is remembered."""
    v, op, key = stage.visitor, stage.operator, keyed()
    c = v.start()["id"]
    path = "/conversations/%s/messages" % c
    refused(op.post(path, {"content": "x"}, headers=key), "forbidden", None, "an operator sends to what is pending")
    refused(op.post(path, {"content": ""}, headers=key), "bad_request", None, "and nothing")
    op.accept(c)
    is_new(op.post(path, {"content": "y"}, headers=key), v.post(path, {"content": "z"}), "neither was remembered")
    path = "/conversations/%s/accept" % c
    refused(op.post(path, headers=key), "conflict", None, "a conflict")
    op.leave(c)
    status_is(op.post(path, headers=key), 200, "is not remembered either")
    for bad, what in (("a b", "a blank inside"), ("x" * 256, "256 characters"), ("caf\u00e9", "a letter beyond ASCII"),
                      ("a\tb", "a tab inside")):
        refused(v.post("/conversations", {}, headers=keyed(bad)), "bad_request", MALFORMED,
                "a key with %s is refused" % what)
    for good in ("x" * 255, "!", "~", '"quoted"', "a,b;c=d", "\\"):
        first = v.post("/conversations", {}, headers=keyed(good))
        is_replay(v.post("/conversations", {}, headers=keyed(good)), first, "a key may be %.20s" % good)
    for route in metered():
        if route.writes:
            role = "admin" if "admin" in route.callers else "visitor"
            refused(stage.ask(route, role, stage.fresh(route, role), headers=keyed("a b")), "bad_request", MALFORMED,
                    "%s refuses a malformed key" % route.name)
        else:
            for headers in (keyed("a b"), keyed("a"), keyed("a")):
                role = route.callers[0]
                r = stage.ask(route, role, stage.fresh(route, role), headers=headers)
                ok(r.status == 200 and replayed(r) is None, "%s does not look at the key" % route.name, r)
    c = v.start()["id"]
    before = v.get("/conversations/" + c, headers=keyed("b")).body
    v.send(c, "x")
    ok(v.get("/conversations/" + c, headers=keyed("b")).body != before, "GET is never replayed")
    first = v.post("/conversations", {"subject": "s"}, headers=key)
    stage.app.set("--edit-window", 60)
    sent = v.post("/conversations/%s/messages" % c, {"content": "x"}, headers=key)
    stage.app.set("--edit-window", 900)
    v.patch("/conversations/%s/messages/%s" % (c, sent.json["message"]["id"]), {"content": "changed"})
    is_replay(v.post("/conversations/%s/messages" % c, {"content": "x"}, headers=key), sent,
              "the first answer is told although the message has changed since")
    is_replay(v.post("/conversations", {"subject": "s"}, headers=key), first, "each answer is its own")


def ages(site, v):
    c, key = v.start()["id"], keyed()
    path = "/conversations/%s/messages" % c
    first = v.post(path, {"content": "x"}, headers=key)
    older = "UPDATE foyer.idempotency SET created_at = created_at - interval '%s'"
    site.sql(older % "23 hours 59 minutes")
    is_replay(v.post(path, {"content": "x"}, headers=key), first, "a key is remembered for 24 hours")
    site.sql(older % "1 minute")
    second = v.post(path, {"content": "y"}, headers=key)
    is_new(second, first, "after 24 hours it is a new request, with any body")
    is_(len(v.get(path).json["messages"]), 2, "that has an effect")
    is_replay(v.post(path, {"content": "y"}, headers=key), second, "and is remembered in its turn")
    refused(v.post(path, {"content": "x"}, headers=key), "conflict", None, "the old one is forgotten")


def limits(site):
    v, key = site.new_app(second=0, minute=4, hour=0).visitor(), keyed()
    answers = [v.post("/conversations", {}, headers=key) for _ in range(5)]
    is_([(r.status, replayed(r), r.headers.get("X-RateLimit-Remaining")) for r in answers],
        [(201, None, "3"), (201, "true", "2"), (201, "true", "1"), (201, "true", "0"), (429, None, "0")],
        "a replay counts like any request, and is refused like any")


def main():
    site = Site()
    app = site.new_app()
    stage, ledger = Stage(app, Desk(app)), Ledger(site.database)
    table(stage, ledger)
    scopes(site, stage)
    bodies(app.visitor())
    unrecorded(site, stage)
    ages(site, app.visitor())
    limits(site)
    ledger.close()
    site.finish()


run(main)
