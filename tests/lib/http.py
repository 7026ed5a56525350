"""http.py - HTTP/1.1 by hand: one connection a request, nothing followed, nothing repaired, every byte seen."""
import json
import socket

from .wait import PATIENCE


class Headers:
    """The header fields of a response: names in any case, repeated ones visible."""

    def __init__(self, pairs):
        self.pairs = list(pairs)

    def all(self, name):
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def get(self, name):
        return ", ".join(self.all(name)) if self.all(name) else None

    def __contains__(self, name):
        return bool(self.all(name))

    def __repr__(self):
        return "\n".join("%s: %s" % pair for pair in self.pairs)


class Response:
    """One response, with the request's method and target for the diagnostics."""

    def __init__(self, method, target, status, headers, body):
        self.method, self.target, self.status, self.body = method, target, status, body
        self.headers = Headers(headers)

    @property
    def json(self):
        try:
            return json.loads(self.body.decode("utf-8", "strict"))
        except ValueError:
            return None

    @property
    def id(self):
        return self.headers.get("X-Request-Id")

    def __repr__(self):
        return "%s %.200s\n%d\n%r\n%s" % (self.method, self.target, self.status, self.headers,
                                          self.body[:600].decode("utf-8", "backslashreplace"))


def exchange(address, request, timeout=30.0):
    """Sends the bytes and returns all that comes back until the server closes."""
    with socket.create_connection(address, timeout * PATIENCE) as s:
        s.sendall(request)
        chunks = []
        while chunk := s.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def render(method, target, headers, body, host):
    """The bytes of a request. A body, even an empty one, declares its length."""
    lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + host, "Connection: close"]
    lines += ["%s: %s" % pair for pair in headers]
    if body is not None:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + (body or b"")


def parse(method, target, answer):
    """The response in the bytes of an answer; interim responses are passed over."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        raise ValueError("no response to %s %s: %r" % (method, target, answer[:200]))
    status, *fields = head.decode("utf-8", "surrogateescape").split("\r\n")
    code = int(status.split(" ")[1])
    if 100 <= code < 200:
        return parse(method, target, body)
    return Response(method, target, code, [tuple(field.split(": ", 1)) for field in fields], body)
