#!/usr/bin/python3
"""log_test.py - one line a request, with enough to act on and nothing that is secret."""
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import micros
from lib.fcgi import Connection, Worker, cgi
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

SECRET = "zq7secret"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid_ms(id):
    """The milliseconds in the first ten characters of a ULID."""
    value = 0
    for character in id[len("req_"):][:10]:
        value = value * 32 + ALPHABET.index(character)
    return value


def lines(site):
    app = site.new_app()
    v = app.visitor()
    c, d = (v.start("subject " + SECRET)["id"] for _ in range(2))
    path = "/conversations/%s/messages" % c
    asked = (
        (v.post("/conversations", {"subject": SECRET}), "201", "", v), (v.get("/conversations"), "200", "", v),
        (v.get("/conversations/" + c), "200", "", v), (v.get("/conversations/" + d), "200", "", v),
        (v.post(path, {"content": "content " + SECRET}), "201", "", v), (v.get(path + "?limit=1"), "200", "", v),
        (v.head(path), "200", "", v), (v.get("/conversations/" + app.id), "404", "not_found", v),
        (v.post(path, {SECRET: 1}), "400", "bad_request", v),
        (v.post(path, body=SECRET.encode()), "400", "bad_request", v),
        (v.post(path, body=b"x", headers={"Content-Type": "text/plain"}), "415", "unsupported_media_type", v),
        (v.get("/conversations", headers={"Authorization": None}), "401", "unauthorized", None),
        (v.get("/conversations", headers={"Authorization": "Bearer " + SECRET}), "401", "unauthorized", None),
        (v.get("/conversations", headers={"X-Api-Key": SECRET}), "401", "unauthorized", None),
        (v.request("PUT", "/conversations"), "405", "method_not_allowed", None),
        (v.post("/conversations", body=b"x" * 131073), "413", "payload_too_large", None),
        (site.get(site.prefix + "/nowhere"), "404", "not_found", None), (site.get(site.base + "/health/live"), "200", "", None),
        (site.get(site.base + "/health/ready"), "200", "", None))
    seen = [site.log_of(r) for r, *_ in asked]
    everything = site.log_lines()
    for line, (r, status, code, who) in zip(seen, asked):
        what = "%s %s %s" % (r.method, status, code)
        is_([line.get("method"), line.get("status"), line.get("code", "").strip("-") if int(status) >= 400 else code],
            [r.method, status, code], "the line of %s says so" % what)
        is_(sum(other.get("id") == r.id for other in everything), 1, "%s has exactly one line" % what)
        ok(float(line["duration_ms"]) >= 0 and float(line.get("db_ms") or 0) <= float(line["duration_ms"]) + 0.01,
           "%s says how long it took, and the database of that" % what, line)
        if who:
            is_([line.get("app"), line.get("visitor")], [app.id, v.id], "%s names application and visitor" % what)
    is_(seen[-2]["db_ms"], "0.000", "what needs no database has not waited for it")
    is_(seen[2]["route"], seen[3]["route"], "the route of two conversations is the same")
    ok(not any(id in line["route"] for line in seen for id in (c, d, app.id)), "a route is a pattern, without ids",
       *(line["route"] for line in seen))
    is_(len({line["route"] for line in seen[1:3] + seen[4:5]}), 3, "different routes have different names")
    ok(all(abs(ulid_ms(r.id) - time.time_ns() // 1_000_000) < 600_000 for r, *_ in asked),
       "request ids begin with the time")
    ok(abs(micros(seen[0]["at"]) // 1000 - time.time_ns() // 1_000_000) < 600_000,
       "a decision of the limiter has its instant")
    raw = site.raw_log()
    ok(SECRET not in raw, "no subject, no message text and no wrong key is in the log")
    ok(app.key not in raw and app.key[len("dk_test_"):][:12] not in raw, "no key is in the log")


def limited(site):
    app = site.new_app(second=0, minute=1, hour=0)
    v = app.visitor()
    v.get("/conversations")
    line = site.log_of(v.get("/conversations"))
    is_([line["status"], line["code"], line["app"], line["visitor"]], ["429", "rate_limit_exceeded", app.id, v.id],
        "a refusal is logged with its application and visitor")
    ok(micros(line["at"]) > 0, "and with its instant")


def unheard():
    """A client that has gone does not get the answer, and the line says so."""
    worker = Worker()
    v, body = worker.new_app().visitor(), b'{"content": "x"}'
    path = "%s/conversations/%s/messages" % (worker.base, v.start()["id"])
    holder, connection = worker.database.session(), Connection(worker.path)
    holder.lock_conversation(path.split("/")[-2])
    connection.ask(cgi("POST", path, v.headers.items(), body), body)
    until(lambda: worker.database.blocked() == 1, "the request waits for the lock")
    connection.close()
    holder.run("COMMIT")
    holder.close()
    until(lambda: len(worker.log_lines()) == 2, "both requests have their lines")
    is_([(line["status"], line.get("sent")) for line in worker.log_lines()], [("201", None), ("201", "no")],
        "only an answer that nobody has taken says sent=no")
    worker.finish()


def forging():
    """What a client sends cannot look like a line, or break one."""
    worker = Worker()
    v = worker.new_app().visitor()
    evil = 'x" status=200\nid=req_forged level=info "'
    before = len(worker.log_lines())
    tries = [("GET\nid=req_forged", v.headers, worker.base + "/conversations"), (evil, v.headers, "/"),
             ("GET", v.headers | {"X-Visitor-Id": evil}, worker.base + "/conversations"),
             ("GET", v.headers | {"X-App-Id": evil}, worker.base + "/conversations"),
             ("GET", v.headers | {"Origin": evil, "Authorization": evil}, worker.base + "/conversations"),
             ("GET", v.headers, "/\nid=req_forged\x1b[31m"), ("GET" + "x" * 9000, v.headers, "/" + "y" * 9000),
             ("GET", v.headers | {"X-Visitor-Id": "z" * 60000}, worker.base + "/conversations"),
             ("GET", {}, worker.base + "/conversations/" + "\udcff\udcfe" + evil)]
    for method, headers, target in tries:
        worker.call(cgi(method, target, headers.items()))
    worker.get(worker.base + "/health/live")
    until(lambda: len(worker.log_lines()) >= before + len(tries) + 1, "the lines are there")
    found = worker.log_lines()[before:]
    is_(len(found), len(tries) + 1, "hostile requests write one line each")
    is_([line["unparsed"] for line in found if "unparsed" in line], [], "each of them is logfmt")
    is_([line for line in found if line.get("id", "").startswith("req_forged")], [], "none of them is forged")
    ok(all(32 <= ord(c) for c in worker.raw_log() if c != "\n"), "no control character is in the log")
    ok(max(map(len, worker.raw_log().splitlines())) <= 4096, "no line is longer than 4096 bytes")
    worker.finish()


def main():
    site = Site()
    lines(site)
    limited(site)
    is_([line["unparsed"] for line in site.log_lines() if "unparsed" in line], [], "every line of the log is logfmt")
    unheard()
    forging()
    site.finish()


run(main)
