#!/usr/bin/python3
"""restart_test.py - a thousand requests in flight when a web server restarts, or its workers do: each is done once,
and but for mod_fcgid's restarts none fails."""
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.burst import survives
from lib.door import alive
from lib.servers import ALL, SERVERS
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

def web_server(name, site):
    pid, old = site.server.process.pid, set(site.server.everyone())
    survives(name, site, "the web server restarts", lambda: os.kill(pid, site.server.restarts),
             SERVERS[name].lossless)
    if SERVERS[name].lossless:
        until(lambda: not any(map(alive, old - {pid})), "the processes that it has had end")
    is_(site.server.process.poll(), None, "%s: the web server is still there, with other processes" % name)


def workers(name, site):
    before = survives(name, site, "the workers are replaced", site.server.pool.replace)
    ok(len(site.server.workers()) == site.server.procs and not before & set(site.server.workers()),
       "%s: the workers are new ones" % name, before, site.server.workers())


def main():
    for name in sys.argv[1:] or [name for name in SERVERS if SERVERS[name].files == ALL]:
        site = Site(server=name)
        web_server(name, site)
        if hasattr(site.server, "pool"):
            workers(name, site)
        site.finish()


run(main)
