#!/usr/bin/python3
"""order_test.py - of several faults the one that comes first in the order of the checks is the answer.

Each fault changes one aspect of a good request. All pairs of faults of different aspects are tried, and random sets.
"""
import collections
import itertools
import os
import pathlib
import random
import sys
import types

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.site import Site
from lib.tap import diag, run

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
Fault = collections.namedtuple("Fault", "name aspect change code text")


def header(name, value):
    return {"headers": {name: value}}


BEFORE = (
    Fault("an unknown path", "path", {"suffix": "/x/nowhere"}, "not_found", None),
    Fault("another method", "method", {"method": "PUT"}, "method_not_allowed", None),
    Fault("131073 bytes", "size", {"pad": True}, "payload_too_large", None),
    Fault("no key", "key", header("Authorization", None), "unauthorized", "Missing credentials"),
    Fault("a malformed key", "key", header("Authorization", "Bearer x"), "unauthorized", "Invalid API key format"),
    Fault("an unknown key", "key", header("Authorization", "Bearer dk_test_" + "x" * 32), "unauthorized",
          "Invalid API key"),
    Fault("no application", "app", header("X-App-Id", None), "unauthorized", "Missing X-App-Id header"),
    Fault("another application", "app", header("X-App-Id", UNKNOWN), "unauthorized", "X-App-Id does not match API key"),
    Fault("a malformed application", "app", header("X-App-Id", "x"), "unauthorized", "X-App-Id does not match API key"),
    Fault("a foreign origin", "origin", header("Origin", "https://evil.example"), "forbidden",
          "Origin is not allowed for this application"),
    Fault("a suspension", "suspended", {"suspended": True}, "forbidden", None),
    Fault("no visitor", "visitor", header("X-Visitor-Id", None), "bad_request", "X-Visitor-Id header required"),
    Fault("a malformed visitor", "visitor", header("X-Visitor-Id", "x"), "bad_request",
          "X-Visitor-Id must be a valid UUID"),
    Fault("a full window", "full", {"full": True}, "rate_limit_exceeded", None),
)
SENDING = BEFORE + (
    Fault("plain text", "type", header("Content-Type", "text/plain"), "unsupported_media_type", None),
    Fault("no JSON", "body", {"body": b"{"}, "bad_request", "body is not valid JSON"),
    Fault("an array", "body", {"body": b"[]"}, "bad_request", "body must be a JSON object"),
    Fault("no content", "body", {"body": b'{"contentFormat": "plain"}'}, "bad_request", "content is required"),
    Fault("an unknown field", "body", {"body": b'{"content": "x", "y": 1}'}, "bad_request", "y is not a known field"),
    Fault("an unknown conversation", "conversation", {"conversation": UNKNOWN}, "not_found", "Conversation not found"),
    Fault("a foreign conversation", "conversation", {"conversation": "foreign"}, "not_found", "Conversation not found"),
    Fault("an id that is no UUID", "conversation", {"conversation": "x"}, "not_found", "Conversation not found"),
    Fault("a closed conversation", "conversation", {"conversation": "closed"}, "conversation_not_active",
          "Cannot send message: conversation is closed"),
)
LISTING = tuple(f for f in BEFORE if f.aspect not in ("path", "size")) + (
    Fault("a bad query", "query", {"query": "limit=0"}, "bad_request", "limit must be an integer from 1 to 100"),
    Fault("offset and cursor", "query", {"query": "offset=1&after=" + UNKNOWN}, "bad_request",
          "offset cannot be combined with after or before"),
    Fault("an unknown conversation", "conversation", {"conversation": UNKNOWN}, "not_found", "Conversation not found"),
    Fault("an id that is no UUID", "conversation", {"conversation": "x"}, "not_found", "Conversation not found"),
    Fault("an unknown cursor", "query", {"query": "after=" + UNKNOWN}, "not_found", "Message not found"),
)


def world(site, suspended, full):
    """An application with a visitor and its conversations, in one of the states that a request cannot change."""
    app = site.new_app(origins=["example.com"])
    v = app.visitor()
    w = types.SimpleNamespace(v=v, open=v.start()["id"], closed=v.start()["id"], foreign=app.visitor().start()["id"])
    app.close(w.closed)
    if full:
        app.limit(second=0, minute=0, hour=1)
    if suspended:
        app.set("--suspended", "yes")
    return w


def ask(worlds, method, faults):
    asked = {"method": method, "suffix": "", "query": "", "pad": False, "body": b'{"content": "x"}', "suspended": False,
             "full": False, "conversation": "open"}
    headers = {"Origin": "https://www.example.com", "Content-Type": "application/json"}
    for fault in faults:
        asked |= {key: value for key, value in fault.change.items() if key != "headers"}
        headers |= fault.change.get("headers", {})
    w = worlds[asked["suspended"], asked["full"]]
    id = getattr(w, asked["conversation"], asked["conversation"])
    body = asked["body"].ljust(131073) if asked["pad"] else asked["body"]
    path = "/conversations/%s/messages%s%s" % (id, asked["suffix"], "?" + asked["query"] if asked["query"] else "")
    return w.v.request(asked["method"], path, headers=headers, **({} if asked["method"] == "GET" else {"body": body}))


def compatible(faults):
    return len({f.aspect for f in faults}) == len(faults)


def main():
    site = Site()
    worlds = {(suspended, full): world(site, suspended, full) for suspended in (False, True) for full in (False, True)}
    seed = int(os.environ.get("FOYER_TEST_SEED", random.randrange(1 << 32)))
    diag("FOYER_TEST_SEED=%d" % seed)
    dice = random.Random(seed)
    for method, faults, good in (("POST", SENDING, 201), ("GET", LISTING, 200)):
        status_is(ask(worlds, method, ()), good, "%s without a fault is %d" % (method, good))
        for fault in faults:
            refused(ask(worlds, method, (fault,)), fault.code, fault.text, "%s with %s alone" % (method, fault.name))
        for pair in filter(compatible, itertools.combinations(faults, 2)):
            refused(ask(worlds, method, pair), pair[0].code, pair[0].text,
                    "%s: %s comes before %s" % (method, pair[0].name, pair[1].name))
        for _ in range(100):
            some = dice.sample(faults, dice.randint(3, 7))
            some = [f for i, f in enumerate(some) if f.aspect not in {g.aspect for g in some[:i]}]
            some.sort(key=faults.index)
            refused(ask(worlds, method, some), some[0].code, some[0].text,
                    "%s: %s" % (method, " before ".join(f.name for f in some)))
    site.finish()


run(main)
