#!/usr/bin/python3
"""fastcgi_test.py - a worker survives what no web server would send it, and is not fooled by it."""
import pathlib
import re
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.fcgi import (ABORT, END, GET_VALUES, PARAMS, STDIN, STDOUT, Connection, Worker, begin, cgi, pairs, record,
                      stream)
from lib.tap import is_, ok, run

GOOD = b'{"content": "x"}'
LENGTH = "body does not have the length that Content-Length declares"
MALFORMED = "Idempotency-Key must be 1 to 255 visible ASCII characters"
MOST = 100    # header fields


class Hostile:
    """A worker, a visitor's conversation, and requests of hand-made parameters."""

    def __init__(self):
        self.worker = Worker()
        self.app = self.worker.new_app()
        self.v = self.app.visitor()
        self.c = self.v.start()["id"]
        self.path = self.worker.base + "/conversations/%s/messages" % self.c

    def params(self, method="POST", target=None, body=None, **changed):
        """The parameters of a request; changed ones replace, None takes away, a list repeats."""
        params = dict(cgi(method, target or self.path, self.v.headers.items(), body)) | changed
        return [(name, one) for name, value in params.items() if value is not None
                for one in (value if isinstance(value, list) else [value])]

    def call(self, stdin=GOOD, **rest):
        params = self.params(**{"body": stdin} | rest)
        return self.worker.call(params, stdin, rest.get("method", "POST"), rest.get("target", self.path))

    def survives(self, promise, r=None):
        """Whatever came, the answer is no 5xx, and the next request is served."""
        ok(r is None or 200 <= r.status < 500, promise + " is no fault", r)
        status_is(self.v.get("/conversations"), 200, promise + " does no harm to the next request")

    def count(self):
        return int(self.worker.sql("SELECT count(*) FROM foyer.message WHERE conversation_id = '%s'" % self.c))


def lengths(h):
    for declared in ("17", "1000", "131072"):
        r = h.call(CONTENT_LENGTH=declared)
        refused(r, "bad_request", None, "a body shorter than CONTENT_LENGTH=%s is refused" % declared)
    refused(h.call(b"", CONTENT_LENGTH="5"), "bad_request", None, "a body that is not there is refused")
    for declared in ("131073", "999999999", "99999999999999999999999", "18446744073709551617", "4294967297"):
        r = h.call(CONTENT_LENGTH=declared)
        ok(r.status in (400, 413), "CONTENT_LENGTH=%s is refused" % declared, r)
    refused(h.call(CONTENT_LENGTH="131073"), "payload_too_large", None, "413 goes by the declared size")
    refused(h.call(GOOD.ljust(131073), CONTENT_LENGTH=None), "payload_too_large", None,
            "a long body without a length is 413")
    refused(h.call(GOOD.ljust(3000000), CONTENT_LENGTH=None), "payload_too_large", None, "so are three million bytes")
    for declared in ("-1", "1e1", "0x10", "x", " ", "16 16", "16,16", "1\n", "+16", "\u0661\u0666"):
        refused(h.call(CONTENT_LENGTH=declared), "bad_request", LENGTH, "CONTENT_LENGTH=%r is no length" % declared)
    for declared in ("1", "15", "0"):
        refused(h.call(CONTENT_LENGTH=declared), "bad_request", LENGTH,
                "a body longer than CONTENT_LENGTH=%s is refused" % declared)
    refused(h.call(CONTENT_LENGTH="17", CONTENT_TYPE="text/plain"), "unsupported_media_type", None,
            "the media type comes before the length of the body")
    sent = h.count()
    is_(sent, 0, "none of them was a message")
    for declared in ("", None):
        status_is(h.call(CONTENT_LENGTH=declared), 201,
                  "with CONTENT_LENGTH %r the body ends where the stream ends" % declared)
    is_(h.count(), sent + 2, "and is a message")
    status_is(h.call(b"", method="GET", CONTENT_LENGTH=""), 200, "a GET may have an empty CONTENT_LENGTH")


def cut(h):
    """A request whose body does not come to its end does nothing."""
    sent = h.count()
    for name, more in (("an aborted body", record(ABORT)), ("a connection closed within the body", b""),
                       ("an aborted body, after some of it", record(STDIN, GOOD) + record(ABORT)),
                       ("half a record", record(STDIN, GOOD)[:12])):
        connection = Connection(h.worker.path)
        connection.send(begin(), stream(PARAMS, pairs(h.params(body=GOOD.ljust(40)))), record(STDIN, GOOD[:9]), more)
        connection.close()
        h.survives(name)
    params, end = pairs(h.params()), stream(STDIN, b"")
    for name, records in (("no parameters' end", begin() + record(PARAMS, params)), ("a begin alone", begin()),
                          ("half a begin", begin()[:5]), ("nothing", b""), ("another version", b"\x02" + begin()[1:]),
                          ("parameters cut short", begin() + stream(PARAMS, params[:-7]) + end),
                          ("an unknown role", begin(role=7) + stream(PARAMS, b"") + end),
                          ("the role of a filter", begin(role=3) + stream(PARAMS, b"") + end)):
        connection = Connection(h.worker.path)
        connection.send(records)
        connection.close()
        h.survives(name)
    is_(h.count(), sent, "none of them was a message")


def parameters(h):
    for name, params in (("no parameter", []), ("an empty name and value", [("", "")] * 5),
                         ("a method alone", [("REQUEST_METHOD", "GET")]), ("a path alone", [("REQUEST_URI", h.path)]),
                         ("an empty method and path", [("REQUEST_METHOD", ""), ("REQUEST_URI", "")])):
        h.survives(name, h.worker.call(params))
    own = h.params(method="GET")
    rest = [("HTTP_X_%d" % i, "x") for i in range(MOST - sum(name.startswith("HTTP_") for name, _ in own))]
    status_is(h.worker.call(rest + own), 200, "%d header fields are read, the last like the first" % MOST)
    refused(h.worker.call(own + rest + rest[:1]), "bad_request", "Too many header fields", "one more is refused")
    refused(h.call(HTTP_IDEMPOTENCY_KEY=""), "bad_request", MALFORMED, "an empty Idempotency-Key is refused")
    many = [("HTTP_X_%d" % i, "x") for i in range(200)]
    h.survives("200 header fields", h.worker.call(h.params(method="GET") + many))
    h.survives("200 header fields first", h.worker.call(many + h.params(method="GET")))
    h.survives("a field of 60000 bytes", h.call(HTTP_X_LONG="x" * 60000))
    h.survives("a path of 60000 bytes", h.call(target="/" + "x" * 60000))
    h.survives("a query of 60000 bytes", h.call(b"", method="GET", target=h.path + "?limit=" + "1" * 60000))
    h.survives("2000 segments", h.call(b"", method="GET", target=h.worker.base + "/x" * 2000))
    for name in ("HTTP_AUTHORIZATION", "HTTP_X_APP_ID", "HTTP_X_VISITOR_ID", "HTTP_ORIGIN", "HTTP_X_API_KEY",
                 "CONTENT_TYPE", "REQUEST_URI", "REQUEST_METHOD", "HTTP_IDEMPOTENCY_KEY", "QUERY_STRING",
                 "HTTP_IF_NONE_MATCH"):
        for value in (b"", b"\0", b"x\0y", b"\xff", b"\r\nX-Evil: 1", b"=", b"\x1b[31m", b"x" * 9000, b"%", b"\xc3"):
            r = h.call(b"", method="GET", **{name: value})
            ok(r.status < 500 and "X-Evil" not in r.headers, "%s=%r is no fault" % (name, value[:20]), r)
    h.survives("after all of these a request")


def doubles(h):
    """Of a field that comes twice neither value is taken for the truth."""
    other = h.app.visitor()
    for name, value, code in (("HTTP_X_VISITOR_ID", other.id, "bad_request"),
                              ("HTTP_AUTHORIZATION", "Bearer dk_test_" + "x" * 32, "unauthorized"),
                              ("HTTP_X_APP_ID", str(uuid.uuid4()), "unauthorized")):
        own = dict(h.params())[name]
        for values in ([own, value], [value, own]):
            refused(h.call(b"", method="GET", **{name: values}), code, None, "two different %s are refused" % name)


def methods_and_targets(h):
    for method in ("get", "Get", "HEADX", "GE", "FOO", "CONNECT", "TRACE", "PROPFIND", "OPTIONS", "PUT"):
        refused(h.call(b"", method=method), "method_not_allowed", None, "the method %s is not allowed" % method)
    h.survives("an empty method", h.call(b"", method=""))
    status_is(h.call(b"", method="GET", target="http://chat.example" + h.path), 200,
              "a target in absolute form names the same path")
    status_is(h.call(b"", method="GET", target="http://chat.example:80%s?limit=1" % h.path), 200,
              "also with a port and a query")
    base = h.worker.base
    for target in ("//conversations", base + "//conversations", base + "/x/../conversations", base + "/./conversations",
                   base + "/%2e/conversations", base + "/conversations/" + h.c + "/%2e%2e", base + "/conversations%00",
                   base + "/conversations/%0a", base + "\\conversations", base + "/conversations;x=1", "*", "x",
                   base + "/conversations#x", "http://x"):
        r = h.call(b"", method="GET", target=target)
        ok(r.status in (400, 404), "%s names nothing" % target.replace(h.c, ":id"), r)
    for target in (base + "/conversations/%", base + "/conversations/%4", base + "/conversations/%zz",
                   base + "/conversations/%ff", base + "/conversations/\udcff", base + "/%c0%af"):
        r = h.call(b"", method="GET", target=target)
        ok(r.status in (400, 404), "%r is refused" % target, r)


def head(h):
    """No web server is needed to take the body away."""
    for target in (h.path, h.worker.base + "/conversations/" + str(uuid.uuid4()), h.worker.base + "/health/live", "/"):
        got, told = (h.call(b"", method=method, target=target) for method in ("GET", "HEAD"))
        is_([told.status, told.body, told.headers.get("Content-Length")], [got.status, b"", str(len(got.body))],
            "HEAD %s has the length of GET and no body" % target.replace(h.c, ":id"))


def ends(h):
    """The end of a request goes with the last of its answer, or by itself when libfcgi has no room for it."""
    def ask(size):
        connection = Connection(h.worker.path)
        body = b'{"content": "x", "%s": 1}' % (b"n" * size)
        connection.ask(h.params(body=body), body)
        out, kind = b"", None
        while kind != END:
            kind, content = connection.record()
            out += content if kind == STDOUT else b""
        is_closed = connection.socket.recv(1) == b""
        connection.close()
        return out, is_closed
    size = 7000 + 8184 - len(ask(7000)[0])    # 8192 is a record's header and the rest of libfcgi's buffer
    wrong = []
    for size in range(size - 30, size + 10):
        out, is_closed = ask(size)
        head, _, body = out.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        wrong += [] if int(length[1]) == len(body) and b"n" * size in body and is_closed else [size]
    is_(wrong, [], "an answer that fills a buffer, or nearly, is whole, and its connection is closed")


def kept(h):
    """Several requests on one connection have nothing in common."""
    connection = Connection(h.worker.path)

    def ask(method, stdin=b"", **changed):
        connection.send(begin(keep=True), stream(PARAMS, pairs(h.params(method, body=stdin, **changed)), 50),
                        stream(STDIN, stdin, 7))
        return connection.reply(method, h.path)
    refused(ask("GET", HTTP_AUTHORIZATION=None), "unauthorized", "Missing credentials", "on a kept connection: no key")
    status_is(ask("GET"), 200, "on a kept connection: a key")
    refused(ask("GET", HTTP_AUTHORIZATION=None), "unauthorized", "Missing credentials",
            "the key of the request before is forgotten")
    refused(ask("GET", HTTP_X_VISITOR_ID=None), "bad_request", "X-Visitor-Id header required", "so is its visitor")
    refused(ask("GET", HTTP_X_APP_ID=None), "unauthorized", "Missing X-App-Id header", "so is its application")
    sent = h.count()
    status_is(ask("POST", GOOD), 201, "a body on a kept connection is read")
    refused(ask("POST", b""), "bad_request", "content is required", "and forgotten")
    is_(h.count(), sent + 1, "it was one message")
    ids = {ask("GET").id for _ in range(50)}
    is_(len(ids), 50, "50 requests on one connection have 50 ids")
    refused(ask("POST", b"x" * 131073), "payload_too_large", None, "a large body on a kept connection is refused")
    connection.close()
    status_is(h.v.get("/conversations"), 200, "a new connection is served after a kept one")

    first, second = Connection(h.worker.path), Connection(h.worker.path)
    for connection in (first, second):
        connection.send(begin(keep=True), stream(PARAMS, pairs(h.params("GET"))), stream(STDIN, b""))
        status_is(connection.reply(), 200, "an idle kept connection keeps nobody out")
    first.close()
    second.close()


def management():
    """libfcgi 2.4 loses a few bytes for each of these records, so a worker of their own has the leak check off."""
    worker = Worker(leaks=False)
    for what in (record(GET_VALUES, pairs([("FCGI_MAX_CONNS", ""), ("FCGI_MPXS_CONNS", "")]), id=0), record(99, id=0)):
        connection = Connection(worker.path)
        connection.send(what)
        connection.close()
        status_is(worker.get(worker.base + "/health/ready"), 200, "a management record does no harm")
    worker.finish()


def padding(h):
    connection = Connection(h.worker.path)
    body = b"".join(record(STDIN, GOOD[i:i + 1], padding=255) for i in range(len(GOOD)))
    connection.send(begin(), stream(PARAMS, pairs(h.params(body=GOOD)), 1), body, record(STDIN, padding=7))
    status_is(connection.reply("POST", h.path), 201, "a body of one-byte records with padding is read")
    connection.close()


def main():
    h = Hostile()
    lengths(h)
    cut(h)
    parameters(h)
    doubles(h)
    methods_and_targets(h)
    head(h)
    ends(h)
    kept(h)
    padding(h)
    is_(h.worker.process.poll(), None, "all of it was served by one process")
    h.worker.finish()
    management()


run(main)
