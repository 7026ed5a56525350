"""subjects.py - what is measured: pgbench, Foyer behind each web server, and the peers. All run at once, and idle while
another one is measured."""
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile

from lib import http
from lib.cluster import Guest
from lib.door import children
from lib.server import account, free_port, hand_over, listens
from lib.site import Site
from lib.wait import until

from .data import PEERS_ROLE
from .scenes import APPLICATIONS, CONVERSATION, LIMITS, MAIN, VISITOR

HERE = pathlib.Path(__file__).parent
WORKERS = 8


class Subject:
    """Something that takes the scenes; data is where its conversations are."""

    title = ""

    def __init__(self, name, data):
        self.name, self.data = name, data

    def web(self):
        """The processes of the web server."""
        return []

    def workers(self):
        """The processes behind it."""
        return []

    def check(self, scene):
        """Raises an exception if the scene is not answered as it should be."""

    def stop(self):
        pass


class Pgbench(Subject):
    """The same functions with the same arguments, over libpq: what PostgreSQL could do if the rest were free."""

    title = "pgbench"

    def load(self, scene, clients, seconds, seed):
        with tempfile.TemporaryDirectory(dir=os.environ["FOYER_TEST_TMP"]) as home:
            script = pathlib.Path(home, "script")
            script.write_text(scene.script(self.data.count(scene.application)), encoding="utf-8")
            said = run(["pgbench", "--no-vacuum", "--protocol=prepared", "--client=%d" % clients,
                        "--jobs=%d" % min(clients, 2), "--time=%d" % seconds, "--random-seed=%d" % seed,
                        "--log", "--sampling-rate=0.2", "--log-prefix=%s/log" % home, "--file=%s" % script,
                        "--username=foyer_web", self.data.name])
            times = sorted(int(line.split()[2]) for log in pathlib.Path(home).glob("log*") for line in open(log))
        rate = float(re.search(r"tps = ([\d.]+)", said)[1])
        done = int(re.search(r"actually processed: (\d+)", said)[1])
        return {"requests": done, "seconds": done / rate, "faults": 0, "errors": 0,
                "p50": percentile(times, 50), "p99": percentile(times, 99)}


class Http(Subject):
    """What wrk asks."""

    port = None

    def load(self, scene, clients, seconds, seed):
        first, step, count = scene.numbers(self.data.count(scene.application))
        digit = APPLICATIONS[scene.application].digit
        headers = scene.caller(0) | {"X-Visitor-Id": "VISITOR"} | scene.headers
        if scene.body:
            headers["Content-Type"] = "application/json"
        said = run(["wrk", "--threads=1", "--connections=%d" % clients, "--duration=%ds" % seconds, "--timeout=10s",
                    "--script=%s" % (HERE / "request.lua"), "http://127.0.0.1:%d" % self.port, "--",
                    scene.method, "/api/v1" + scene.path % "CONVERSATION", scene.body or "", str(seed),
                    str(first), str(step), str(min(count, 20000)),
                    VISITOR.replace("%d", str(digit), 1), CONVERSATION.replace("%d", str(digit), 1),
                    *("%s: %s" % pair for pair in headers.items())])
        result = json.loads(re.search(r"^\{.*\}$", said, re.M)[0])
        expected = result["requests"] if scene.status >= 400 else 0
        # A server may close a kept connection when it wants to (RFC 9112, 9.3); Apache does when it is full.
        if result["faults"] * 100 > result["requests"] or result["errors"] != expected:
            raise RuntimeError("%s, %s: %s" % (self.name, scene.name, result))
        return result

    def check(self, scene):
        first, step, count = scene.numbers(self.data.count(scene.application))
        number = first + step * (count - 1)
        headers = scene.caller(number) | scene.headers
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = "check-%016x" % random.getrandbits(64)
        if scene.body:
            headers["Content-Type"] = "application/json"
        target = scene.target(number)
        body = scene.body.encode() if scene.body else None
        request = http.render(scene.method, target, headers.items(), body, "127.0.0.1:%d" % self.port)
        r = http.parse(scene.method, target, http.exchange(("127.0.0.1", self.port), request))
        if r.status != scene.status:
            raise RuntimeError("%s, %s: %r" % (self.name, scene.name, r))
        return r


class Foyer(Http):
    """foyer.fcgi as the samples of contrib/ set it up, but for the number of workers."""

    def __init__(self, name, data, server):
        super().__init__(name, data)
        self.title = "Foyer, " + server
        # A request that finds no free process of mod_fcgid's waits for a second: as its sample says, one for each.
        database = Guest(data.name, {name: os.environ[name] for name in ("PGHOST", "PGPORT")})
        self.site = Site(procs=32 if server == "apache" else WORKERS, server=server, database=database)
        self.port = self.site.server.port

    def web(self):
        return [pid for pid in self.site.server.everyone() if pid not in self.workers()]

    def workers(self):
        return self.site.server.workers()

    def stop(self):
        self.site.abandon()


class Peer(Http):
    """A program that does the same job in the way of its own kind."""

    def __init__(self, name, data):
        super().__init__(name, data)
        self.home = tempfile.mkdtemp(prefix="p", dir=os.environ["FOYER_TEST_TMP"])
        os.chmod(self.home, 0o755)
        self.port, self.processes = free_port(), []

    def start(self, command, **more):
        out = open(os.path.join(self.home, "out"), "ab")
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more))
        out.close()

    def wait(self):
        until(lambda: listens(self.port), "%s listens; see %s" % (self.name, self.home))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(30)


class Node(Peer):
    """A process for each of two processors."""

    title = "Node.js: fastify, pg, rate-limiter-flexible"

    def __init__(self, name, data):
        super().__init__(name, data)
        modules = pathlib.Path(os.environ["FOYER_BENCH_NODE"], "node_modules")
        self.start(["node", HERE / "peers/node/server.js"], env=os.environ | {
            "NODE_PATH": str(modules), "NODE_ENV": "production", "PORT": str(self.port), "WORKERS": "2",
            "POOL": str(WORKERS), "PGDATABASE": data.name, "PGUSER": PEERS_ROLE})
        self.wait()

    def workers(self):
        return children(self.processes[0].pid)


class Php(Peer):
    """nginx and PHP-FPM."""

    title = "PHP-FPM: PDO"

    def __init__(self, name, data):
        super().__init__(name, data)
        hand_over(os.path.join(self.home, "index.php"), HERE / "peers/php/index.php")
        dsn = "pgsql:host=%s;port=%s;dbname=%s" % (os.environ["PGHOST"], os.environ["PGPORT"], data.name)
        who = account()
        names = {"HOME": self.home, "PORT": self.port, "WORKERS": WORKERS, "DSN": dsn, "ACCOUNT": who.pw_name,
                 "USER": "user = %s\ngroup = %d" % (who.pw_name, who.pw_gid) if os.geteuid() == 0 else ""}
        for name in ("nginx.conf", "php-fpm.conf"):
            text = (HERE / "peers/php" / (name + ".in")).read_text(encoding="utf-8")
            text = re.sub(r"@(%s)@" % "|".join(names), lambda m: str(names[m[1]]), text)
            pathlib.Path(self.home, name).write_text(text, encoding="utf-8")
        self.start([php_fpm(), "--nodaemonize", "--fpm-config", os.path.join(self.home, "php-fpm.conf")])
        self.start(["nginx", "-e", os.path.join(self.home, "nginx.log"), "-c", os.path.join(self.home, "nginx.conf")])
        self.wait()
        until(lambda: len(self.workers()) == WORKERS, "PHP-FPM has started")

    def web(self):
        return [self.processes[1].pid, *children(self.processes[1].pid)]

    def workers(self):
        return children(self.processes[0].pid)


def php_fpm():
    """The program, whose name has PHP's version in it."""
    return str(max(pathlib.Path("/usr/sbin").glob("php-fpm[0-9]*")))


def run(command):
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError("%s: %s%s" % (command[0], done.stdout, done.stderr))
    return done.stdout


def percentile(times, p):
    """Of sorted times; 0 when there are none."""
    return times[min(len(times) - 1, len(times) * p // 100)] if times else 0


# name: how it is made, and whose data it has. "small" holds a hundredth of the messages.
SUBJECTS = {
    "pgbench": (Pgbench, "large"),
    **{server: (lambda name, data: Foyer(name, data, name), "large")
       for server in ("lighttpd", "nginx", "apache")},
    "node": (Node, "peers"),
    "php": (Php, "peers"),
    "pgbench-small": (Pgbench, "small"),
    "lighttpd-small": (lambda name, data: Foyer(name, data, "lighttpd"), "small"),
}
SMALL = ("pgbench-small", "lighttpd-small")
LIMITED = ("pgbench", "lighttpd")    # who takes the scenes about limits


def cells(subjects, scenes, clients):
    """What is measured: subject, scene and number of clients. How things grow is asked with 8 clients alone."""
    for name in subjects:
        taken = ("send", "list") if name in SMALL else MAIN + LIMITS if name in LIMITED else MAIN
        for scene in (scene for scene in taken if scene in scenes):
            alone = name in SMALL or scene in LIMITS
            yield from ((name, scene, n) for n in clients if not alone or n == 8)
