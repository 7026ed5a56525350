#!/usr/bin/python3
"""drain_test.py - a worker that is told to go finishes what it has begun."""
import concurrent.futures
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.door import alive
from lib.expect import answers, message, status_is
from lib.fcgi import PARAMS, STDIN, Connection, Worker, begin, cgi, pairs, stream
from lib.pgproxy import Proxy
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until


def during(door, v, conversation, act):
    """Sends a message that waits for a lock, acts, releases the lock, and returns the answer."""
    holder = door.database.session()
    holder.lock_conversation(conversation)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = pool.submit(v.post, "/conversations/%s/messages" % conversation, {"content": "in flight"})
        until(lambda: door.database.blocked() == 1, "the request waits for the lock")
        act()
        holder.run("COMMIT")
        holder.close()
        return sent.result()


def is_sent(door, v, conversation, r, when):
    answers(r, 201, {"message": message(conversationId=conversation, senderId=v.id, content="in flight")},
            "a request in flight is answered in full when " + when)


def one_worker():
    for name, signals in (("TERM", [signal.SIGTERM]), ("USR1", [signal.SIGUSR1]), ("TERM twice", [signal.SIGTERM] * 2)):
        worker = Worker()
        v = worker.new_app().visitor()
        c = v.start()["id"]

        def act(worker=worker, signals=signals):
            for number in signals:
                worker.process.send_signal(number)
        is_sent(worker, v, c, during(worker, v, c, act), "the worker gets " + name)
        until(lambda w=worker: w.process.poll() is not None, "the worker ends")
        is_(worker.process.returncode, 0, "after %s the worker ends with status 0" % name)
        is_(worker.sql("SELECT content FROM foyer.message"), "in flight", "and the message is there")
        worker.finish()


class Slow(Proxy):
    """Delays the end of each transaction."""

    def forth(self, side, message, sink):
        if (side, message[:1]) == ("B", b"Z"):
            time.sleep(0.05)
        super().forth(side, message, sink)


def busy():
    """Requests wait all the time: there is always work when the worker looks for some."""
    with tempfile.TemporaryDirectory() as home, concurrent.futures.ThreadPoolExecutor(4) as pool:
        proxy, database = Slow(home), Database()
        worker = Worker(database=database, conninfo=database.conninfo(host=home))
        status_is(worker.get(worker.base + "/health/ready"), 200, "a worker serves")

        def hammer():
            served = 0
            try:
                while True:
                    worker.get(worker.base + "/health/ready")
                    served += 1
            except OSError:
                return served
        hammering = [pool.submit(hammer) for _ in range(4)]
        until(lambda: len(worker.log_lines()) > 10, "all are at it")
        worker.process.send_signal(signal.SIGTERM)
        try:
            until(lambda: worker.process.poll() is not None, "the worker ends")
        except TimeoutError:
            worker.kill()
        is_(worker.process.returncode, 0, "a worker that always has requests waiting ends on TERM with status 0")
        ok(all(future.result() for future in hammering), "and has served everybody until then")
        worker.finish()
        proxy.close()


def idle():
    for name, number in (("TERM", signal.SIGTERM), ("USR1", signal.SIGUSR1)):
        worker = Worker()
        status_is(worker.get(worker.base + "/health/live"), 200, "a worker serves")
        is_(worker.end(number), 0, "an idle worker ends on %s with status 0" % name)
        worker.finish()

        worker = Worker()
        kept = Connection(worker.path)
        kept.send(begin(keep=True), stream(PARAMS, pairs(cgi("GET", worker.base + "/health/live"))), stream(STDIN, b""))
        is_(kept.reply().status, 200, "a worker serves over a kept connection")
        is_(worker.end(number), 0, "a worker with an idle kept connection ends on %s with status 0" % name)
        kept.close()
        worker.finish()


def slow_reader():
    """An answer that is larger than what the system takes at once is not cut short by a signal."""
    worker = Worker()
    v = worker.new_app().visitor()
    c = v.start()["id"]
    for _ in range(100):
        v.send(c, "\U0001f600" * 5000)
    whole = v.get("/conversations/%s/messages?limit=100" % c)
    connection = Connection(worker.path)
    connection.ask(cgi("GET", worker.base + "/conversations/%s/messages?limit=100" % c, v.headers.items()))
    until(lambda: connection.waiting() > 0, "the answer has begun")
    for number in (signal.SIGTERM, signal.SIGUSR1) * 20:
        worker.process.send_signal(number)
        until(lambda: asleep(worker.process.pid), "the worker waits for its reader")
    r = connection.reply()
    is_([r.status, r.headers.get("Content-Length"), len(r.body)], [200, str(len(whole.body)), len(whole.body)],
        "signals do not cut a large answer short")
    ok(r.body == whole.body, "and do not change it")
    connection.close()
    until(lambda: worker.process.poll() is not None, "the worker ends")
    worker.finish()


def asleep(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0] == "S"


def replaced():
    """A web server replaces workers that were told to go; no request notices."""
    site = Site(procs=3)
    v = site.new_app().visitor()
    c = v.start()["id"]
    old = site.server.workers()
    is_sent(site, v, c, during(site, v, c, lambda: [os.kill(pid, signal.SIGTERM) for pid in old]),
            "all workers get TERM")
    until(lambda: not any(map(alive, old)), "the old workers end")
    until(lambda: v.get("/conversations", foreign=True).status == 200, "new workers serve")
    ok(not set(site.server.workers()) & set(old), "the workers are new ones", old, site.server.workers())
    is_([m["content"] for m in v.get("/conversations/%s/messages" % c).json["messages"]], ["in flight"],
        "what was in flight is there")
    site.finish()


def graceful():
    """A web server that is told to stop gracefully waits for what is in flight."""
    site = Site(procs=2)
    v = site.new_app().visitor()
    c = v.start()["id"]
    everyone = site.server.everyone()
    r = during(site, v, c, lambda: site.server.process.send_signal(site.server.gracefully))
    is_sent(site, v, c, r, "the web server stops gracefully")
    until(lambda: site.server.process.poll() is not None and not any(map(alive, everyone)), "all of them end")
    is_(site.server.process.returncode, 0, "a web server that stops gracefully has no complaint")
    site.finish()


def main():
    one_worker()
    busy()
    idle()
    slow_reader()
    replaced()
    graceful()


run(main)
