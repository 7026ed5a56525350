#!/usr/bin/python3
"""mounts_problem_test.py - every kind of problem in every mount: status and body whole, as golden files have them.

The files in golden/ are written from the contracts. A text that begins with ~ is an expression, one that begins with
~~ a range of numbers; everything else is exact.
"""
import json
import pathlib
import re
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.mounts import CODED, FLAT, KINDS, MOUNTS, TRACED, WRAPPED
from lib.operators import Desk
from lib.site import Site
from lib.tap import differences, is_, ok, run

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
# What the checklists say about one kind in one mount; the sentence of its golden case names them.
PROMISES = {
    TRACED: {"unauthorized": "MB-12", "forbidden": "MB-9", "conversation_not_found": "MB-14", "malformed": "MB-7",
             "conversation_not_active": "MB-15", "edit_window_expired": "MB-15", "rate_limited": "MB-17",
             "email_invalid": "MB-8", "phone_invalid": "MB-8", "internal": "MB-6", "unavailable": "MB-20"},
    CODED: {"unauthorized": "T-13, T-26", "scope_missing": "T-14, T-26", "conversation_not_found": "T-15, T-18",
            "message_not_found": "T-18", "tag_not_found": "T-18", "already_assigned": "T-16",
            "idempotency_mismatch": "T-16",
            "tag_taken": "T-16", "field_missing": "T-12, T-19", "fields_invalid": "T-12, T-19, T-27",
            "phone_invalid": "T-20", "body_too_large": "T-21", "rate_limited": "T-7, T-22", "quota_reached": "T-25",
            "route_unknown": "T-26", "internal": "T-17", "conversation_not_active": "T-27",
            "edit_window_expired": "T-27"},
    WRAPPED: {"unauthorized": "W-7, W-D2", "scope_missing": "W-8", "conversation_not_found": "W-9",
              "tag_not_found": "W-9", "email_taken": "W-10", "tag_taken": "W-10", "already_assigned": "W-11",
              "status_invalid": "W-12", "date_invalid": "W-13", "forbidden": "W-8",
              "conversation_not_active": "W-15", "edit_window_expired": "W-15", "rate_limited": "W-16",
              "malformed": "W-6, W-18", "field_missing": "W-2, W-18, W-19", "fields_invalid": "W-2, W-18",
              "internal": "W-21", "body_too_large": "W-22", "media_type": "W-22", "method_unknown": "W-22",
              "unavailable": "W-22"},
}
UNKNOWN = {FLAT: {"date_invalid"}}    # has no query with a date


def golden(mount):
    with open(GOLDEN / (mount.name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def matcher(value):
    """What a golden file says, as an expected value."""
    if isinstance(value, dict):
        return {name: matcher(child) for name, child in value.items()}
    if isinstance(value, list):
        return [matcher(child) for child in value]
    if isinstance(value, str) and value.startswith("~~"):
        least, most = map(int, value[2:].split(".."))

        def within(got):
            return type(got) is int and least <= got <= most
        return within
    return re.compile(value[1:], re.S) if isinstance(value, str) and value.startswith("~") else value


class Stage:
    """Who and what is needed to provoke every problem; each method is named like its kind."""

    def __init__(self, site, mount, app):
        self.site, self.mount, self.app = site, mount, app
        desk = Desk(app)
        self.v, self.o, self.a = (who.at(mount) for who in (app.visitor(), desk.operator(), desk.admin()))
        self.c = self.v.start()["id"]
        self.o.accept(self.c)
        self.messages = "/conversations/%s/messages" % self.c
        self.m = self.v.send(self.c, "mine")["id"]
        self.name = uuid.uuid4().hex

    def route_unknown(self):
        return self.v.get("/nowhere")

    def method_unknown(self):
        return self.v.request("PUT", "/conversations")

    def body_too_large(self):
        return self.v.post("/conversations", body=b" " * 131073)

    def unauthorized(self):
        return self.v.get("/conversations", headers={"Authorization": None})

    def forbidden(self):
        return self.o.patch(self.messages + "/" + self.m, {"content": "theirs"})

    def scope_missing(self):
        key = self.app.new_key("--scope", "messages:read")[1]
        return self.v.post(self.messages, {"content": "x"}, headers={"Authorization": "Bearer " + key})

    def header_missing(self):
        return self.v.get("/conversations", headers={"X-Visitor-Id": None})

    def malformed(self):
        return self.o.get("/conversations?%s=x" % self.mount.field("tagId"))

    def field_missing(self):
        return self.v.post(self.messages, {})

    def fields_invalid(self):
        return self.v.post(self.messages, {"colour": 1, "content": " "})

    def status_invalid(self):
        return self.o.get("/conversations?status=bogus")

    def date_invalid(self):
        return self.v.get(self.messages + "?since=yesterday")

    def email_invalid(self):
        return self.v.put("/visitor", {"email": "nobody"})

    def phone_invalid(self):
        return self.v.put("/visitor", {"phone": "0123"})

    def media_type(self):
        return self.v.post(self.messages, body=b"content=x", headers={"Content-Type": "text/plain"})

    def conversation_not_found(self):
        return self.v.get("/conversations/%s" % uuid.uuid4())

    def message_not_found(self):
        return self.v.patch("%s/%s" % (self.messages, uuid.uuid4()), {"content": "x"})

    def tag_not_found(self):
        return self.o.delete("/conversations/%s/tags/%s" % (self.c, uuid.uuid4()))

    def already_assigned(self):
        return self.a.post("/conversations/%s/accept" % self.c)

    def idempotency_mismatch(self):
        key = {"Idempotency-Key": uuid.uuid4().hex}
        self.v.post("/conversations", {"subject": "one"}, headers=key)
        return self.v.post("/conversations", {"subject": "another"}, headers=key)

    def email_taken(self):
        email = self.name + "@example.org"
        self.app.visitor().put("/visitor", {"email": email})
        return self.v.put("/visitor", {"email": email})

    def tag_taken(self):
        self.o.post("/tags", {"name": self.name})
        return self.o.post("/tags", {"name": self.name.upper()})

    def quota_reached(self):
        tags = [self.o.made(self.o.post("/tags", {"name": "%s %d" % (self.name, i)}), "tag")["id"] for i in range(21)]
        path, field = "/conversations/%s/tags" % self.c, self.mount.field("tagIds")
        self.o.post(path, {field: tags[:20]})
        return self.o.post(path, {field: tags[20:]})

    def conversation_not_active(self):
        closed = self.v.start()["id"]
        self.app.close(closed)
        return self.v.post("/conversations/%s/messages" % closed, {"content": "x"})

    def edit_window_expired(self):
        old = self.v.send(self.c, "old")["id"]
        self.app.database.sql("UPDATE foyer.message SET created_at = created_at - interval '15 minutes' "
                              "WHERE id = '%s'" % old)
        return self.v.patch("%s/%s" % (self.messages, old), {"content": "x"})

    def rate_limited(self):
        v = self.site.new_app(second=0, minute=1, hour=0).visitor().at(self.mount)
        v.get("/conversations")
        return v.get("/conversations")

    def internal(self):
        self.site.sql("ALTER TABLE foyer.api_key RENAME TO lost")
        try:
            return self.v.get("/conversations", fault=True)
        finally:
            self.site.sql("ALTER TABLE foyer.lost RENAME TO api_key")

    def unavailable(self):
        self.site.database.alter("ALLOW_CONNECTIONS false")
        self.site.database.disconnect()
        try:
            return self.v.get("/conversations", fault=True)
        finally:
            self.site.database.alter("ALLOW_CONNECTIONS true")
            self.site.settle()


def problems(site, mount, app):
    cases, stage = golden(mount), Stage(site, mount, app)
    is_([kind for kind in KINDS if kind not in UNKNOWN.get(mount, ())], list(cases),
        "%s: the golden file has every kind" % mount.name)
    is_({kind: [status, mount.table[kind][0]] for kind, (status, _) in cases.items()
         if status != mount.table[kind][0]}, {}, "%s: and the table of the tests has its statuses" % mount.name)
    for kind, (status, body) in cases.items():
        r = getattr(stage, kind)()
        found = [] if r.status == status else ["expected status %d, got %d" % (status, r.status)]
        found += differences(r.json, matcher(body))
        promise = PROMISES.get(mount, {}).get(kind)
        ok(not found, "%s: %s is %d with the golden body%s" % (mount.name, kind, status, promise and " (%s)" % promise
                                                               or ""), *found, r if found else "")


def causes(site, mount, app):
    """One status has several causes: they look alike, or differ in their text alone."""
    v, o = app.visitor().at(mount), Desk(app).operator().at(mount)
    revoked, disabled = app.new_key(), app.new_key()
    site.foyerctl("key", "revoke", revoked[0])
    site.foyerctl("key", "disable", disabled[0])
    for what, key in (("missing", None), ("malformed", "Bearer x"), ("unknown", "Bearer dk_test_" + "x" * 32),
                      ("revoked", "Bearer " + revoked[1]), ("disabled", "Bearer " + disabled[1])):
        mount.refuses(v.get("/conversations", headers={"Authorization": key}), "unauthorized",
                      "MB-12, MB-D4, T-13, W-7, W-D2, W-D3: a key that is %s is 401" % what)
    site.foyerctl("key", "enable", disabled[0])
    is_(v.get("/conversations", headers={"Authorization": "Bearer " + disabled[1]}).status, 200,
        "%s: W-D3: a key that is enabled again works" % mount.name)
    is_(v.get("/conversations", headers={"Authorization": None, "X-Api-Key": app.key}).status, 200,
        "%s: T-13, T-D1: x-api-key carries a key as well as Authorization" % mount.name)
    is_(v.get("/conversations?api_key=" + app.key, headers={"Authorization": None}).status, 401,
        "%s: W-D1: a key in the query is none" % mount.name)
    suspended = site.new_app()
    suspended.set("--suspended", "yes")
    mount.refuses(suspended.visitor().at(mount).get("/conversations"), "forbidden",
                  "MB-13, MB-D4, W-8: the key of a suspended application is 403", "Application is suspended")
    mount.refuses(o.post("/conversations", {}), "forbidden", "W-8: the wrong kind of key is 403")
    mount.refuses(v.get("/conversations", headers={"X-Visitor-Id": "x"}), "malformed",
                  "MB-7, T-12, W-6: a malformed header is not a missing one", "X-Visitor-Id must be a valid UUID")
    pending = v.start()["id"]
    mount.refuses(o.post("/conversations/%s/messages" % pending, {"content": "x"}), "forbidden",
                  "MB-9: an author who is not the conversation's operator is refused")
    foreign = site.new_app().visitor().at(mount).start()["id"]
    answers = [v.get("/conversations/" + c) for c in (foreign, str(uuid.uuid4()))]
    bodies = [{name: value for name, value in r.json.items() if name != "request_id"} for r in answers]
    is_([[r.status for r in answers], bodies[0] == bodies[1]], [[404, 404], True],
        "%s: MB-14, MB-D5, T-15, W-9: another tenant's conversation and none at all look alike" % mount.name)


def nowhere(mount, app):
    """Whatever follows the mount in the path, the answer is the mount's."""
    v = app.visitor().at(mount)
    for path in ("", "/", "/conversations/", "//conversations", "/conversations%2F", "/1/2/3/4/5/6/7", "/" + "x" * 2048):
        mount.refuses(v.get(path), "route_unknown",
                      "MB-3, T-3, T-11, W-1: a GET of %s, %d bytes long, is 404" % (path[:20] or "nothing", len(path)))


def deterministic(site, mount, app):
    """4xx other than 429 say the same again."""
    v = app.visitor().at(mount)
    c = v.start()["id"]
    for ask in (lambda: v.post("/conversations/%s/messages" % c, {}), lambda: v.get("/conversations/" + v.id),
                lambda: v.get("/conversations", headers={"Authorization": None})):
        answers = [ask() for _ in range(2)]
        is_([(r.status, {n: x for n, x in r.json.items() if n != "request_id"}) for r in answers[1:]],
            [(r.status, {n: x for n, x in r.json.items() if n != "request_id"}) for r in answers[:1]],
            "%s: MB-25: %d comes again for the same request" % (mount.name, answers[0].status))


def main():
    site = Site()
    app = site.new_app()
    app.limit_key(0)    # what is tried here is not the limit
    for mount in MOUNTS:
        nowhere(mount, app)
        causes(site, mount, app)
        deterministic(site, mount, app)
        problems(site, mount, app)
    site.finish()


run(main)
