#!/usr/bin/python3
"""rotate_test.py - logrotate turns the log over under the processes that write it."""
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.server import sample
from lib.servers import SERVERS
from lib.site import Site
from lib.tap import ok, run


def ask(site):
    return site.log_of(site.get(site.base + "/health/live"))["id"]


def main():
    for name in SERVERS:
        site = Site(server=name)
        home = pathlib.Path(site.home)
        rule = site.server.write("logrotate.conf", sample("foyer.logrotate", {
            "/var/log/foyer/foyer.log": site.log, "su foyer adm": "su %s %s" % (
                home.owner(), home.group())}))
        pathlib.Path(rule).chmod(0o644)
        before = ask(site)
        subprocess.run(["/usr/sbin/logrotate", "--force", "--state", site.home + "/state", rule], check=True)
        after = ask(site)
        old = pathlib.Path(site.log + ".1").read_text()
        ok("id=" + before in old and "id=" + after not in old, name + ": the old log has what was before", old)
        ok("id=" + before not in site.raw_log(), name + ": the new log has what comes after, and only that",
           site.raw_log())
        site.finish()


run(main)
