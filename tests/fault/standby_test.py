#!/usr/bin/python3
"""standby_test.py - with synchronous replication the standby is lost, and then the primary, under load."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.victim import Cluster
from lib.site import Site
from lib.tap import is_, run
from lib.trial import Trial
from lib.wait import until


def replicated(primary):
    """Waits until no commit is told before the standby has it on disk."""
    primary.configure(synchronous_standby_names="'*'")
    primary.sql("SELECT pg_reload_conf()")
    until(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync", "the standby is synchronous")


def main():
    primary = Cluster()
    database = primary.database()
    standby = Cluster(primary=primary)
    replicated(primary)
    site = Site(database=database, conninfo=database.conninfo(host="%s,%s" % (primary.home, standby.home),
                                                              port="5432,5432", target_session_attrs="read-write"))
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
