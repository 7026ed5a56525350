"""pgproxy.py - stands between a worker and PostgreSQL and counts what they say to each other."""
import collections
import os
import socket
import threading


class Proxy:
    """A Unix socket that forwards to the real server, message by message.

    Counts messages by side and type: ("F", "E") is an Execute from the worker, ("B", "Z") a ReadyForQuery for it.
    Each is counted before it is passed on, so that what a finished request has said is complete. Keeps the words of
    each start-up message, the names of prepared statements ("" is none) and the simple queries.
    """

    def __init__(self, home):
        self.home, self.counts, self.guard = home, collections.Counter(), threading.Lock()
        self.startup, self.named, self.queries = [], [], []
        name = ".s.PGSQL." + os.environ["PGPORT"]
        self.upstream = os.path.join(os.environ["PGHOST"], name)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(home, name))
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def take(self):
        """The counts since the last time."""
        with self.guard:
            counts, self.counts = self.counts, collections.Counter()
            return counts

    def accept(self):
        while True:
            try:
                front = self.listener.accept()[0]
            except OSError:
                return
            back = socket.socket(socket.AF_UNIX)
            back.connect(self.upstream)
            for side, source, sink in (("F", front, back), ("B", back, front)):
                threading.Thread(target=self.forward, args=(side, source, sink), daemon=True).start()

    def forward(self, side, source, sink):
        pending, started = b"", side == "B"
        try:
            while chunk := source.recv(65536):
                pending += chunk
                if not started and len(pending) >= 4:    # the start-up message has no type
                    size = int.from_bytes(pending[:4], "big")
                    if len(pending) >= size:
                        self.startup.append(pending[8:size].split(b"\0"))
                        sink.sendall(pending[:size])
                        pending, started = pending[size:], True
                while started and len(pending) >= 5:
                    size = 1 + int.from_bytes(pending[1:5], "big")
                    if len(pending) < size:
                        break
                    self.count(side, pending[:size])
                    self.forth(side, pending[:size], sink)
                    pending = pending[size:]
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def forth(self, side, message, sink):
        """Passes a message on; an OSError ends the connection."""
        sink.sendall(message)

    def count(self, side, message):
        with self.guard:
            self.counts[side, chr(message[0])] += 1
            if (side, message[:1]) == ("F", b"P"):
                self.named.append(message[5:].split(b"\0")[0])
            if (side, message[:1]) == ("F", b"Q"):
                self.queries.append(message[5:])

    def close(self):
        self.listener.close()
