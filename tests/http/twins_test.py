#!/usr/bin/python3
"""twins_test.py - the same request twice at once, and again when its answer was lost."""
import concurrent.futures
import json
import pathlib
import socket
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import http
from lib.expect import status_is
from lib.operators import Desk
from lib.routes import Stage, metered
from lib.site import Site
from lib.tap import is_, run
from lib.wait import until


def keyed():
    return {"Idempotency-Key": str(uuid.uuid4())}


def replayed(r):
    return r.headers.get("Idempotency-Replayed")


def twins(site, stage):
    """Two at once: the second waits for the first, and replays."""
    pool = concurrent.futures.ThreadPoolExecutor(16)
    for route in metered():
        role = route.callers[-1] if route.writes else None
        if role is None:
            continue
        target, key, caller = stage.fresh(route, role), keyed(), stage.caller(role)
        caller.get("/conversations")
        holder = site.database.session()
        holder.run("BEGIN")
        holder.run("SELECT FROM foyer.rate_counter WHERE subject_id = '%s' FOR UPDATE" % caller.id)
        pair = [pool.submit(stage.ask, route, role, target, headers=key) for _ in "ab"]
        until(lambda: site.database.blocked() == 2, "both wait")
        holder.run("COMMIT")
        holder.close()
        are_twins([f.result() for f in pair], route.example.status, route.name)
    gate, v = threading.Barrier(16), stage.app.visitor()
    paths, keys = ["/conversations/%s/messages" % v.start()["id"] for _ in range(8)], [keyed() for _ in range(8)]

    def ask(i):
        gate.wait()
        return v.post(paths[i % 8], {"content": "twin"}, headers=keys[i % 8])

    for turn in range(3):
        answers = list(pool.map(ask, range(16)))
        for i in range(8):
            is_([len(v.get(paths[i]).json["messages"]), answers[i].body], [1, answers[i + 8].body],
                "of eight pairs at once each has one effect and one answer")
            if turn == 0:
                are_twins([answers[i], answers[i + 8]], 201, "one of eight pairs")
    for app in (stage.app, site.new_app(second=0, minute=0, hour=0)):
        new, keys = [app.visitor() for _ in range(8)], [keyed() for _ in range(8)]

        def start(i):
            gate.wait()
            return new[i % 8].post("/conversations", {}, headers=keys[i % 8], limitless=app is not stage.app)

        answers = list(pool.map(start, range(16)))
        for i in range(8):
            are_twins([answers[i], answers[i + 8]], 201, "the first request of a visitor")
    pool.shutdown()


def are_twins(pair, status, name):
    is_([r.status for r in pair] + [pair[0].body == pair[1].body], [status, status, True],
        name + ": twins get the same answer")
    is_(sorted(str(replayed(r)) for r in pair), ["None", "true"], name + ": exactly one of them is a replay")


def vanished(site, v):
    """The client goes away between its request and the answer, and asks again."""
    holder = site.database.session()
    for i in range(10):
        c, key = v.start()["id"], keyed()
        path, body = "/conversations/%s/messages" % c, json.dumps({"content": "once"}).encode()
        held = i % 2 == 0
        if held:
            holder.lock_conversation(c)
        with socket.create_connection(site.address) as s:
            s.sendall(http.render("POST", site.base + path, (v.headers | key).items(), body, "127.0.0.1"))
            if held:
                until(site.database.blocked, "the request is at work")    # and what was left of the one before
        if held:
            holder.run("COMMIT")
        r = v.post(path, {"content": "once"}, headers=key)
        status_is(r, 201, "a retry after a lost answer is 201")
        is_([m["id"] for m in v.get(path).json["messages"]], [r.json["message"]["id"]], "and there is one message")
        again = v.post(path, {"content": "once"}, headers=key)
        is_((again.status, again.body, replayed(again)), (201, r.body, "true"), "a second retry is a replay of it")
    holder.close()


def main():
    site = Site()
    app = site.new_app()
    twins(site, Stage(app, Desk(app)))
    vanished(site, app.visitor())
    site.finish()


run(main)
