#!/usr/bin/python3
"""statement_test.py - one request is one statement is one round trip.

A proxy between the worker and PostgreSQL counts the messages: a Sync ends a round trip and a ReadyForQuery answers it,
an Execute is a statement, a Parse prepares one.
"""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.fcgi import Worker
from lib.pgproxy import Proxy
from lib.tap import is_, ok, run
from lib.wait import until

TALK = {"Sync": ("F", "S"), "Execute": ("F", "E"), "ReadyForQuery": ("B", "Z"), "Query": ("F", "Q"),
        "Parse": ("F", "P")}


def requests(worker):
    """A request for each road through the program, how many statements it takes, and its status."""
    app = worker.new_app()
    v = app.visitor()
    c, closed = v.start("x")["id"], v.start("x")["id"]
    app.close(closed)
    m = v.send(c, "x")["id"]
    path = "/conversations/%s/messages" % c
    full = worker.new_app(second=0, minute=1, hour=0).visitor()
    full.get("/conversations")
    return (
        ("starting a conversation", 1, lambda: v.post("/conversations", {"subject": "x"}), 201),
        ("listing conversations", 1, lambda: v.get("/conversations?limit=2"), 200),
        ("a conversation", 1, lambda: v.get("/conversations/" + c), 200),
        ("HEAD of a conversation", 1, lambda: v.head("/conversations/" + c), 200),
        ("sending a message", 1, lambda: v.post(path, {"content": "x"}), 201),
        ("listing messages", 1, lambda: v.get(path), 200),
        ("listing messages after one", 1, lambda: v.get(path + "?after=" + m), 200),
        ("a visitor never seen before", 1, lambda: app.visitor().get("/conversations"), 200),
        ("a malformed body", 1, lambda: v.post(path, body=b"{"), 400),
        ("an unknown field", 1, lambda: v.post(path, {"content": "x", "y": 1}), 400),
        ("a bad query", 1, lambda: v.get(path + "?limit=0"), 400),
        ("another media type", 1, lambda: v.post(path, body=b"x", headers={"Content-Type": "text/plain"}), 415),
        ("an unknown conversation", 1, lambda: v.get("/conversations/" + m), 404),
        ("an id that is no UUID", 1, lambda: v.get("/conversations/x"), 404),
        ("an unknown cursor", 1, lambda: v.get(path + "?after=" + c), 404),
        ("a closed conversation", 1, lambda: v.post("/conversations/%s/messages" % closed, {"content": "x"}), 422),
        ("an unknown key", 1, lambda: v.get(path, headers={"Authorization": "Bearer dk_test_" + "x" * 32}), 401),
        ("another application", 1, lambda: v.get(path, headers={"X-App-Id": m}), 401),
        ("a malformed visitor", 1, lambda: v.get(path, headers={"X-Visitor-Id": "x"}), 400),
        ("a refused request", 1, lambda: full.get("/conversations"), 429),
        ("readiness", 1, lambda: v.get("/health/ready"), 200),
        ("life", 0, lambda: v.get("/health/live"), 200),
        ("an unknown path", 0, lambda: v.get("/nowhere"), 404),
        ("another method", 0, lambda: v.request("PUT", path), 405),
        ("a body too large", 0, lambda: v.post(path, body=b"x" * 131073), 413),
    )


def counted(prepare):
    with tempfile.TemporaryDirectory(prefix="p") as home:
        proxy, database = Proxy(home), Database()
        worker = Worker(prepare=prepare, database=database, conninfo=database.conninfo(host=home))
        for name, trips, ask, status in requests(worker):
            ask()    # the first use of a statement may prepare it
            proxy.take()
            for time in ("", ", and again"):
                got, counts = ask().status, proxy.take()
                parses = trips if prepare == "off" else 0
                is_([got, {word: counts[key] for word, key in TALK.items()}],
                    [status, {"Sync": trips, "Execute": trips, "ReadyForQuery": trips, "Query": 0, "Parse": parses}],
                    "FOYER_PREPARE=%s: %s is %d round trip%s" % (prepare, name, trips, time))
        ok(len(proxy.startup) == 1, "FOYER_PREPARE=%s: one connection serves them all" % prepare, proxy.startup)
        database.disconnect()
        ready = worker.base + "/health/ready"
        until(lambda: worker.get(ready, fault=True).status == 200, "there is another connection")
        for _ in range(3):
            worker.get(ready)
        ok(len(proxy.startup) == 2, "FOYER_PREPARE=%s: when the server has ended that, one other does" % prepare,
           proxy.startup)
        if prepare == "off":
            is_([name for name in proxy.named if name], [], "a pool in transaction mode is shown no named statement")
            is_([words for words in proxy.startup if b"options" in words], [], "and no start-up options")
            is_([query for query in proxy.queries if b"SET " in query.upper()], [], "and no setting of a session")
        worker.finish()
        proxy.close()


def main():
    counted("on")
    counted("off")


run(main)
