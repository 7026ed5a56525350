#!/usr/bin/python3
"""faults_test.py - each route's success, each of its errors, and which of two is told.

Walks the table of routes. Each fault is tried alone, and with those of the next stage of checks, and of the last one
before it, with which it can be together.
"""
import json
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import status_is
from lib.faults import APART, STAGES, heads, targets, turns
from lib.ledger import Ledger
from lib.operators import Desk
from lib.routes import Stage, routes
from lib.rules import RATE, STATUS
from lib.site import Site
from lib.tap import diag, differences, is_, ok, run


class Company(Stage):
    """A stage with colleagues, revoked keys and other applications."""

    def __init__(self, site):
        app, stranger = site.new_app(origins=["example.com"]), site.new_app()
        super().__init__(app, Desk(app))
        self.abroad, self.colleague = Stage(stranger, Desk(stranger)), self.desk.operator("Otto")
        id, key = app.new_key()
        site.foyerctl("key", "revoke", id)
        leaver = self.desk.operator("Leaver")
        site.foyerctl("operator", "revoke", leaver.id)
        dead = leaver.headers["Authorization"].split()[1]
        self.revoked = {"visitor": key, "operator": dead, "admin": dead}


def worlds(site):
    """Applications in each state that a request cannot change: suspended or not, windows full or not."""
    made = {(False, False): Company(site)}
    for suspended, full in ((True, False), (False, True), (True, True)):
        app = site.new_app(origins=["example.com"])
        made[suspended, full] = stage = Stage(app, Desk(app))
        if full:
            for role in ("visitor", "operator", "admin"):
                stage.caller(role).get("/conversations")
            for limit in (app.limit, stage.desk.limit):
                limit(second=0, minute=0, hour=1)
        if suspended:
            app.set("--suspended", "yes")
    return made


def request(worlds, route, role, target, faults=(), query=""):
    """Sends the example of a route with these faults in its head."""
    asked = {"method": route.method, "suffix": "", "query": route.example.query, "padded": False, "suspended": False,
             "full": False, "more": {}, "kind": False, "body": target.bytes(route)}
    headers = {"Content-Type": "application/json", "Origin": "https://www.example.com"}
    for fault in faults:
        asked |= {key: value for key, value in fault.change.items() if key != "headers"}
        headers |= fault.change.get("headers", {})
    stage = worlds[asked["suspended"], asked["full"]]
    headers = {"X-App-Id": stage.app.id} | headers
    if asked["kind"]:
        other = stage.operator if role == "visitor" else stage.visitor
        headers = other.headers | headers
    body = asked["body"]
    if asked["more"]:
        body = json.dumps((json.loads(body) if body else {}) | asked["more"]).encode()
    if headers["Content-Type"] == "text/plain":
        body = body or b"{}"
    body = body.ljust(131073) if asked["padded"] else body
    queries = "&".join(q for q in (asked["query"], query) if q)
    path = target.path(route) + asked["suffix"] + ("?" + queries if queries else "")
    return stage.caller(role).request(asked["method"], path, headers=headers,
                                      **({"body": body} if asked["method"] != "GET" else {}))


def is_told(r, code, text, metered, promise):
    """Asserts code and text of a refusal, and whether it met the limiter."""
    found = [] if r.status == STATUS[code] else ["expected status %d, got %d" % (STATUS[code], r.status)]
    body = r.json if isinstance(r.json, dict) else {}
    found += differences(body.get("error"), code)
    found += differences(body.get("message"), text) if text else []
    found += [] if {name in r.headers for name in RATE} == {metered} else ["expected rate headers: %s" % metered]
    ok(not found, promise, *found, r if found else "")


def later(stage, present, step):
    """The nearest stage of those present, in a direction, whose faults can be together with those of a stage."""
    i = STAGES.index(stage)
    order = STAGES[i + 1:] if step > 0 else STAGES[:i][::-1]
    return next((s for s in order if s in present and (stage, s) not in APART and (s, stage) not in APART), None)


def in_head(worlds, route, role, target, name):
    """Faults in the head, alone and in pairs."""
    found = list(heads(route, role, worlds[False, False].revoked[role], worlds[False, False].abroad.app.id))
    present = {fault.stage for fault in found}
    pairs = {(a, later(a, present, 1)) for a in present} | {(later(b, present, -1), b) for b in present}
    limit = STAGES.index("limit")
    for fault in found:
        is_told(request(worlds, route, role, target, [fault]), fault.code, fault.text,
                STAGES.index(fault.stage) >= limit, "%s with %s" % (name, fault.name))
    for a, b in sorted(pair for pair in pairs if None not in pair):
        for first in (fault for fault in found if fault.stage == a):
            for second in (fault for fault in found if fault.stage == b):
                is_told(request(worlds, route, role, target, [first, second]), first.code, first.text,
                        STAGES.index(a) >= limit, "%s: %s comes before %s" % (name, first.name, second.name))
    return found, max(present, key=STAGES.index)


def in_target(worlds, route, role, mine, name, found, last):
    """Faults of what the request names, alone and with those of the last stage of the head."""
    if not route.names("id"):
        return
    ledger = Ledger(worlds[False, False].app.database)
    for vain in targets(worlds[False, False], route, role, mine):
        ledger.changed()
        is_told(request(worlds, route, role, vain.target, query=vain.query), *vain.answer, True,
                "%s of %s" % (name, vain.name))
        for fault in found:
            if fault.stage == last:
                is_told(request(worlds, route, role, vain.target, [fault], vain.query), fault.code, fault.text, True,
                        "%s: %s comes before %s" % (name, fault.name, vain.name))
        ok(not ledger.changed(), "and nothing is written")
    ledger.close()


def mismatches(worlds, route, role, name, found):
    """An Idempotency-Key that was used with another body: after the fields, before what the request names."""
    stage = worlds[False, False]
    if not route.fields or not route.succeeds(role):
        return

    def used():
        target, key = stage.fresh(route, role), {"Idempotency-Key": str(uuid.uuid4())}
        status_is(stage.ask(route, role, target, headers=key), route.example.status, name + " with an Idempotency-Key")
        return target, key

    target, key = used()
    is_told(stage.ask(route, role, target, another=True, headers=key), "conflict", None, True,
            name + " with that key and another body")
    for fault in found:
        if fault.stage == "field":
            both = fault._replace(change=fault.change | {"headers": key})
            is_told(request(worlds, route, role, target, [both]), fault.code, fault.text, True,
                    "%s: %s comes before a used key" % (name, fault.name))
    for i in range(len(list(turns(stage, route, role, target))) if route.names("id") else 0):
        target, key = used()
        what, turn = list(turns(stage, route, role, target))[i]
        turn()
        is_told(stage.ask(route, role, target, another=True, headers=key), "conflict", None, True,
                "%s: a used key comes before that %s" % (name, what))
        r = stage.ask(route, role, target, another=True)
        ok(r.status in (403, 404, 422), "which is told without a key", r)


def main():
    site = Site()
    places = worlds(site)
    stage = places[False, False]
    for pair, why in APART.items():
        diag("not together: %s and %s: %s" % (*pair, why))
    for route in routes():
        status_is(site.request("OPTIONS", site.base + route.path), 405, "OPTIONS %s is no route" % route.path)
        if not route.callers:
            nonsense = {"Authorization": "Bearer x", "X-App-Id": "x", "X-Visitor-Id": "x", "Origin": "null"}
            for headers in ({}, nonsense):
                status_is(site.request(route.method, site.base + route.path, headers), route.example.status,
                          route.name + " asks for no key")
        for role in route.callers:
            name, target, ledger = "%s by %s" % (route.name, role), stage.fresh(route, role), Ledger(site.database)
            found, last = in_head(places, route, role, target, name)
            ok(not ledger.changed(), name + " with a fault writes nothing")
            ledger.close()
            in_target(places, route, role, target, name, found, last)
            mismatches(places, route, role, name, found)
            if route.succeeds(role):
                status_is(request(places, route, role, target), route.example.status, name + " succeeds")
    site.finish()


run(main)
