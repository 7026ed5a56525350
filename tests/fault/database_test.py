#!/usr/bin/python3
"""database_test.py - the database server stops, dies, loses sessions or hangs under load, and comes back."""
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.site import Site
from lib.tap import run
from lib.trial import Trial


def main():
    cluster = Cluster()
    site = Site(database=cluster.deploy())
    for fault, how in (("PostgreSQL is restarted", signal.SIGINT),
                       ("PostgreSQL is restarted at once", signal.SIGQUIT)):
        with Trial(site, fault) as t:
            cluster.stop(how)
            t.refused()
            cluster.start()
    for fault, everything in (("PostgreSQL is killed", True), ("the postmaster alone is killed", False)):
        with Trial(site, fault) as t:
            cluster.kill(everything)
            t.refused()
            cluster.start()
    with Trial(site, "sessions are terminated") as t:
        for _ in range(5):
            site.database.terminate()
            t.served()
    with Trial(site, "a session is killed") as t:
        os.kill(cluster.backend(), signal.SIGKILL)
        t.refused()
    with Trial(site, "PostgreSQL hangs") as t:
        cluster.freeze()
        t.refused(12)
        cluster.freeze(signal.SIGCONT)
    site.finish()
    cluster.stop()


run(main)
