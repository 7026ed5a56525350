#!/usr/bin/python3
"""limits_test.py - connections run out, and a lock is held, under load."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.site import Site
from lib.tap import run
from lib.trial import Trial
from lib.wait import until


def hoard(site):
    """Takes every connection that the server has left for others than a superuser. Who is just being refused holds one
    for a moment, too."""
    room = int(site.database.sql("SELECT current_setting('max_connections')::integer "
                                 "- current_setting('superuser_reserved_connections')::integer"))
    taken = []

    def take():
        session = site.database.session("foyer_admin")
        try:
            session.run("SELECT 1")
        except RuntimeError:
            return False
        taken.append(session)
        return len(taken) == room

    until(take, "all connections are taken", 30)
    return taken


def main():
    cluster = Cluster(max_connections=12)
    site = Site(database=cluster.deploy())
    with Trial(site, "connections run out") as t:
        cluster.sql("ALTER ROLE foyer_web CONNECTION LIMIT 0")    # or they would be first
        site.database.disconnect()
        taken = hoard(site)
        cluster.sql("ALTER ROLE foyer_web CONNECTION LIMIT -1")
        t.refused()
        for session in taken:
            session.close()
    with Trial(site, "the role has too few connections") as t:
        cluster.sql("ALTER ROLE foyer_web CONNECTION LIMIT 2")
        site.database.terminate()
        t.refused()
        cluster.sql("ALTER ROLE foyer_web CONNECTION LIMIT -1")
    with Trial(site, "a lock is held for long") as t:
        holder = site.database.session()
        holder.lock_conversation(t.load.conversations[0])
        t.refused()
        holder.close()
    site.finish()
    cluster.stop()


run(main)
