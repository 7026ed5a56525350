#!/usr/bin/python3
"""worker_test.py - mutated FastCGI requests, in all mounts, to a sanitized worker with a real database: no crash, no
leak, no fault, and every answer well formed.

FOYER_FUZZ_SEED is another seed than the fixed one, FOYER_FUZZ_REQUESTS another number of requests.
"""
import json
import os
import pathlib
import random
import re
import socket
import sys
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.fcgi import PARAMS, STDIN, Connection, Worker, begin, cgi, pairs, record, stream
from lib.mounts import MOUNTS
from lib.operators import Desk
from lib.routes import Stage, Target, metered, routes
from lib.tap import diag, is_, ok, run

SEED = int(os.environ.get("FOYER_FUZZ_SEED", "20250115"))
REQUESTS = int(os.environ.get("FOYER_FUZZ_REQUESTS", "4000"))
BATCH = 250    # requests between two of which it is known that they must succeed

NUMBERS = [b"0", b"-1", b"1", b"100", b"101", b"2147483647", b"2147483648", b"9223372036854775808", b"1e3", b"0x10",
           b"131072", b"131073", b"99999999999999999999"]
BYTES = [b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\r\n", b"\r\nX-Evil: 1", b"%", b"%00", b"%2f", b"&", b"=", b"?",
         b"/", b"..", b'"', b"\\", b",", b";", b"*", b"'", b"{", b"}", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b" ", b""]
JSON = [b"null", b"true", b"[]", b"{}", b'""', b"1e999", b'"\\u0000"', b'"\\ud800"', b'"a"', b"[" * 17, b"{" * 17,
        b'{"content":"x","content":"y"}', b'"' + b"x" * 5001 + b'"', b"\xef\xbb\xbf"]
NAMES = [b"REQUEST_METHOD", b"REQUEST_URI", b"CONTENT_LENGTH", b"CONTENT_TYPE", b"HTTP_AUTHORIZATION", b"HTTP_X_API_KEY",
         b"HTTP_X_APP_ID", b"HTTP_X_VISITOR_ID", b"HTTP_ORIGIN", b"HTTP_IDEMPOTENCY_KEY", b"HTTP_IF_NONE_MATCH",
         b"HTTP_", b"QUERY_STRING", b""]
METHODS = [b"GET", b"HEAD", b"POST", b"PATCH", b"DELETE", b"PUT", b"OPTIONS", b"get", b""]
QUERIES = [b"limit=1", b"limit=0", b"offset=1", b"order=desc", b"after=0", b"before=x", b"status=pending", b"status=x",
           b"assignedTo=me", b"applicationId=x", b"limit=1&limit=2", b"&&", b"%00=1", b"limit=%31", b"page=2",
           b"per_page=0", b"before=2025-01-15T10:30:05.000Z", b"before_id=x", b"since=2025-01-15", b"tag_id=x"]


class Mutator:
    """Makes of a good request one that may be good or bad in any part; all by one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def bytes(self, data, words):
        """Bytes with one thing changed."""
        a, b = sorted(self.random.randrange(len(data) + 1) for _ in range(2))
        word = self.random.choice(words)
        return self.random.choice([
            data[:a] + word + data[a:], data[:a] + word + data[b:], data[:a] + data[b:], data[:a], data[:b] + data[a:],
            data[:a] + bytes([self.random.randrange(256)]) + data[a + 1:], word,
            re.sub(rb"\d+|(?<==)[^&]*", lambda _: self.random.choice(NUMBERS), data, count=1)])

    def body(self, data):
        """A body with a value, a member or any bytes changed."""
        strings = list(re.finditer(rb'"[^"]*"', data))
        if strings and self.chance(0.5):
            one = self.random.choice(strings)
            return data[:one.start()] + self.random.choice(JSON + [self.bytes(one[0], BYTES)]) + data[one.end():]
        return self.bytes(data, JSON + BYTES)

    def uri(self, uri):
        if self.chance(0.5):
            return uri + (b"&" if b"?" in uri else b"?") + self.random.choice(QUERIES)
        return self.bytes(uri, BYTES)

    def parameter(self, params):
        """One parameter away, twice, new or changed."""
        if not params or self.chance(0.1):
            return params + [(self.random.choice(NAMES), self.random.choice(NUMBERS + BYTES + METHODS))]
        i = self.random.randrange(len(params))
        name, value = params[i]
        kind = self.random.randrange(10)
        if kind == 0:
            return params[:i] + params[i + 1:]
        if kind == 1:
            return params + [(name, self.bytes(value, BYTES) if self.chance(0.5) else value)]
        if kind == 2:
            return params[:i] + [(self.random.choice(NAMES), value)] + params[i + 1:]
        if name == b"REQUEST_METHOD":
            value = self.random.choice(METHODS)
        elif name == b"REQUEST_URI":
            value = self.uri(value)
        else:
            value = self.bytes(value, NUMBERS + BYTES)
        return params[:i] + [(name, value)] + params[i + 1:]

    def request(self, params, body):
        """Parameters, which have NULs only where no text ends early, and the body."""
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 3])):
            params = self.parameter(params)
        if body and self.chance(0.6):
            body = self.body(body)
            if self.chance(0.9):    # else the declared length is another
                params = [(n, str(len(body)).encode() if n == b"CONTENT_LENGTH" else v) for n, v in params]
        return params, body

    def records(self, data):
        """The bytes of a request's records, cut, repeated or with other bytes."""
        for _ in range(self.random.choice([1, 1, 2, 5])):
            data = self.bytes(data, [record(self.random.randrange(12), bytes(self.random.randrange(9)), 3,
                                            self.random.randrange(3)), b"\0" * 8, b"\x01", b"\xff\xff\xff\xff"])
        return data


class Sources:
    """Good requests to start from: every route as each of its callers, of targets that live for a batch."""

    def __init__(self, worker):
        self.worker = worker
        self.app = worker.new_app()
        self.app.limit_key(0)
        self.stage = Stage(self.app, Desk(self.app))
        self.strict = worker.new_app(defaults=True).visitor()
        self.renew()

    def renew(self):
        """The conversations of the batch before have been deleted, closed and filled."""
        v, operator = self.stage.visitor, self.stage.operator
        ids = [v.start("Fuzz")["id"] for _ in range(3)]
        operator.accept(ids[0])
        self.targets = [Target(id, *(v.send(id, text)["id"] for text in ("first", "second"))) for id in ids]

    def pick(self, chance):
        """Parameters and body of a good request."""
        route = chance.choice(routes() if chance.random() < 0.1 else metered())
        role = chance.choice(route.callers or ("visitor",))
        caller = self.strict if chance.random() < 0.05 else self.stage.caller(role)
        target, mount = chance.choice(self.targets), chance.choice(MOUNTS)
        body = target.body(route) if route.carries else None
        body = b"" if body is None else json.dumps(mount.say(body)).encode()
        headers = list(caller.headers.items())
        if body:
            headers.append(("Content-Type", "application/json"))
        if route.writes and chance.random() < 0.4:
            headers.append(("Idempotency-Key", "key-%d" % chance.randrange(40)))
        if chance.random() < 0.2:
            headers.append(("If-None-Match", '"%d"' % chance.randrange(9)))
        if chance.random() < 0.2:
            headers.append(("Origin", "https://shop.example"))
        path = self.worker.prefix + mount.base + target.path(route)
        if query := route.example.query:
            path += "?" + (query if route.name.endswith("/changes") else query.replace("limit", mount.size))
        params = cgi(route.method, path, headers, body if route.carries else None)
        return [(name.encode(), value.encode()) for name, value in params], body


def said(params, name):
    """What the program takes for a parameter: the text before a NUL, and of several all."""
    values = [value.split(b"\0")[0].decode("utf-8", "surrogateescape")
              for n, value in params if n.split(b"\0")[0] == name]
    return ", ".join(values)


def whole(worker, sources, mutator):
    """Requests whose records are sound. Each has an answer, which is held to the rules."""
    counts, alive = {}, True
    for i in range(REQUESTS):
        if i % BATCH == 0:
            sources.renew()
        params, body = mutator.request(*sources.pick(mutator.random))
        target = urllib.parse.unquote(said(params, b"REQUEST_URI"), errors="surrogateescape")
        method = said(params, b"REQUEST_METHOD")
        step = mutator.random.choice([65535, 65535, 7, 100])
        try:
            connection = Connection(worker.path)
            connection.send(begin(), stream(PARAMS, pairs(params), step), stream(STDIN, body, step))
            r = worker.check(connection.reply(method, target), crafted=True)
            connection.close()
        except OSError as error:
            ok(False, "every request has an answer", "request %d of seed %d: %r" % (i, SEED, error), params, body)
            alive = False
            break
        counts[r.status] = counts.get(r.status, 0) + 1
        if worker.broken:
            diag("request %d of seed %d" % (i, SEED), repr(params), repr(body))
            break
    diag("answers by status: %s" % sorted(counts.items()))
    ok(alive and not worker.broken, "%d mutated requests are each answered as the rules say, seed %d" % (REQUESTS, SEED))
    is_([status for status in counts if status >= 500], [], "none of them is a fault")
    ok({200, 201, 400, 401, 404, 405} <= set(counts), "they reach what accepts and what refuses", counts)


def broken(worker, sources, mutator):
    """Requests whose records are broken. What comes back is anybody's guess; the worker serves the next one."""
    for i in range(REQUESTS // 8):
        params, body = sources.pick(mutator.random)
        data = mutator.records(begin() + stream(PARAMS, pairs(params), 500) + stream(STDIN, body, 9))
        try:
            converse(worker, data)
        except TimeoutError:
            ok(False, "a worker comes to an end with broken records", "request %d of seed %d" % (i, SEED), data)
            return
        if worker.process.poll() is not None:
            ok(False, "the worker survives", "request %d of seed %d" % (i, SEED), data)
            return
    r = worker.get(worker.base + "/health/ready")
    is_(r.status, 200, "a worker serves after %d requests of broken records, seed %d" % (REQUESTS // 8, SEED))


def converse(worker, data):
    """Sends bytes, and takes what comes until the worker closes."""
    connection = Connection(worker.path)
    try:
        connection.send(data)
        connection.socket.shutdown(socket.SHUT_WR)
        while connection.socket.recv(65536):
            pass
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        connection.close()


def main():
    worker = Worker()
    program = pathlib.Path(os.environ["FOYER_BUILD"], "foyer.fcgi").read_bytes()
    ok(b"__asan_init" in program, "the worker is built with the sanitizers")
    whole(worker, Sources(worker), Mutator(SEED))
    is_(worker.process.poll(), None, "one process has served all")
    worker.finish()
    # libfcgi 2.4 loses a few bytes for some broken records, so this worker has the leak check off.
    worker = Worker(leaks=False)
    broken(worker, Sources(worker), Mutator(SEED))
    worker.finish()


run(main)
