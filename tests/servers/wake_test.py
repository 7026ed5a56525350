#!/usr/bin/python3
"""wake_test.py - of the processes that wait at one socket, a connection wakes one."""
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import status_is
from lib.site import Site
from lib.tap import diag, ok, run

PROCESSES, REQUESTS = 16, 50


def waits(pid):
    """How often a process has gone to sleep."""
    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
        return int(re.search(r"^voluntary_ctxt_switches:\t(\d+)$", f.read(), re.M)[1])


def main():
    site = Site(procs=PROCESSES, server="nginx")
    workers = site.server.workers()
    before = sum(map(waits, workers))
    for _ in range(REQUESTS):
        site.get(site.base + "/health/live")
    each = (sum(map(waits, workers)) - before) / REQUESTS
    diag("a process goes to sleep %.1f times for each request" % each)
    # One waits for a connection, and then perhaps for its first bytes; who comes too late waits once more.
    ok(each < 4, "a connection wakes one of %d processes, not all of them" % PROCESSES, "%.1f for each request" % each)
    status_is(site.get(site.base + "/health/ready"), 200, "which then serve as ever")
    site.finish()


run(main)
