#!/usr/bin/python3
"""limit_test.py - what a rate limit tells, and that it tells the truth.

The instants of the decisions are in the worker log, so every figure is checked exactly, however slow the machine is.
"""
import pathlib
import sys
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, micros, status_is
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

SPAN = {"second": 1_000_000, "minute": 60_000_000, "hour": 3_600_000_000}


def at(r):
    """The instant of the decision on a request, in microseconds."""
    return micros(r.door.log_of(r)["at"])


def ask(v):
    return v.get("/conversations")


def ceiling(instant):
    return -(-instant // 1_000_000)


def rate(r):
    return [int(r.headers.get("X-RateLimit-" + name) or -1) for name in ("Limit", "Remaining", "Reset")]


def is_full(r, window, limit, hit, promise):
    """The request was refused until the hit leaves the window."""
    opens = hit + SPAN[window]
    left = max(1, ceiling(opens - at(r)))
    answers(r, 429, {"error": "rate_limit_exceeded", "cause": "per_visitor", "retryAfter": left, "window": window},
            promise)
    is_([r.headers.get("Retry-After"), rate(r)], [str(left), [limit, 0, ceiling(opens)]],
        promise + ": and its headers say so")


def windows(site):
    app = site.new_app(second=0, minute=3, hour=50)
    v = app.visitor()
    first = ask(v)
    opens = at(first) + SPAN["minute"]
    is_(rate(first), [3, 2, ceiling(opens)],
        "the first of three requests leaves two, until it leaves the window itself")
    second, third = ask(v), ask(v)
    is_([rate(second), rate(third)], [[3, 1, ceiling(opens)], [3, 0, ceiling(opens)]],
        "the next two leave one and none")
    for _ in range(3):
        is_full(ask(v), "minute", 3, at(first), "a request too many is refused")
    is_([u["used"] for u in site.foyerctl("limits", "usage", app.id, v.id) if u["window"] == "minute"], [3],
        "what is refused is not counted")
    is_(v.post("/conversations", body=b"{").status, 429, "a refusal comes before the body is read")
    is_(v.head("/conversations").status, 429, "HEAD is refused like GET")

    status_is(ask(app.visitor()), 200, "another visitor has its own windows")
    status_is(ask(site.new_app(second=0, minute=3, hour=50).visitor(id=v.id)), 200,
              "the same visitor id has its own windows in another application")
    is_full(ask(app.visitor(id=v.id.upper())), "minute", 3, at(first), "a visitor id in upper case is the same visitor")
    is_full(ask(app.visitor(id=v.id, key=app.new_key()[1])), "minute", 3, at(first), "another key does not help")


def counting(site):
    """What passes the limiter counts, whatever comes of it; what does not come so far does not."""
    app = site.new_app(second=0, minute=9, hour=0, origins=["example.com"])
    v = app.visitor()
    path = "/conversations/%s/messages" % uuid.uuid4()
    left = 9
    steps = (("POST", "/conversations", {"body": b"{"}, 400, True),
             ("POST", "/conversations", {"json": {"x": 1}}, 400, True),
             ("POST", path, {"json": {"content": "x"}}, 404, True), ("GET", "/conversations?limit=0", {}, 400, True),
             ("POST", path, {"body": b"x", "headers": {"Content-Type": "text/plain"}}, 415, True),
             ("GET", path, {}, 404, True),
             ("GET", "/conversations", {"headers": {"Authorization": None}}, 401, False),
             ("GET", "/conversations", {"headers": {"Authorization": "Bearer dk_test_" + "x" * 32}}, 401, False),
             ("GET", "/conversations", {"headers": {"X-App-Id": None}}, 401, False),
             ("GET", "/conversations", {"headers": {"Origin": "https://evil.example"}}, 403, False),
             ("GET", "/nowhere", {}, 404, False), ("PUT", "/conversations", {}, 405, False),
             ("POST", "/conversations", {"body": b" " * 131073}, 413, False), ("GET", "/health/ready", {}, 200, False),
             ("GET", "/conversations", {"headers": {"X-Visitor-Id": "x"}}, 400, False),
             ("HEAD", "/conversations", {}, 200, True))
    for method, target, what, status, counts in steps:
        r = v.request(method, target, **what)
        left -= counts
        is_([r.status, rate(r)[:2]], [status, [9, left] if counts else [-1, -1]], "%s %s with %d %s" % (
            method, target.replace(path, "/conversations/:id/messages"), status,
            "counts" if counts else "does not count"))
    is_(rate(ask(v))[1], left - 1, "so many are left in the end")


def several(site):
    v = site.new_app(second=0, minute=5, hour=5).visitor()
    r = ask(v)
    is_(rate(r), [5, 4, ceiling(at(r) + SPAN["hour"])], "on a tie the longer window is described")
    v = site.new_app(second=0, minute=4, hour=3).visitor()
    r = ask(v)
    is_(rate(r), [3, 2, ceiling(at(r) + SPAN["hour"])], "the window with the fewest requests left is described")
    v = site.new_app(second=0, minute=3, hour=4).visitor()
    r = ask(v)
    is_(rate(r), [3, 2, ceiling(at(r) + SPAN["minute"])], "also when it is the shorter one")
    v = site.new_app(second=0, minute=2, hour=2).visitor()
    first = ask(v)
    ask(v)
    is_full(ask(v), "hour", 2, at(first), "of two full windows the one that opens last is reported")


def settings(site):
    app = site.new_app(second=0, minute=50, hour=0)
    v = app.visitor()
    hits = [at(r) for r in [ask(v) for _ in range(40)]]
    app.limit(minute=2)
    is_full(ask(v), "minute", 2, hits[-2], "a lowered limit holds at once, and is exact")
    app.limit(minute=35)
    is_full(ask(v), "minute", 35, hits[5], "so does a limit that reaches further back")
    app.limit(minute=42)
    is_(rate(ask(v)), [42, 1, ceiling(hits[0] + SPAN["minute"])], "a raised limit holds at once")
    app.limit(minute=0)
    is_([r.status for r in (v.get("/conversations", limitless=True) for _ in range(50))], [200] * 50,
        "without any window everything is admitted")

    app = site.new_app(defaults=True)
    v = app.visitor()
    is_(rate(ask(v))[:2], [3, 2], "without settings there are 3 requests in a second")
    app.limit(second=0)
    is_(rate(ask(v))[:2], [30, 28], "30 in a minute")
    app.limit(minute=0)
    is_(rate(ask(v))[:2], [200, 197], "and 200 in an hour")


def honoured(site):
    """Who waits as long as Retry-After says is admitted."""
    v = site.new_app(second=1, minute=0, hour=0).visitor()
    for _ in range(2):
        r = until(lambda: (r := ask(v)).status == 429 and r, "a second request within a second")
        is_([r.json["retryAfter"], r.json["window"]], [1, "second"], "a second's window opens within a second")
        time.sleep(r.json["retryAfter"])
        status_is(ask(v), 200, "after Retry-After a request is admitted")
    v = site.new_app(second=4, minute=0, hour=0).visitor()
    hits = []
    until(lambda: (r := ask(v)).status == 429 or hits.append(r), "more than four requests within a second")
    r = until(lambda: (r := ask(v)).status == 200 and r, "the window opens again")
    waited = at(r) - at(hits[-4])
    ok(waited >= SPAN["second"], "asking before its time does not help: the window is a whole second", waited)


def health(site):
    for path in ("/health/live", "/health/ready"):
        for _ in range(3):
            is_(rate(site.get(site.base + path)), [-1, -1, -1], path + " knows no limit")


def main():
    site = Site()
    windows(site)
    counting(site)
    several(site)
    settings(site)
    honoured(site)
    health(site)
    site.finish()


run(main)
