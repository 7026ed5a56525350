#!/usr/bin/python3
"""killed_test.py - in each set-up, a process that dies while it serves leaves a 503 in JSON, and a retry is safe."""
import concurrent.futures
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.servers import SERVERS
from lib.site import Site
from lib.tap import is_, run
from lib.wait import until


def main():
    for name in SERVERS:
        site = Site(server=name)
        v = site.new_app().visitor()
        c = v.start()["id"]
        path, key = "/conversations/%s/messages" % c, {"Idempotency-Key": "once"}
        holder = site.database.session()
        holder.lock_conversation(c)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sent = pool.submit(v.post, path, {"content": "x"}, headers=key, foreign=True)
            until(lambda: site.database.blocked() == 1, "the request waits for the lock")
            for pid in site.server.workers():
                os.kill(pid, signal.SIGKILL)
            r = sent.result()
        holder.run("COMMIT")
        holder.close()
        refused(r, "unavailable", None, name + ": the answer is 503, in JSON")
        is_([r.headers.get("Retry-After"), r.headers.get("Content-Type")[:16]], ["1", "application/json"],
            name + ": and says when to try again")
        until(lambda: site.get(site.base + "/health/ready", foreign=True).status == 200, "others serve")
        status_is(v.post(path, {"content": "x"}, headers=key), 201, name + ": the retry is served")
        is_(site.sql("SELECT count(*) FROM foyer.message"), "1", name + ": and it is done once")
        site.finish()


run(main)
