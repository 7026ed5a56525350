"""victim.py - PostgreSQL servers that a test may harm: each with a cluster of its own that writes to the disk."""
import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from .database import Database, psql
from .door import alive, children
from .tap import diag, failures
from .wait import until

SETTINGS = {"fsync": "on", "full_page_writes": "on", "listen_addresses": "''", "port": 5432, "max_connections": 40,
            "shared_buffers": "16MB", "lc_messages": "C", "log_min_messages": "warning"}
LOCAL = "local all all trust\nlocal replication all trust\n"


def sessions(pid):
    """The processes of a server, without the server itself."""
    return children(pid) if alive(pid) else []


class Cluster:
    """A server as a child process, run as an account without rights (PostgreSQL refuses to run as root).

    disk       "data" or "wal": what is on a small file system of its own, in a mount namespace that goes with us
    primary    the cluster of which this is a streaming standby
    settings   of postgresql.conf
    """

    def __init__(self, disk=None, primary=None, **settings):
        self.home = tempfile.mkdtemp(prefix="c", dir=os.environ["FOYER_TEST_TMP"])
        self.process = self.keeper = self.mount = None
        self.settings = SETTINGS | {"unix_socket_directories": "'%s'" % self.home} | settings
        self.server = {"PGHOST": self.home, "PGPORT": "5432"}
        atexit.register(self.abandon)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))    # so that the above happens
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres")
        for part in ("data", "wal"):
            self.run("mkdir", "-m", "700", self.path(part))
        if disk:
            self.separate(disk)
        if primary:
            self.run("pg_basebackup", "-h", primary.home, "-U", "postgres", "-D", self.path("data"),
                     "--waldir", self.path("wal"), "-R", "-c", "fast")
        else:
            self.run("initdb", "-D", self.path("data"), "-X", self.path("wal"), "-U", "postgres", "--auth=reject",
                     "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions", "--wal-segsize=1")
        self.write("pg_hba.conf", LOCAL)
        self.configure()
        self.start()
        if not primary:
            self.sql("CREATE DATABASE foyer_template")
            with open(os.path.join(os.environ["FOYER_BUILD"], "foyer.sql"), encoding="utf-8") as f:
                psql("foyer_template", f.read(), self.server)

    # Its files, and commands as its account.

    def path(self, part):
        return os.path.join(self.home, part)

    def prefix(self):
        inside = ["nsenter", "-t", str(self.keeper.pid), "-m", "--"] if self.keeper else []
        account = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        return inside + (account if os.geteuid() == 0 else [])

    def run(self, *command, **rest):
        return subprocess.run([*self.prefix(), *command], check=True, stdout=subprocess.DEVNULL, cwd="/", text=True,
                              **rest)

    def write(self, name, text):
        self.run("tee", self.path("data/" + name), input=text)

    def configure(self, **settings):
        """Settings that hold from the next start, or reload, on."""
        self.settings |= settings
        self.write("postgresql.conf", "".join("%s = %s\n" % pair for pair in self.settings.items()))

    def separate(self, part):
        """Gives a part of the cluster a small file system: a tmpfs that only our own processes see."""
        self.mount = self.path(part)
        self.keeper = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                        'mount -t tmpfs -o size=48m,mode=700,uid=$(id -u postgres) tmpfs "$1" && '
                                        'echo mounted && exec sleep infinity', "sh", self.mount],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.keeper.stdout.readline() != "mounted\n":
            reason = self.keeper.communicate()[1].strip()
            self.keeper = None
            raise PermissionError(reason)

    def inside(self):
        """The small file system, as seen from here."""
        return pathlib.Path("/proc/%d/root%s" % (self.keeper.pid, self.mount))

    def fill(self):
        """Leaves no room on the small file system."""
        with open(self.inside() / "ballast", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError as e:
                diag("the disk is full: %s" % e)

    def relieve(self):
        (self.inside() / "ballast").unlink()

    # What befalls it.

    def start(self):
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen([*self.prefix(), "postgres", "-D", self.path("data")], cwd="/",
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(lambda: self.answers() or not self.running(), "the server answers or ends", 60)
        if not self.running():
            raise RuntimeError("the server does not start; see %s/log" % self.home)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def answers(self):
        return subprocess.run(["pg_isready", "-q", "-h", self.home]).returncode == 0

    def stop(self, how=signal.SIGINT):
        """SIGINT is a fast stop, SIGQUIT an immediate one."""
        self.process.send_signal(how)
        self.process.wait(60)

    def kill(self, everything=True):
        """Kills the server and all that belongs to it; or the server alone, and the rest has to notice."""
        rest = sessions(self.process.pid)
        for pid in [self.process.pid, *(rest if everything else [])]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not any(map(alive, rest)), "all processes of the server end")

    def promote(self):
        self.sql("SELECT pg_promote()")

    def freeze(self, how=signal.SIGSTOP):
        """As if the host were gone: nothing answers, nothing is refused. SIGCONT thaws."""
        for pid in [self.process.pid, *sessions(self.process.pid)]:
            os.kill(pid, how)

    def backend(self):
        """The process id of one session of the web role."""
        return int(self.sql("SELECT min(pid) FROM pg_stat_activity WHERE usename = 'foyer_web'"))

    def sql(self, text):
        return psql("postgres", text, self.server)

    def database(self):
        return Guest(self.server)

    def abandon(self):
        if self.running():
            self.freeze(signal.SIGCONT)
            self.kill()
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        if failures():
            diag("the log of the server is in " + self.home)
        else:
            shutil.rmtree(self.home, ignore_errors=True)


class Guest(Database):
    """A database that goes with its cluster."""

    def drop(self):
        pass
