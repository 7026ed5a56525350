#!/usr/bin/python3
"""oracle_test.py - under load the rate limits are exact: proved by window queries over the log.

Threads hammer a few visitors through several processes. Each decision is in the worker log with the instant at which
the database took it; each response says what the client was told. Both go into a table, and SQL that knows nothing
of the program finds every decision or figure that is not as it should be.
"""
import collections
import os
import pathlib
import random
import sys
import threading
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.oracle import Oracle
from lib.site import Site
from lib.tap import diag, is_, ok, run

THREADS, VISITORS, ENOUGH, PATIENCE = 16, 5, 30, 60
LIMITS = {"seconds": {"second": 5, "minute": 0, "hour": 0}, "minutes": {"second": 5, "minute": 20, "hour": 100},
          "hours": {"second": 7, "minute": 60, "hour": 25}}


class Load:
    """Requests of every kind, until each window has opened and refused often enough."""

    def __init__(self, site, apps, seed):
        self.site, self.seed, self.answers = site, seed, []
        self.admitted, self.refused = collections.Counter(), collections.Counter()
        ids = [str(uuid.UUID(int=random.Random(seed + i).getrandbits(128), version=4)) for i in range(VISITORS)]
        self.clients = [(name, app.visitor(id=id)) for name, app in apps.items() for id in ids]
        self.end = time.monotonic() + PATIENCE

    def enough(self):
        return all(self.admitted["seconds", v.id] >= ENOUGH for name, v in self.clients) and all(
            self.refused[window] >= ENOUGH for window in ("second", "minute", "hour"))

    def hammer(self, number):
        dice = random.Random(self.seed * THREADS + number)
        while not self.enough() and time.monotonic() < self.end:
            name, v = dice.choice(self.clients)
            ask = dice.choice((lambda: v.get("/conversations?limit=1"),
                               lambda: v.post("/conversations", {"subject": "x"}),
                               lambda: v.get("/conversations/" + v.id), lambda: v.post("/conversations", body=b"{"),
                               lambda: v.head("/conversations")))
            r = ask()
            self.answers.append(r)
            if r.status == 429:
                self.refused[r.json["window"] if r.body else "head"] += 1
            else:
                self.admitted[name, v.id] += 1

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
    apps = {name: site.new_app(**limits) for name, limits in LIMITS.items()}
    load = Load(site, apps, seed)
    load.run()
    diag("%d requests; refused: %s" % (len(load.answers), dict(load.refused)))
    ok(load.enough(), "each window has opened and refused often", load.admitted, load.refused)

    oracle = Oracle(site.database, {app.id: LIMITS[name] for name, app in apps.items()})
    logged = {line["id"]: line for line in site.log_lines() if "id" in line}
    ok(all(r.id in logged for r in load.answers), "each response is in the log")
    oracle.load((r, logged[r.id]) for r in load.answers)
    for view, promise in oracle.promises.items():
        found = oracle.violations(view)
        is_(found, [], promise)
    for view, (lie, tampering) in oracle.controls.items():
        ok(oracle.violations(view, tampering), "the oracle would see " + lie, "found nothing")
    is_(oracle.violations("overfull"), [], "and the controls have left nothing behind")
    site.finish()


run(main)
