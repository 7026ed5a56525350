#!/usr/bin/python3
"""control_test.py - a site that loses or doubles messages is found out, so that the other tests mean something."""
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.load import doubled, lost
from lib.site import Site
from lib.tap import is_, ok, run
from lib.trial import ROOT, Trial, documented, own
from lib.wait import until

FORGETFUL = """
CREATE OR REPLACE FUNCTION foyer.recall(p_entry foyer.entry, p_slot bytea, p_fingerprint bytea)
RETURNS foyer.entry LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN p_entry;
END;
$$;
"""
WARNING = """level=info msg=before
WARNING:  terminating connection because of crash of another server process
DETAIL:  The postmaster has commanded this server process to roll back the current transaction and exit.
HINT:  In a moment you should be able to reconnect to the database and repeat your command.
WARNING:  there is something else
level=info msg=after
"""
TWICE = "SELECT count(*) FROM (SELECT FROM foyer.message GROUP BY conversation_id, content HAVING count(*) > 1) AS q"


def kill_until(site, condition, what):
    """Kills the workers again and again, with whatever requests they have, until the condition holds."""
    def once():
        for pid in site.server.workers():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(site.server.workers()) == site.server.procs, "the web server starts other workers")
        return condition()
    until(once, what, 60)


def careless(cluster, site):
    """Commits that do not wait for the disk, and a log writer that comes too late."""
    with Trial(site, "commits that do not wait for the disk", verdict=False) as t:
        cluster.sql("ALTER ROLE foyer_web SET synchronous_commit = off")
        site.database.terminate()
        t.served()
        cluster.kill()
        cluster.start()
    cluster.sql("ALTER ROLE foyer_web RESET synchronous_commit")
    site.database.terminate()
    ok(list(lost(t.account)), "messages that a crash has taken are found to be lost")


def forgetful(site):
    """Retries that are not recognised."""
    kept = site.sql("SELECT pg_get_functiondef('foyer.recall'::regproc)")
    with Trial(site, "retries that are not recognised", replaced=True, verdict=False) as t:
        site.sql(FORGETFUL)
        kill_until(site, lambda: int(site.sql(TWICE)), "a message is written twice")
    site.sql(kept)
    ok(list(doubled(t.account)), "messages that a retry has written again are found to be there twice")


def main():
    cluster = Cluster(wal_writer_delay="10s", wal_writer_flush_after="1GB")
    site = Site(database=cluster.deploy())
    with Trial(site, "nothing at all", verdict=False) as t:
        t.served()
    t.control()
    careless(cluster, site)
    forgetful(site)
    site.finish()
    cluster.stop()
    is_(own(WARNING), ["level=info msg=before", "WARNING:  there is something else", "level=info msg=after"],
        "of what libpq writes into the log, the warning of a server that crashes is known, and no other")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/fault").glob("*_test.py"))
    is_([fault for fault in documented() if '"%s"' % fault not in tests], [],
        "every fault of docs/faults.md is tried by a test")


run(main)
