"""fcgi.py - FastCGI spoken by hand to one worker, for what a web server would never let through."""
import fcntl
import os
import signal
import socket
import struct
import subprocess
import termios

from . import http
from .door import Door
from .memcheck import program
from .tap import is_
from .wait import PATIENCE, until

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, VALUES = range(1, 11)


def record(kind, content=b"", padding=0, id=1):
    return struct.pack("!BBHHBx", 1, kind, id, len(content), padding) + content + bytes(padding)


def begin(keep=False, role=1):
    return record(BEGIN, struct.pack("!HB5x", role, keep))


def pairs(params):
    """Parameters as FastCGI writes them; names and values may hold any byte."""
    encoded = b""
    for item in params:
        name, value = (x if isinstance(x, bytes) else x.encode("utf-8", "surrogateescape") for x in item)
        for length in (len(name), len(value)):
            encoded += bytes([length]) if length < 128 else struct.pack("!I", length | 1 << 31)
        encoded += name + value
    return encoded


def stream(kind, content, step=65535):
    """A stream cut into records, with the empty one that ends it."""
    return b"".join(record(kind, content[i:i + step]) for i in range(0, len(content), step)) + record(kind)


def cgi(method, target, headers=(), body=None):
    """The parameters that a web server makes of a request."""
    params = [("REQUEST_METHOD", method), ("REQUEST_URI", target), ("QUERY_STRING", target.partition("?")[2])]
    params += [("CONTENT_LENGTH", str(len(body)))] if body is not None else []
    for name, value in headers:
        name = name.upper().replace("-", "_")
        params.append((name if name == "CONTENT_TYPE" else "HTTP_" + name, value))
    return params


class Connection:
    """One connection to a worker."""

    def __init__(self, path, timeout=15):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout * PATIENCE)
        self.socket.connect(path)

    def send(self, *records):
        self.socket.sendall(b"".join(records))

    def ask(self, params, body=b""):
        """Sends one whole request; the connection ends with its answer."""
        self.send(begin(), stream(PARAMS, pairs(params)), stream(STDIN, body))

    def take(self, size):
        data = b""
        while len(data) < size:
            if not (chunk := self.socket.recv(size - len(data))):
                raise ConnectionError("the worker closed the connection")
            data += chunk
        return data

    def waiting(self):
        """How many bytes have come and were not taken yet."""
        return struct.unpack("i", fcntl.ioctl(self.socket, termios.FIONREAD, bytes(4)))[0]

    def record(self):
        """The next record: its kind and its content."""
        _, kind, _, length, padding = struct.unpack("!BBHHBx", self.take(8))
        return kind, self.take(length + padding)[:length]

    def reply(self, method="GET", target="?"):
        """Reads one whole answer and returns it as a response."""
        out = b""
        while True:
            kind, content = self.record()
            out += content if kind == STDOUT else b""
            if kind == END:
                break
        head, _, body = out.partition(b"\r\n\r\n")
        fields = [tuple(field.split(": ", 1)) for field in head.decode("utf-8", "surrogateescape").split("\r\n")]
        status = next((value for name, value in fields if name == "Status"), "200")
        return http.Response(method, target, int(status.split(" ")[0]), [f for f in fields if f[0] != "Status"], body)

    def close(self):
        self.socket.close()


class Worker(Door):
    """One foyer.fcgi with a listening Unix socket as descriptor 0, as a web server would start it. Without leaks,
    neither sanitizer nor memcheck looks for them."""

    def __init__(self, prefix="", prepare=None, conninfo=None, database=None, leaks=True, **environment):
        super().__init__(prefix, database)
        self.path = os.path.join(self.home, "s")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "FOYER_"))}
        with socket.socket(socket.AF_UNIX) as listener, open(self.log, "ab") as log:
            listener.bind(self.path)
            listener.listen(64)
            self.process = subprocess.Popen(
                [program(self.home, leaks)], stdin=listener, stdout=log, stderr=log,
                env=inherited | ({} if leaks else {"ASAN_OPTIONS": "detect_leaks=0"})
                | self.environment(conninfo, prefix, prepare, **environment))

    def transmit(self, method, target, headers, body):
        return self.converse(cgi(method, target, headers, body), body or b"", method, target)

    def call(self, params, stdin=b"", method="GET", target="?"):
        """One request of hand-made parameters; the answer is held to the rules."""
        return self.check(self.converse(params, stdin, method, target), crafted=True)

    def converse(self, params, stdin, method, target):
        """One request over a connection of its own; nothing is checked."""
        connection = Connection(self.path)
        try:
            connection.ask(params, stdin)
            return connection.reply(method, target)
        finally:
            connection.close()

    def end(self, how=signal.SIGTERM):
        """Sends the signal and returns the exit status."""
        self.process.send_signal(how)
        until(lambda: self.process.poll() is not None, "the worker ends")
        return self.process.returncode

    def stop(self):
        if self.process.poll() is None:
            self.end()
        is_(self.process.returncode, 0, "the worker ends on TERM with status 0")

    def kill(self):
        if hasattr(self, "process") and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
