#!/usr/bin/python3
"""standby_test.py - a primary that dies, and its standby that takes over, as docs/dba.md says."""
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.expect import status_is
from lib.fcgi import Worker
from lib.tap import is_, ok, run
from lib.wait import until


def check(conninfo):
    done = subprocess.run([os.path.join(os.environ["FOYER_BUILD"], "foyer.fcgi"), "--check"], text=True,
                          capture_output=True, env=os.environ | {"FOYER_DB": conninfo})
    return done.returncode, re.findall(r"^WRONG (.*)$", done.stdout, re.M)


def unheard(primary, standby, visitor, path, worker):
    """While the synchronous standby does not listen nothing is acknowledged that it could lose."""
    other = worker.new_app().visitor()
    status_is(other.get("/conversations"), 200, "a visitor reads")
    receiver = int(standby.sql("SELECT pid FROM pg_stat_wal_receiver"))
    os.kill(receiver, signal.SIGSTOP)
    try:
        status_is(visitor.post(path, {"content": "unheard"}, fault=True), 503,
                  "a write that the standby does not confirm is not acknowledged")
        status_is(served(other), 200, "meanwhile others read")
    finally:
        os.kill(receiver, signal.SIGCONT)
    until(lambda: primary.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "0",
          "the standby has confirmed")


def served(caller):
    """The answer that is not 503: a process that found the database hanging refuses for a second."""
    answers = []
    until(lambda: answers.append(caller.get("/conversations", fault=True)) or answers[-1].status != 503,
          "the database is asked again")
    return answers[-1]


def main():
    primary = Cluster()
    database = primary.deploy()
    standby = Cluster(origin=primary, standby=True)
    primary.synchronize()

    both = "host=%s,%s port=%s,%s dbname=foyer user=foyer_web target_session_attrs=%s"
    hosts = (standby.home, primary.home, standby.port, primary.port)    # the standby first: it has to be passed over
    is_(check(both % (*hosts, "any")), (1, ["primary: this server is a standby; name all hosts, with "
                                            "target_session_attrs=read-write"]),
        "a standby is found out, and what to do")
    is_(check(both % (*hosts, "read-write"))[1], [], "with target_session_attrs=read-write it is passed over")

    worker = Worker(database=database, conninfo=both % (*hosts, "read-write"))
    visitor = worker.new_app().visitor()
    conversation = visitor.start()["id"]
    path = "/conversations/%s/messages" % conversation
    acknowledged = [visitor.send(conversation, "message %d" % i)["id"] for i in range(200)]
    unheard(primary, standby, visitor, path, worker)
    primary.kill()
    r = visitor.post(path, {"content": "lost"}, fault=True)
    status_is(r, 503, "without a primary a request is 503")
    standby.promote()
    status_is(served(visitor), 200, "the new primary is found, in the same process")
    kept = standby.sql("SELECT id FROM foyer.message WHERE conversation_id = '%s' ORDER BY id" % conversation, "foyer")
    is_([id for id in acknowledged if id not in kept.splitlines()], [],
        "with synchronous_standby_names each of 200 acknowledged messages is there")
    is_(visitor.send(conversation, "after")["content"], "after", "and it takes writes")
    ok(worker.process.poll() is None, "the process is the one that was started")
    worker.finish()


run(main)
