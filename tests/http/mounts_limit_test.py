#!/usr/bin/python3
"""mounts_limit_test.py - limits per key: a sliding window of 60 seconds, one counter for all mounts.

The instants of the decisions are in the worker log, so figures are checked exactly; time goes by when the stored
instants become older, not while the test waits.
"""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.clock import pass_by
from lib.expect import micros
from lib.mounts import CODED, FLAT, MOUNTS, TRACED, WRAPPED
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, ok, run

MINUTE = 60_000_000
RATED = (TRACED, CODED, WRAPPED)


def at(r):
    """The instant of the decision on a request, in microseconds."""
    return micros(r.door.log_of(r)["at"])


def ask(v):
    return v.get("/conversations")


def ceiling(instant):
    return -(-instant // 1_000_000)


def rate(r):
    return [int(r.headers.get("X-RateLimit-" + name) or -1) for name in ("Limit", "Remaining", "Reset")]


def fill(v, n):
    """So many admitted requests; the instants of their decisions are not looked at."""
    statuses = {ask(v).status for _ in range(n)}
    if statuses - {200}:
        raise RuntimeError("expected %d admitted requests, got %s" % (n, statuses))


def sliding(site):
    """The promise of 100 requests in 60 seconds, with its own probe."""
    app = site.new_app()
    v = app.visitor().at(CODED)
    first = ask(v)
    is_(rate(first), [100, 99, ceiling(at(first) + MINUTE)],
        "coded: T-1, T-3, T-4, T-5: a key has 100 requests; the first leaves 99 until it leaves the window")
    fill(v, 48)
    fiftieth = r = ask(v)
    is_(rate(r), [100, 50, ceiling(at(first) + MINUTE)],
        "coded: T-4, T-5: each takes one, and Reset stays with the oldest")
    pass_by(site.database, 40)
    hit = at(first) - 40_000_000
    fill(v, 49)
    r = ask(v)
    is_(rate(r), [100, 0, ceiling(hit + MINUTE)], "coded: T-1, T-2: 50 at once and 50 after 40 seconds pass")
    r = ask(v)
    left = max(1, ceiling(hit + MINUTE - at(r)))
    CODED.refuses(r, "rate_limited", "T-1, T-22: the 101st is refused")
    is_([r.headers.get("Retry-After"), rate(r)], [str(left), [100, 0, ceiling(hit + MINUTE)]],
        "coded: T-6, T-5: Retry-After and Reset are when the oldest leaves, to the second")
    is_(r.json["error"]["message"], "Limit of 100 requests per minute reached. Wait %d seconds." % left,
        "coded: T-7: the message says so too")
    for _ in range(20):
        ask(v)
    pass_by(site.database, ceiling(at(fiftieth) - 40_000_000 + MINUTE - at(r)) + 1)
    admitted = [ask(v).status for _ in range(55)]
    is_([admitted.count(200), admitted.count(429)], [50, 5],
        "coded: T-2, T-6, MB-19: a minute after the first 50 exactly 50 are free again: the window slides, and what "
        "was refused did not count")
    pass_by(site.database, 61)
    is_(rate(ask(v))[1], 99, "coded: T-6, W-17: after a minute of silence all are")


def edges(site):
    """A request counts for 60 seconds, whatever the clock on the wall says, and not a moment longer."""
    v, hits = site.new_app().visitor().at(CODED), []
    for gap in (0, 9, 9, 9, 9, 9, 9, 3, 1, 1, 20, 25):
        pass_by(site.database, gap)
        r = ask(v)
        hits = [hit - gap * 1_000_000 for hit in hits] + [at(r)]
        held = [hit for hit in hits if hit > hits[-1] - MINUTE]
        is_(rate(r), [100, 100 - len(held), ceiling(held[0] + MINUTE)],
            "coded: T-2, T-4, T-5: %d of %d requests are in the last 60 seconds" % (len(held), len(hits)))


def defaults(site):
    """What each mount gives a key of which nothing is said."""
    for mount, names in ((TRACED, "MB-18"), (CODED, "T-1"), (WRAPPED, "W-16, W-D8")):
        v = site.new_app().visitor().at(mount)
        r = ask(v)
        is_(rate(r)[:2], [mount.key_limit, mount.key_limit - 1],
            "%s: %s: a key has %d requests in a minute" % (mount.name, names, mount.key_limit))
        fill(v, mount.key_limit - 1)
        r = ask(v)
        mount.refuses(r, "rate_limited", "%s, MB-17: one more is refused" % names)
        is_(rate(r)[:2], [mount.key_limit, 0], "%s: T-4: with nothing left" % mount.name)
    app = site.new_app()
    v = app.visitor()
    fill(v, 101)
    r = ask(v)
    is_([r.status, rate(r)[0]], [200, 1000], "flat: a key has no limit unless one is set")


def keys(site):
    """The limit belongs to a key, whoever its visitors are."""
    app = site.new_app()
    app.limit_key(5)
    a, b = app.visitor(), app.visitor()
    other = app.visitor(key=app.new_key()[1])
    for mount in MOUNTS:
        pass_by(site.database, 3600)
        fill(a.at(mount), 3)
        fill(b.at(mount), 2)
        for who in (a, b, app.visitor()):
            mount.refuses(ask(who.at(mount)), "rate_limited", "MB-18: all visitors of a key share its limit")
        is_(ask(other.at(mount)).status, 200, "%s: MB-18: another key of the application has its own" % mount.name)
    r = ask(a)
    is_([r.json["cause"], r.json["window"], r.headers.get("Retry-After")], ["per_key", "minute", str(r.json["retryAfter"])],
        "flat: a full key is the cause per_key")
    o = Desk(app).operator()
    for mount in MOUNTS:
        is_({o.at(mount).get("/conversations").status for _ in range(10)}, {200},
            "%s: an operator's key has no limit per key" % mount.name)


def together(site):
    """One counter: what was asked in one mount counts in all."""
    app = site.new_app()
    v = app.visitor()
    for _ in range(30):
        for mount in RATED:
            ask(v.at(mount))
    got = {mount.name: rate(ask(v.at(mount)))[:2] for mount in RATED}
    is_(got, {"traced": [120, 29], "coded": [100, 8], "wrapped": [600, 507]},
        "MB-18, T-1, W-16: the mounts share the counter of a key, each with its own limit")
    fill(v.at(CODED), 100 - 93)
    is_([ask(v.at(mount)).status for mount in (CODED, TRACED, WRAPPED, FLAT)], [429, 200, 200, 200],
        "a mount whose limit is reached refuses, while a larger limit admits")


def neither(site):
    """Both limiters must admit; when one refuses, neither counts."""
    app = site.new_app(second=0, minute=3, hour=0)
    app.limit_key(10)
    a, b = app.visitor(), app.visitor()
    for mount in MOUNTS:
        pass_by(site.database, 3600)
        first = ask(a.at(mount))
        fill(a.at(mount), 2)
        for _ in range(4):
            mount.refuses(ask(a.at(mount)), "rate_limited", "T-6: a visitor whose window is full is refused")
        is_(usage(site, app), {"key": 3, a.id: 3}, "%s: and its key has not counted that" % mount.name)
        is_(rate(ask(a.at(mount))), [3, 0, ceiling(at(first) + MINUTE)], "%s: the refusal tells the visitor's window"
            % mount.name)
        fill(b.at(mount), 3)
        for _ in range(4):
            fill(app.visitor().at(mount), 1)
        mount.refuses(ask(app.visitor().at(mount)), "rate_limited", "T-6: a full key refuses")
        fresh = app.visitor()
        refused = ask(fresh.at(mount))
        is_([rate(refused)[:2], usage(site, app).get(fresh.id)], [[10, 0], None],
            "%s: and the visitor has not counted that" % mount.name)
        is_(usage(site, app)["key"], 10, "%s: the key holds what it admitted" % mount.name)


def later(site):
    """Of two full windows the one that opens last is told."""
    app = site.new_app(second=0, minute=2, hour=0)
    app.limit_key(3)
    a, b = app.visitor(), app.visitor()
    fill(a, 2)
    pass_by(site.database, 20)
    fill(b, 1)
    app.limit_key(1)    # full until the last of the three leaves
    is_(ask(a).json["cause"], "per_key", "flat: both are full, and the key opens last: it is told")

    app = site.new_app(second=0, minute=2, hour=0)
    app.limit_key(4)
    a, b = app.visitor(), app.visitor()
    fill(b, 2)
    pass_by(site.database, 20)
    fill(a, 2)
    is_(ask(a).json["cause"], "per_visitor", "flat: both are full, and the visitor opens last: it is told")


def tightest(site):
    """An admitted request is told the window with the least left."""
    for minute, key, told in ((5, 3, [3, 2]), (3, 5, [3, 2]), (50, 3, [3, 2])):
        app = site.new_app(second=0, minute=minute, hour=0)
        app.limit_key(key)
        for mount in RATED:
            pass_by(site.database, 3600)
            is_(rate(ask(app.visitor().at(mount)))[:2], told, "%s: T-3, T-4: of %d and %d the tighter is told" % (
                mount.name, minute, key))
    app = site.new_app(second=0, minute=0, hour=4)
    app.limit_key(4)
    r = ask(app.visitor().at(CODED))
    is_(rate(r), [4, 3, ceiling(at(r) + 60 * MINUTE)], "coded: T-5: of a tie the longer window is told")


def settings(site):
    """A key's own limit comes before its application's, that before the mount's; 0 is none."""
    app = site.new_app()
    key_id, key = app.new_key()
    v = app.visitor(key=key)
    for steps, told in (((), 100), (((7,),), 7), (((9, key_id),), 9), ((("default", key_id),), 7), ((("default",),), 100),
                        (((0, key_id),), 1000), (((0, key_id), (7,)), 1000), ((("default", key_id), (0,)), 1000)):
        for step in steps:
            app.limit_key(*step)
        pass_by(site.database, 3600)
        is_(rate(ask(v.at(CODED)))[0], told, "coded: after %s a key has %s" % (
            steps, told if told < 1000 else "no limit, and its visitor's is told"))
    app.limit_key("default")
    app.limit_key("default", key_id)
    pass_by(site.database, 3600)
    fill(v.at(CODED), 12)
    app.limit_key(10)
    is_(ask(v.at(CODED)).status, 429, "coded: a lowered limit holds at once")
    app.limit_key(20)
    is_(rate(ask(v.at(CODED)))[:2], [20, 7], "coded: so does a raised one")


def usage(site, app):
    """Who has used how much in the minute that is now: the key as "key", visitors by id."""
    rows = site.database.rows(
        "SELECT scope, subject_id AS id, count(*) AS n FROM foyer.rate_hit WHERE tenant_id = '%s' "
        "AND at > clock_timestamp() - interval '1 minute' GROUP BY 1, 2" % app.id)
    return {"key" if row["scope"] == "key" else row["id"]: row["n"] for row in rows}


def administered(site):
    """What foyerctl shows of all that."""
    app = site.new_app()
    is_(site.foyerctl("limits", "show", app.id)["key"], {"second": 0, "minute": None, "hour": 0},
        "limits show has a row for keys, without a number while it is the mount's")
    app.limit_key(33)
    is_(site.foyerctl("limits", "show", app.id)["key"], {"second": 0, "minute": 33, "hour": 0},
        "and with it when it has been set")
    fill(app.visitor().at(CODED), 3)
    used = [row for row in site.foyerctl("limits", "usage", app.id) if row["subjectId"] == app.key_id]
    is_([(row["window"], row["limit"], row["used"]) for row in used], [("minute", 33, 3)],
        "limits usage tells of keys too")
    for words in (("--second", 5), ("--hour", 5), ("--minute", "x"), ("--minute", -1), ("--minute", 1, "--second", 1)):
        is_(site.database.ctl("limits", "set", app.id, "key", *words)[0], 2, "limits set APP key %s is a usage error" %
            " ".join(map(str, words)))
    is_(site.database.ctl("limits", "set", app.id, "visitor", "--minute", 5, "--key", app.key_id)[0], 2,
        "--key is for key limits alone")
    for key in (str(uuid.uuid4()), site.new_app().key_id):
        is_(site.database.ctl("limits", "set", app.id, "key", "--minute", 5, "--key", key)[0], 1,
            "a key that the application does not have is refused")


def strangers(site):
    """Requests without a usable key count against the address, and are told of it; it changes no answer."""
    app = site.new_app()
    v = app.visitor()
    nobody = {"Authorization": None}
    for mount in RATED:
        pass_by(site.database, 3600)
        who = v.at(mount)
        told = [rate(who.get("/conversations", headers=nobody))[:2], rate(who.get("/nowhere", headers=nobody))[:2],
                rate(who.request("PUT", "/conversations", headers=nobody))[:2],
                rate(who.get("/conversations", headers={"Authorization": "Bearer dk_test_" + "x" * 32}))[:2],
                rate(who.post("/conversations", headers=nobody, body=b" " * 131073))[:2]]
        limit = mount.key_limit
        is_(told, [[limit, limit - 1 - i] for i in range(5)],
            "%s: T-3, T-4: 401, 404, 405 and 413 count against the address" % mount.name)
        is_(rate(ask(who))[:2], [limit, limit - 1], "%s: and not against a key" % mount.name)
    pass_by(site.database, 3600)
    who = v.at(CODED)
    statuses = [who.get("/conversations", headers=nobody) for _ in range(CODED.key_limit + 5)]
    is_([{r.status for r in statuses}, rate(statuses[-1])[:2], ask(who).status], [{401}, [100, 0], 200],
        "coded: an address without room is still answered 401, with nothing left; and a good key is not touched")
    pass_by(site.database, 3600)
    is_([rate(who.get("/conversations", headers={"X-Visitor-Id": None}))[:2], rate(ask(who))[:2]], [[100, 99], [100, 98]],
        "coded: a request that fails before the limiter with a good key counts against the key")
    suspended = site.new_app()
    suspended.set("--suspended", "yes")
    told = [rate(ask(suspended.visitor().at(CODED)))[:2] for _ in range(2)]
    is_(told, [[100, 99], [100, 98]], "coded: T-3: so does one of a suspended application")
    pass_by(site.database, 3600)
    health = [rate(site.get(site.prefix + mount.base + path))[:2] for mount in RATED
              for path in ("/health", "/health/live", "/health/ready") for _ in range(2)]
    is_(health, [[mount.key_limit, mount.key_limit] for mount in RATED for _ in range(6)],
        "T-3: the health routes report the mount's default, all of it left")
    is_(site.sql("SELECT count(*) FROM foyer.rate_counter WHERE scope = 'address' AND last_at > now() - interval '1 s'"),
        "0", "and count nowhere")


def not_counted(site):
    """A 304 does not count, in any mount."""
    app = site.new_app()
    v = app.visitor()
    c = v.start()["id"]
    path = "/conversations/%s/changes?after=1" % c
    for mount in RATED:
        before = rate(ask(v.at(mount)))[1]
        r = v.at(mount).get(path, headers={"If-None-Match": '"1"'})
        is_([r.status, rate(r)[1], rate(ask(v.at(mount)))[1]], [304, before, before - 1],
            "%s: a 304 has the rate headers, and does not count" % mount.name)
    app.limit_key(1)
    is_(v.at(CODED).get(path, headers={"If-None-Match": '"1"'}).status, 429, "coded: a full key refuses it like all")


def down(site):
    """Without a database there is nothing to count."""
    v = site.new_app().visitor()
    site.database.alter("ALLOW_CONNECTIONS false")
    site.database.disconnect()
    for mount in MOUNTS:
        r = v.at(mount).get("/conversations", fault=True)
        mount.refuses(r, "unavailable", "MB-20, MB-24, W-21: without a database 503")
        is_(rate(r)[:2], [mount.key_limit, 0] if mount.rated else [-1, -1], "%s: T-3: with the mount's limit, and 0 left"
            % mount.name)
    site.database.alter("ALLOW_CONNECTIONS true")
    site.settle()
    is_([ask(v.at(mount)).status for mount in MOUNTS], [200] * 4, "T-17, W-21, MB-24: a retry succeeds")


def main():
    site = Site()
    for part in (sliding, edges, defaults, keys, together, neither, later, tightest, settings, strangers, not_counted,
                 administered, down):
        part(site)
    site.finish()


run(main)
