#!/usr/bin/python3
"""statement_log_test.py - what PostgreSQL itself logs of a mixed run: one statement a request.

With log_statement = all the server names every statement of the web role; the test counts them.
"""
import os
import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.site import Site
from lib.tap import diag, is_, ok, run

SEED = 20261122
REQUESTS = 200
PROCESSES = 4


def statements(database):
    """The statements of the web role in that database, in order, from the server's log."""
    mark = " foyer_web@%s LOG:  " % database
    with open(os.path.join(os.environ["FOYER_TEST_TMP"], "postgresql.log"), encoding="utf-8", errors="replace") as log:
        said = [line.split(mark, 1)[1] for line in log if mark in line]
    return [line.split(": ", 1)[1].strip() for line in said if line.startswith(("statement: ", "execute "))]


def main():
    diag("seed %d" % SEED)
    chance = random.Random(SEED)
    site = Site(procs=PROCESSES)
    visitor = site.new_app().visitor()
    conversation = visitor.start("x")["id"]
    path = "/conversations/%s/messages" % conversation
    kinds = (
        lambda: visitor.post("/conversations", {"subject": "x"}),
        lambda: visitor.get("/conversations"),
        lambda: visitor.get("/conversations/" + conversation),
        lambda: visitor.post(path, {"content": "x"}),
        lambda: visitor.post(path, {"content": "x", "unknown": 1}),
        lambda: visitor.get(path),
        lambda: visitor.get(path + "?after=x"),
        lambda: visitor.get(path, headers={"Authorization": "Bearer dk_test_" + "x" * 32}),
    )
    site.database.sql("ALTER ROLE foyer_web IN DATABASE %s SET log_statement = 'all'" % site.database.name)
    site.disconnect()
    for _ in range(REQUESTS):
        chance.choice(kinds)()

    said = statements(site.database.name)
    calls = [text for text in said if text.startswith("SELECT * FROM foyer_api.")]
    own = ["SET application_name='foyer';"] if site.pooler else []    # a pool's, on behalf of its client
    others = [text for text in said if not text.startswith("SELECT * FROM foyer_api.") and text not in own]
    is_(len(calls), REQUESTS, "%d mixed requests are %d statements" % (REQUESTS, REQUESTS))
    is_(sorted(set(others)), ["SELECT foyer_api.schema_version()"],
        "all that a new connection asks besides is the version of the schema")
    ok(len(others) <= PROCESSES, "and it asks once", "%d times" % len(others))
    site.finish()


run(main)
