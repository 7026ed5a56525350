"""door.py - a way in to the program: what all have in common, and the rules that every answer is held to."""
import atexit
import json as json_
import os
import re
import shutil
import tempfile
import threading

from . import memcheck, openapi, rules
from .app import App
from .database import Database
from .pooler import Pooler
from .tap import diag, failures, is_, ok
from .wait import until

UNSET = object()
PAIR = r'[^\s="]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)'
LINE = re.compile(r"%s(?: %s)*" % (PAIR, PAIR))


class Door:
    """A database, a scratch directory, a worker log, and requests whose answers are checked.

    A database that is given becomes the door's own. A kind of door says how a request goes out (transmit), and how
    it starts and stops.
    """

    def __init__(self, prefix="", database=None):
        self.database, self.pooler = database or Database(), None
        scratch = os.environ.get("FOYER_TEST_TMP", "")
        self.home = tempfile.mkdtemp(prefix="d", dir=scratch if 0 < len(scratch) < 70 else None)    # sockets: 107 bytes
        self.log = os.path.join(self.home, "worker.log")
        self.prefix, self.base = prefix, prefix + "/api/v1"
        self.seen, self.broken, self.guard = set(), [], threading.Lock()
        self.open = True
        atexit.register(self.abandon)

    def environment(self, conninfo, prefix="", prepare=None, **other):
        """What the program starts with. FOYER_TEST_POOLER puts a pool before the door's own database."""
        if not conninfo and os.environ.get("FOYER_TEST_POOLER"):
            self.pooler = Pooler(self.database)
            conninfo, prepare = self.pooler.conninfo(), "off"
        settings = {"FOYER_DB": conninfo or self.database.conninfo(), "FOYER_PREFIX": prefix, "FOYER_PREPARE": prepare}
        return {name: value for name, value in (settings | other).items() if value}

    def request(self, method, target, headers=(), body=None, json=UNSET, fault=False, foreign=False, limitless=False):
        """Sends one request. A 5xx must be announced (fault), as must an answer of the web server's own (foreign)
        and an application without limits (limitless)."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        if json is not UNSET:
            body = json_.dumps(json, ensure_ascii=False).encode()
            if "content-type" not in [name.lower() for name, _ in pairs]:
                pairs.append(("Content-Type", "application/json"))
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b""
        r = self.transmit(method, target, pairs, body)
        r.door = self
        return r if foreign else self.check(r, fault, limitless)

    def check(self, r, fault=False, limitless=False, crafted=False):
        """Remembers each rule that a response breaks; returns the response. A crafted request may not have asked
        for the target that the response names."""
        found = [*rules.breaches(r, limitless, self.prefix), *openapi.breaches(r, None if crafted else self.prefix)]
        with self.guard:
            if r.id in self.seen:
                found.append("no two responses have the same X-Request-Id")
            self.seen.add(r.id)
            if r.status >= 500 and not fault:
                found.append("nothing that a client sends is answered by 5xx")
            self.broken += [(rule, repr(r)) for rule in found]
        return r

    def get(self, target, **rest):
        return self.request("GET", target, **rest)

    def disconnect(self):
        """Ends every connection of the program, also those with a pool."""
        if self.pooler:
            self.pooler.restart()
        self.database.disconnect()

    def settle(self):
        """Without a pool, who has a database again has it at once; a pool looks once a second."""
        if self.pooler:
            until(lambda: self.get(self.base + "/health/ready", fault=True).status == 200,
                  "the pool has a database again")

    def sql(self, text):
        return self.database.sql(text)

    def foyerctl(self, *args):
        return self.database.foyerctl(*args)

    def new_app(self, **options):
        return App(self, **options)

    def raw_log(self):
        with open(self.log, encoding="utf-8", errors="backslashreplace") as f:
            return f.read()

    def log_lines(self):
        """The worker log as one object a line; a line that is not logfmt is the member named unparsed."""
        return [logfmt(line) for line in self.raw_log().splitlines() if line]

    def log_of(self, r):
        """The log line of a response, as soon as it is there."""
        return until(lambda: next((line for line in self.log_lines() if line.get("id") == r.id), None),
                     "a log line for " + str(r.id))

    def finish(self):
        """The last promises of a test file: the rules were kept, and the program stops cleanly."""
        ok(not self.broken, "each of the responses kept the rules for every response",
           *("%s:\n%s" % breach for breach in self.broken[:5]), "%d in all" % len(self.broken))
        self.stop()
        is_([line for line in self.raw_log().splitlines() if re.search(r"Sanitizer|runtime error:|assert", line)], [],
            "no worker has complained about itself")
        if memcheck.wanted():
            is_(memcheck.complaints(self.home), [], "memcheck has nothing to say about a worker")
        self.abandon()

    def abandon(self):
        """Leaves nothing behind; the scratch directory stays when something has failed."""
        if not self.open:
            return
        self.open = False
        self.kill()
        if self.pooler:
            self.pooler.abandon()
        self.database.drop()
        if failures() or self.broken:
            diag("the logs are in " + self.home)
        else:
            shutil.rmtree(self.home, ignore_errors=True)


def logfmt(line):
    """The members of a logfmt line."""
    if not LINE.fullmatch(line):
        return {"unparsed": line}
    return {name: re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
            for name, value in (pair.split("=", 1) for pair in re.findall(PAIR, line))}


def alive(pid):
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def runs(pid, program):
    """Whether a process runs this program; one that has just been forked does not yet."""
    try:
        return os.readlink("/proc/%d/exe" % pid) == program
    except OSError:
        return False


def children(pid):
    """The processes that a process has started."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as f:
                if int(f.read().rpartition(")")[2].split()[1]) == pid and alive(int(entry)):
                    found.append(int(entry))
        except OSError:
            pass
    return sorted(found)
