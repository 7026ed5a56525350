#!/usr/bin/python3
"""mounts_oracle_test.py - limits of keys and of visitors together are exact under load, in all mounts at once.

As oracle_test.py, with two limiters for each request: threads hammer a few visitors of a few keys through several
processes and four mounts; SQL that knows nothing of the program judges each decision afterwards.
"""
import collections
import os
import pathlib
import random
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.mounts import MOUNTS
from lib.oracle import Oracle
from lib.site import Site
from lib.tap import diag, is_, ok, run

THREADS, VISITORS, REQUESTS = 12, 4, 100
# The limits of the visitors, and of the keys: now the one is tighter, now the other, now both at times.
LIMITS = {"keys": ({"second": 0, "minute": 40, "hour": 0}, 50), "visitors": ({"second": 0, "minute": 7, "hour": 0}, 90),
          "both": ({"second": 3, "minute": 20, "hour": 45}, 37)}


class Load:
    """Requests of every kind in every mount."""

    def __init__(self, site, apps, seed):
        self.site, self.seed, self.answers = site, seed, []
        self.refused = collections.Counter()
        self.clients = [(name, app.visitor(key=key)) for name, app in apps.items() for key in (app.key, app.new_key()[1])
                        for _ in range(VISITORS)]

    def hammer(self, number):
        dice = random.Random(self.seed * THREADS + number)
        for _ in range(REQUESTS):
            name, v = dice.choice(self.clients)
            v = v.at(dice.choice(MOUNTS))
            ask = dice.choice((lambda: v.get("/conversations"), lambda: v.post("/conversations", {"subject": "x"}),
                               lambda: v.get("/conversations/" + v.id), lambda: v.post("/conversations", body=b"{"),
                               lambda: v.head("/conversations")))
            r = ask()
            self.answers.append(r)
            if r.status == 429:
                self.refused[name, (r.json or {}).get("cause")] += 1

    def run(self):
        threads = [threading.Thread(target=self.hammer, args=(i,)) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def main():
    seed = int(os.environ.get("FOYER_TEST_SEED", random.randrange(1 << 32)))
    diag("FOYER_TEST_SEED=%d" % seed)
    site = Site()
    apps = {name: site.new_app(**windows) for name, (windows, _) in LIMITS.items()}
    for name, app in apps.items():
        app.limit_key(LIMITS[name][1])
    load = Load(site, apps, seed)
    load.run()
    diag("%d requests; refused: %s" % (len(load.answers), dict(load.refused)))
    ok(all(load.refused[case] for case in (("keys", "per_key"), ("visitors", "per_visitor"), ("both", "per_visitor"))),
       "each limiter has refused", load.refused)

    oracle = Oracle(site.database, {app.id: LIMITS[name][0] for name, app in apps.items()},
                    {app.id: LIMITS[name][1] for name, app in apps.items()})
    logged = {line["id"]: line for line in site.log_lines() if "id" in line}
    ok(all(r.id in logged for r in load.answers), "each response is in the log")
    oracle.load((r, logged[r.id]) for r in load.answers)
    for view, promise in oracle.promises.items():
        is_(oracle.violations(view), [], promise)
    for view, (lie, tampering) in oracle.controls.items():
        ok(oracle.violations(view, tampering), "the oracle would see " + lie, "found nothing")
    site.finish()


run(main)
