#!/usr/bin/python3
"""locks_test.py - the locks that each change of the plan takes on tables that are there are those of docs/dba.md."""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import psql
from lib.tap import is_, ok, run

ROOT = pathlib.Path(os.environ["FOYER_ROOT"])
TABLES = "SELECT c.oid FROM pg_class AS c WHERE c.relnamespace IN (SELECT oid FROM pg_namespace " \
         "WHERE nspname LIKE 'foyer%') AND c.relkind IN ('r', 'v', 'c')"
# What only reads is no lock that anybody waits for, nor one of the change itself.
HELD = "RESET ROLE; SELECT 'held ' || l.relation::regclass || ' ' || l.mode FROM pg_locks AS l " \
       "WHERE l.pid = pg_backend_pid() AND l.relation = ANY ('{%s}'::oid[]) AND l.mode <> 'AccessShareLock' " \
       "ORDER BY 1; COMMIT;"


def changes():
    return re.findall(r"^([a-z]\w*) ", (ROOT / "sql/sqitch.plan").read_text(), re.M)


def held(database, change):
    """Runs the deploy script of a change, and returns what it has locked when it is about to commit."""
    before = psql(database, "SELECT string_agg(oid::text, ',') FROM (%s) AS t" % TABLES)
    script = (ROOT / "sql/deploy" / (change + ".sql")).read_text().replace("\\ir ../", "\\i %s/sql/" % ROOT)
    head, found, tail = script.rpartition("COMMIT;")
    if not found:
        raise ValueError("%s.sql does not end with COMMIT;" % change)
    said = psql(database, head + HELD % before + tail)
    return re.findall(r"^held (\S+) (\w+)$", said, re.M)


def main():
    database = "locks_%d" % os.getpid()
    subprocess.run(["createdb", database], check=True)
    try:
        measured = {change: held(database, change) for change in changes()}
    finally:
        subprocess.run(["dropdb", database], check=True)
    text = (ROOT / "docs/dba.md").read_text()
    table = re.search(r"^\| change \|.*?\n\n", text, re.M | re.S)[0]
    said = {row[0]: re.findall(r"`(foyer[\w.]+)` (\w+)", row[1])
            for row in re.findall(r"^\| `(\w+)` \| (.*?) \|$", table, re.M)}
    ok(sum(map(len, measured.values())) > 0, "some changes lock tables that are there")
    is_(list(said), list(measured), "docs/dba.md has each change of the plan, in its order")
    for change, locks in measured.items():
        is_(said.get(change), locks, "what docs/dba.md says of %s is what it locks" % change)


run(main)
