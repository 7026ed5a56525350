#!/usr/bin/python3
"""cgi_test.py - the program without FastCGI: started for one request, with its parameters in the environment."""
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import http
from lib.door import Door
from lib.expect import answers, anything, conversation, message, participant, refused, status_is
from lib.fcgi import cgi
from lib.memcheck import program
from lib.tap import is_, ok, run
from lib.wait import PATIENCE

PROGRAM = os.path.join(os.environ["FOYER_BUILD"], "foyer.fcgi")


class Gateway(Door):
    """A process for each request, as a web server starts one."""

    def __init__(self, prefix=""):
        super().__init__(prefix)
        self.settings = self.environment(None, prefix)
        self.program = program(self.home)

    def transmit(self, method, target, headers, body):
        params = dict(cgi(method, target, headers, body)) | {"GATEWAY_INTERFACE": "CGI/1.1"}
        return self.call(params, body or b"", method, target)

    def call(self, params, stdin=b"", method="GET", target="?", arguments=(), open_end=False, source=None):
        """One run. With an open end, the body's pipe stays open behind the last byte; or a source is the input."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "FOYER_", "HTTP_"))}
        r, w = os.pipe()
        with open(self.log, "ab") as log, subprocess.Popen(
                [self.program, *arguments], stdin=r if source is None else source, stdout=subprocess.PIPE, stderr=log,
                env=inherited | self.settings | params) as process:
            os.close(r)
            if not open_end:
                feed(w, stdin)
                os.close(w)
            elif stdin:
                os.write(w, stdin)
            out = process.stdout.read()
            self.status = process.wait(15 * PATIENCE)
            if open_end:
                os.close(w)
        head, _, rest = out.partition(b"\r\n\r\n")
        fields = [tuple(field.split(": ", 1)) for field in head.decode("utf-8", "surrogateescape").split("\r\n")]
        status = next((value for name, value in fields if name == "Status"), "0")
        return http.Response(method, target, int(status.split(" ")[0]), [f for f in fields if f[0] != "Status"], rest)

    def stop(self):
        pass

    def kill(self):
        pass


def feed(descriptor, data):
    """Writes all of the body: a server looks for the answer only then, and a program that ends before breaks it."""
    while data:
        data = data[os.write(descriptor, data):]


def routes(gate):
    app = gate.new_app()
    v = app.visitor()
    r = v.post("/conversations", {"subject": "Hours"})
    answers(r, 201, {"conversation": conversation(subject="Hours", participants=[participant(v.id)])},
            "a conversation is started")
    is_(gate.status, 0, "the program ends with status 0")
    c = r.json["conversation"]["id"]
    path = "/conversations/%s/messages" % c
    answers(v.post(path, {"content": "caf\u00e9"}), 201, {"message": message(content="caf\u00e9")}, "a message is sent")
    r = v.get(path + "?limit=1")
    is_([m["content"] for m in r.json["messages"]], ["caf\u00e9"], "messages are listed, with a query")
    is_([v.head(path + "?limit=1").body, v.head(path + "?limit=1").headers.get("Content-Length")],
        [b"", str(len(r.body))], "HEAD has the length and no body")
    feed_ = v.get("/conversations/%s/changes" % c)
    status_is(v.get("/conversations/%s/changes" % c, headers={"If-None-Match": feed_.headers.get("ETag")}), 304,
              "a conditional request is 304")
    answers(gate.get(gate.base + "/health/ready"), 200, {"status": "ok", "schemaVersion": anything}, "it is ready")
    refused(v.get("/conversations", headers={"Authorization": None}), "unauthorized", "Missing credentials", "no key")
    refused(v.get("/nowhere"), "not_found", None, "an unknown path is 404")
    r = v.request("PUT", "/conversations")
    refused(r, "method_not_allowed", None, "another method is 405")
    line = gate.log_of(r)
    is_([line["msg"], line["status"]], ["request", "405"], "a request has its line in the log")
    return app, v, c


def bodies(gate, v, c):
    path = "/conversations/%s/messages" % c
    good = b'{"content": "x"}'
    status_is(v.post(path, body=good.ljust(131072)), 201, "131072 bytes are read")
    for size in (131073, 3000000):
        refused(v.post(path, body=b"x" * size), "payload_too_large", None, "%d bytes are 413" % size)
    status_is(v.get("/conversations", body=b"x" * 300000), 200, "the body of a GET is passed over")
    target = gate.base + path
    params = dict(cgi("POST", target, v.headers.items(), good)) | {"GATEWAY_INTERFACE": "CGI/1.1"}
    status_is(gate.check(gate.call(params, good + b"trailing", "POST", target)), 201,
              "no more than CONTENT_LENGTH is body")
    status_is(gate.check(gate.call(params, good, "POST", target, open_end=True)), 201,
              "nobody waits for the end of the input behind CONTENT_LENGTH")
    refused(gate.check(gate.call(params, good[:9], "POST", target)), "bad_request", None, "a body cut short is refused")
    del params["CONTENT_LENGTH"]
    refused(gate.check(gate.call(params, b"", "POST", target, open_end=True)), "bad_request", "content is required",
            "without CONTENT_LENGTH there is no body")
    params["HTTP_TRANSFER_ENCODING"] = "chunked"
    status_is(gate.check(gate.call(params, good, "POST", target)), 201, "a body in chunks ends where the input ends")
    refused(gate.check(gate.call(params, b"x" * 131073, "POST", target)), "payload_too_large", None,
            "a long one is 413")
    directory = os.open("/", os.O_RDONLY)
    refused(gate.check(gate.call(params, b"", "POST", target, source=directory)), "bad_request",
            "body does not have the length that Content-Length declares",
            "an input that cannot be read is a body cut short")
    os.close(directory)


def arguments(gate, v):
    """A server hands a query without = on as arguments: a client must not choose what the program does."""
    target = gate.base + "/health/live"
    for argument in ("--check", "--help", "--version", "x"):
        params = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": target + "?" + argument,
                  "QUERY_STRING": argument}
        answers(gate.check(gate.call(params, target=target, arguments=[argument])), 200, {"status": "ok"},
                "?%s is a query" % argument)


def alone(gate):
    """By hand it is no CGI program, and says what it is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOYER_")}
    done = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    is_([done.returncode, done.stdout], [2, ""], "without GATEWAY_INTERFACE it ends with status 2")
    ok("FOYER_DB" in done.stderr, "and says how it is used", done.stderr)
    done = subprocess.run([PROGRAM, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=environment)
    is_(done.returncode, 0, "by hand an argument is one")


def environment(gate, v):
    """What a program's parameters leave of its environment is still libpq's."""
    given = gate.settings.pop("FOYER_DB")
    gate.settings |= {"PG" + name.upper().replace("DBNAME", "DATABASE"): value
                      for name, value in (pair.split("=", 1) for pair in given.split(" "))}
    status_is(v.get("/conversations"), 200, "without FOYER_DB the variables of libpq say where the database is")


def away(gate, v):
    gate.settings["FOYER_DB"] = gate.database.conninfo().replace("dbname=", "dbname=no_")
    refused(v.get("/conversations", fault=True), "unavailable", None, "without a database it is 503")
    status_is(gate.get(gate.base + "/health/live"), 200, "and it lives")


def main():
    gate = Gateway("/chat")
    _, v, c = routes(gate)
    bodies(gate, v, c)
    arguments(gate, v)
    alone(gate)
    environment(gate, v)
    away(gate, v)
    gate.finish()


run(main)
