#!/usr/bin/python3
"""fault_test.py - what happens while the database is away, and that it is over as soon as it is back."""
import concurrent.futures
import os
import pathlib
import secrets
import socket
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.expect import answers, anything, refused, status_is
from lib.fcgi import Connection, Worker, cgi
from lib.mounts import MOUNTS
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

VERSION = "CREATE OR REPLACE FUNCTION foyer_api.schema_version() RETURNS %s LANGUAGE sql AS 'SELECT %s'"
FAULT = """
CREATE SEQUENCE IF NOT EXISTS public.fault;
CREATE OR REPLACE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('public.fault') <= %d THEN
        RAISE EXCEPTION 'a secret of the database' USING ERRCODE = '%s';
    END IF;
    RETURN NEW;
END $$;
ALTER SEQUENCE public.fault RESTART;
CREATE OR REPLACE TRIGGER fault BEFORE INSERT ON foyer.message FOR EACH ROW EXECUTE FUNCTION public.fault();
"""
SESSION = "SELECT max(backend_start) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'foyer_web'"


def is_away(site, v, why):
    """Every route that needs the database is 503; what needs none is as ever."""
    path = "/conversations/%s/messages" % v.conversation
    for method, target, what in (("GET", "/conversations", {}), ("POST", "/conversations", {"json": {}}),
                                 ("POST", path, {"json": {"content": "lost"}}), ("GET", path, {}),
                                 ("POST", path, {"body": b"{"}), ("GET", "/conversations?limit=0", {}),
                                 ("GET", "/health/ready", {})):
        refused(v.request(method, target, fault=True, **what), "unavailable", None, "%s: %s %s is 503" % (
            why, method, target.replace(v.conversation, ":id")))
    is_(v.head("/conversations", fault=True).status, 503, why + ": HEAD is 503")
    answers(site.get(site.base + "/health/live"), 200, {"status": "ok"}, why + ": /health/live is 200")
    status_is(site.get(site.base + "/nowhere"), 404, why + ": an unknown path is 404")
    status_is(v.request("PUT", "/conversations"), 405, why + ": another method is 405")
    status_is(v.post("/conversations", body=b"x" * 131073), 413, why + ": a large body is 413")
    for mount in MOUNTS:
        mount.refuses(v.at(mount).get("/conversations", headers={"Authorization": None}), "unauthorized",
                      why + ": no key is 401, whether it can be counted or not")


def is_back(site, v, workers, why):
    """The very next requests are served, by the same processes."""
    site.settle()
    is_([v.get("/conversations", fault=True).status for _ in range(8)], [200] * 8,
        why + ": the next requests are served")
    answers(site.get(site.base + "/health/ready"), 200, {"status": "ok", "schemaVersion": anything},
            why + ": it is ready")
    is_(site.server.workers(), workers, why + ": by the same processes")


def outages(site, v):
    db, workers = site.database, site.server.workers()
    db.alter("ALLOW_CONNECTIONS false")
    db.disconnect()
    is_away(site, v, "no connections allowed")
    db.alter("ALLOW_CONNECTIONS true")
    is_back(site, v, workers, "allowed again")

    db.alter("CONNECTION LIMIT 0")
    db.disconnect()
    is_away(site, v, "too many connections")
    db.alter("CONNECTION LIMIT -1")
    is_back(site, v, workers, "room again")

    name = db.name
    db.rename("foyer_t" + secrets.token_hex(6))
    is_away(site, v, "no such database")
    db.disconnect()
    db.rename(name)
    is_back(site, v, workers, "the database is there again")

    db.disconnect()
    is_back(site, v, workers, "connections cut while idle")


def schema(site, v):
    db, workers = site.database, site.server.workers()
    version = db.sql("SELECT foyer_api.schema_version()")
    kind = db.sql("SELECT pg_get_function_result('foyer_api.schema_version()'::regprocedure)")
    written = len(site.raw_log())
    db.sql(VERSION % (kind, 987654))
    site.disconnect()
    is_away(site, v, "an unknown schema version")
    ok("schema" in site.raw_log()[written:].lower(), "the log says that the schema is the reason",
       site.raw_log()[written:][:2000])
    db.sql(VERSION % (kind, version))
    is_back(site, v, workers, "a known schema version again")

    written = len(site.raw_log())
    db.sql("ALTER FUNCTION foyer_api.schema_version() RENAME TO no_version")
    site.disconnect()
    is_away(site, v, "no schema")
    ok("schema_version: 42883:" in site.raw_log()[written:] and "; deploy the schema" in site.raw_log()[written:],
       "the log says that there is none, and what to do", site.raw_log()[written:][:2000])
    db.sql("ALTER FUNCTION foyer_api.no_version() RENAME TO schema_version")
    is_back(site, v, workers, "the schema is there again")


def in_flight(site, v):
    """A request that has begun when its connection or its patience ends answers 503, and has done nothing."""
    path = "/conversations/%s/messages" % v.conversation
    before = v.get(path + "?limit=100").json["messages"]
    cancel = "SELECT %s(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for how, text, state in (("its connection is cut", cancel % "pg_terminate_backend", "57P01"),
                             ("it is cancelled", cancel % "pg_cancel_backend", "57014"),
                             ("the lock is not to be had", None, "55P03")):
        holder, written = site.database.session(), len(site.raw_log())
        holder.lock_conversation(v.conversation)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sent = pool.submit(v.post, path, {"content": "half done"}, fault=True)
            until(lambda: site.database.blocked() == 1, "the request waits for the lock")
            if text:
                site.sql(text)
            refused(sent.result(), "unavailable", None, "a request in flight is 503 when " + how)
        ok("message_send: %s: " % state in site.raw_log()[written:], "and not tried again: the log says so when " + how,
           site.raw_log()[written:])
        holder.close()
        is_(v.get(path + "?limit=100", fault=True).json, {"messages": before, "limit": 100, "offset": 0},
            "and nothing is written when " + how)
    status_is(v.post(path, {"content": "x"}), 201, "when all is over a message is sent as ever")


def raised(site, v):
    path = "/conversations/%s/messages" % v.conversation
    for code, name, told in (("40001", "a serialization failure", "unavailable"),
                             ("40P01", "a deadlock", "unavailable"),
                             ("0A000", "a plan whose result has changed", "unavailable"),
                             ("22P07", "a composite that has grown", "internal_server_error"),
                             ("42804", "a result of another type", "internal_server_error"),
                             ("25006", "a standby", "unavailable")):
        site.sql(FAULT % (1, code))
        status_is(v.post(path, {"content": name}, fault=True), 201, name + " is tried again")
        site.sql(FAULT % (2, code))
        refused(v.post(path, {"content": name}, fault=True), told, None, "but only once: " + name)
        is_(site.sql("SELECT count(*) FROM foyer.message WHERE content = '%s'" % name), "1",
            "and one message is there")
    site.sql(FAULT % (1, "XX000"))
    r = v.post(path, {"content": "x"}, fault=True)
    refused(r, "internal_server_error", None, "what nobody foresaw is 500")
    ok(b"secret" not in r.body and b"fault" not in r.body, "and tells nothing of it", r)
    site.sql("DROP TRIGGER fault ON foyer.message")
    status_is(v.post(path, {"content": "x"}), 201, "after that all is well")


def given_up():
    """A session that has lost its prepared statements, or may keep something broken, costs one request, not all that
    follow."""
    database = Database()
    worker = Worker(database=database, conninfo=database.conninfo(), prepare="on")
    v = worker.new_app().visitor()
    path = "/conversations/%s/messages" % v.start()["id"]
    worker.sql("CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS "
               "$$ BEGIN DEALLOCATE ALL; RETURN NEW; END $$;"
               "CREATE TRIGGER forget AFTER INSERT ON foyer.message EXECUTE FUNCTION public.forget()")
    is_([v.post(path, {"content": "x"}, fault=True).status for _ in range(4)], [201, 503, 201, 503],
        "a session that forgets its statements is replaced by another")
    ok("message_send: 26000: " in worker.raw_log() and "; set FOYER_PREPARE=off" in worker.raw_log(),
       "and the log says what to do", worker.raw_log())
    worker.sql("DROP TRIGGER forget ON foyer.message;" + FAULT % (1, "XX000"))
    status_is(v.get("/conversations"), 200, "a session serves")
    before = worker.sql(SESSION)
    is_([v.post(path, {"content": "x"}, fault=True).status for _ in range(2)], [500, 201],
        "an internal error is told once")
    ok(worker.sql(SESSION) != before, "for its session is replaced, too", before)
    worker.finish()


def late():
    """A site may start before its database."""
    db = Database()
    name, db.name = db.name, "foyer_t" + secrets.token_hex(6)
    conninfo = db.conninfo()
    db.name = name
    site = Site(procs=2, conninfo=conninfo, ready=False, database=db)
    refused(site.get(site.base + "/health/ready", fault=True), "unavailable", None,
            "before there is a database it is not ready")
    db.rename(conninfo.split("dbname=")[1].split(" ")[0])
    answers(site.get(site.base + "/health/ready", fault=True), 200, {"status": "ok", "schemaVersion": anything},
            "as soon as there is one it is")
    status_is(site.new_app().visitor().get("/conversations"), 200, "and serves")
    site.finish()


def deaf():
    """Of a server that takes connections and never answers, one request finds out; those behind it do not wait."""
    with tempfile.TemporaryDirectory() as home, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.join(home, ".s.PGSQL." + os.environ["PGPORT"]))
        listener.listen(8)
        os.chmod(home, 0o755)
        worker = Worker(conninfo="host=%s dbname=foyer" % home)
        waiting = [Connection(worker.path) for _ in range(4)]
        for connection in waiting:
            connection.ask(cgi("GET", worker.base + "/health/ready"))
        for connection in waiting:
            status_is(connection.reply(), 503, "while the database is deaf all is 503")
            connection.close()
        listener.setblocking(False)
        is_([accepted(listener), accepted(listener)], [True, False], "and it is asked once")
        worker.finish()


def accepted(listener):
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def main():
    site = Site(procs=2)
    v = site.new_app().visitor()
    v.conversation = v.start()["id"]
    outages(site, v)
    schema(site, v)
    in_flight(site, v)
    raised(site, v)
    given_up()
    late()
    deaf()
    site.finish()


run(main)
