#!/usr/bin/python3
"""growth_test.py - contrib/dba/growth.sql runs, and what it measures is what docs/dba.md says."""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.tap import is_, ok, run

ROOT = pathlib.Path(os.environ["FOYER_ROOT"])
VISITORS = 500
ROW = re.compile(r"^\|? *`?(?:foyer\.)?([a-z_]+|write-ahead log)`? *\| *(\d+) *\| *(\d+) *\| *(\d+) *\|?$", re.M)


def rows(text):
    return {name: tuple(map(int, figures)) for name, *figures in ROW.findall(text)}


def near(said, measured):
    """Pages are whole, and splits of indexes are not foreseen."""
    return all(abs(s - m) <= 40 + 0.25 * max(s, m) for s, m in zip(said, measured))


def main():
    cluster = Cluster(full_page_writes="off", fsync="off", autovacuum="off")
    cluster.deploy("growth")
    done = subprocess.run(["psql", "-X", "-q", "-d", "growth", "-v", "visitors=%d" % VISITORS,
                           "-f", ROOT / "contrib/dba/growth.sql"], text=True, capture_output=True,
                          env=cluster.environment)
    ok(done.returncode == 0, "growth.sql runs in a database of its own", done.stderr)
    measured, said = rows(done.stdout), rows((ROOT / "docs/dba.md").read_text())
    is_(sorted(said), sorted(measured), "docs/dba.md has each table, and the write-ahead log")
    for name, figures in measured.items():
        ok(near(said.get(name, (0, 0, 0)), figures), "what docs/dba.md says of %s is what is measured" % name,
           "said %s" % (said.get(name),), "measured %s" % (figures,))


run(main)
