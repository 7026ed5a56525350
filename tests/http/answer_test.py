#!/usr/bin/python3
"""answer_test.py - a database that answers in part, late, or not at all: what the worker makes of it."""
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.expect import refused, status_is
from lib.fcgi import Connection, Worker, cgi
from lib.pgproxy import Proxy
from lib.tap import is_, ok, run

BOUND = 10    # seconds in which every request is answered
DEFERRED = """
CREATE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'too late' USING ERRCODE = '40001';
END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON foyer.message DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.late();
"""


class Between(Proxy):
    """Cuts the connection before a ReadyForQuery that follows a CommandComplete, or delays what the server says.

    The server has sent its rows by then, and may die before, in or after the commit.
    """

    severing, delay, last = False, 0, b""

    def forth(self, side, message, sink):
        if side == "B":
            before, self.last = self.last, message[:1]
            if self.severing and (before, self.last) == (b"C", b"Z"):
                raise OSError
            if self.delay and self.last == b"Z" and before in b"C1":    # not while it connects
                time.sleep(self.delay)
        super().forth(side, message, sink)


def at_commit(worker, v, path):
    worker.sql(DEFERRED)
    refused(v.post(path, {"content": "x"}, fault=True), "unavailable", None,
            "a transaction that fails as it commits is not answered by its rows, but by 503")
    is_(worker.sql("SELECT count(*) FROM foyer.message"), "0", "and has written nothing")
    worker.sql("DROP TRIGGER late ON foyer.message")


def severed(worker, proxy, v, path):
    key = {"Idempotency-Key": "severed"}
    proxy.severing = True
    r = v.post(path, {"content": "x"}, headers=key, fault=True)
    refused(r, "unavailable", None, "a server that is lost between its rows and the end of the transaction is 503")
    proxy.severing = False
    r = v.post(path, {"content": "x"}, headers=key)
    status_is(r, 201, "with an Idempotency-Key the retry is safe")
    is_(worker.sql("SELECT count(*) FROM foyer.message"), "1", "and the message is there once")


def slow(worker, proxy, v):
    """Connecting, asking for the version, preparing and executing have one deadline together; and who has waited for
    that in vain spares those behind it the same."""
    worker.database.disconnect()
    proxy.delay, sessions = 4, len(proxy.startup)
    clock = time.monotonic()
    waiting = [Connection(worker.path) for _ in range(3)]
    for connection in waiting:
        connection.ask(cgi("GET", worker.base + "/conversations", v.headers.items()))
    for connection in waiting:
        refused(connection.reply(), "unavailable", None, "a database that answers each step late is 503")
        connection.close()
    ok(time.monotonic() - clock < BOUND, "within %d seconds in all" % BOUND, time.monotonic() - clock)
    is_(len(proxy.startup) - sessions, 1, "and it is asked once")
    proxy.delay = 0


def main():
    with tempfile.TemporaryDirectory() as home:
        proxy, database = Between(home), Database()
        worker = Worker(database=database, conninfo=database.conninfo(host=home))
        v = worker.new_app().visitor()
        path = "/conversations/%s/messages" % v.start()["id"]
        at_commit(worker, v, path)
        severed(worker, proxy, v, path)
        slow(worker, proxy, v)
        worker.finish()
        proxy.close()


run(main)
