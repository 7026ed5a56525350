#!/usr/bin/python3
"""standby_test.py - with synchronous replication the standby is lost, and then the primary, under load."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.site import Site
from lib.tap import is_, run
from lib.trial import Trial


def main():
    primary = Cluster()
    database = primary.deploy()
    standby = Cluster(origin=primary, standby=True)
    primary.synchronize()
    site = Site(database=database, conninfo=database.conninfo(host="%s,%s" % (primary.home, standby.home),
                                                              port="%s,%s" % (primary.port, standby.port),
                                                              target_session_attrs="read-write"))
    with Trial(site, "the synchronous standby is lost") as t:
        standby.kill()
        t.refused(12)
        standby.start()
    with Trial(site, "the primary is lost and the standby is promoted") as t:
        primary.kill()
        t.refused()
        standby.promote()
        database.server = standby.server
    is_(database.sql("SELECT pg_is_in_recovery()"), "f", "the standby is the primary")
    site.finish()
    standby.stop()


run(main)
