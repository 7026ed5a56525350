#!/usr/bin/python3
"""disk_test.py - the disk of the database is full under load."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.site import Site
from lib.tap import run, skip
from lib.trial import Trial


def fill(part, fault):
    try:
        cluster = Cluster(disk=part, min_wal_size="2MB", max_wal_size="4MB")
    except PermissionError as e:
        skip("%s: what was acknowledged is there" % fault, "no file system can be mounted here: %s" % e)
        return
    site = Site(database=cluster.deploy())
    with Trial(site, fault) as t:
        cluster.fill()
        t.refused()
        cluster.relieve()
        if not cluster.running():
            cluster.start()
    site.finish()
    cluster.stop()


def main():
    fill("data", "the disk of the data is full")
    fill("wal", "the disk of the WAL is full")


run(main)
