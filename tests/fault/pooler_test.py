#!/usr/bin/python3
"""pooler_test.py - pgbouncer is restarted or dies under load, or the database behind it does."""
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.pooler import Pooler
from lib.site import Site
from lib.tap import run
from lib.trial import Trial


def main():
    cluster = Cluster()
    database = cluster.deploy()
    pooler = Pooler(database)
    site = Site(database=database, conninfo=pooler.conninfo(), prepare="off")
    for fault, how in (("pgbouncer is restarted", signal.SIGTERM), ("pgbouncer is killed", signal.SIGKILL)):
        with Trial(site, fault) as t:
            pooler.stop(how)
            t.refused()
            pooler.start()
    with Trial(site, "PostgreSQL is restarted behind pgbouncer") as t:
        cluster.stop()
        t.refused(12)
        cluster.start()
    site.finish()
    pooler.stop()
    cluster.stop()


run(main)
