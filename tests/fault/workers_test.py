#!/usr/bin/python3
"""workers_test.py - the processes of Foyer are killed, and told to go, under load."""
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.door import alive
from lib.site import Site
from lib.tap import run
from lib.trial import Trial
from lib.wait import until


def replaced(site, how):
    """All processes get the signal, one after the other; each time the web server starts another one."""
    for pid in site.server.workers():
        os.kill(pid, how)
        until(lambda pid=pid: not alive(pid) and len(site.server.workers()) == site.server.procs,
              "the web server starts another process")


def main():
    cluster = Cluster()
    site = Site(database=cluster.deploy())
    with Trial(site, "processes are killed", replaced=True) as t:
        for _ in range(3):
            replaced(site, signal.SIGKILL)
            t.served()
        for pid in site.server.workers():
            os.kill(pid, signal.SIGKILL)
    with Trial(site, "processes are told to go", replaced=True) as t:
        for _ in range(3):
            replaced(site, signal.SIGTERM)
            t.served()
        for pid in site.server.workers():
            os.kill(pid, signal.SIGTERM)
    site.finish()
    cluster.stop()


run(main)
