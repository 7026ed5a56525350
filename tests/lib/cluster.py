"""cluster.py - PostgreSQL servers of a test's own, which it may configure, copy, harm and lose."""
import atexit
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from .account import UNPRIVILEGED, give
from .database import Database, psql
from .door import alive, children
from .tap import diag, failures
from .wait import until

SETTINGS = {"listen_addresses": "", "port": 5432, "max_connections": 40, "shared_buffers": "16MB", "lc_messages": "C",
            "log_min_messages": "warning"}
SMALL = "48m"    # a file system that a test can fill; a new cluster takes 40


def sessions(pid):
    """The processes of a server, without the server itself."""
    return children(pid) if alive(pid) else []


def send(how, *pids):
    """Sends a signal to all who are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)


class Cluster:
    """A cluster whose server is our child process, behind a Unix socket that only root and its account reach.

    origin     the cluster of which this is a copy, made while that one runs; none: a new one
    standby    the copy goes on following its origin
    disk       "data" or "wal": what is on a small file system of its own, in a mount namespace that goes with us
    settings   of postgresql.conf; a server that listens on TCP wants a port, too

    What is acknowledged is on the disk, unless the settings say otherwise.
    """

    def __init__(self, origin=None, standby=False, disk=None, **settings):
        self.home = tempfile.mkdtemp(prefix="c", dir=os.environ["FOYER_TEST_TMP"])
        self.process = self.keeper = self.mount = None
        self.settings = SETTINGS | {"unix_socket_directories": self.home} | settings
        self.port = str(self.settings["port"])
        self.server = {"PGHOST": self.home, "PGPORT": self.port}
        self.environment = os.environ | self.server
        atexit.register(self.abandon)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))    # so that the above happens
        give(self.home)
        for part in ("data", "wal"):
            self.run("mkdir", "-m", "700", self.path(part))
        if disk:
            self.separate(disk)
        if origin:
            self.run("pg_basebackup", "--checkpoint=fast", "--no-sync", "-h", origin.home, "-p", origin.port,
                     "-D", self.path("data"), "--waldir", self.path("wal"),
                     *(["--write-recovery-conf"] if standby else []))
        else:
            self.run("initdb", "-D", self.path("data"), "-X", self.path("wal"), "-U", "postgres", "--auth=trust",
                     "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions", "--wal-segsize=1")
        self.configure()
        self.start()

    # Its files, and commands as its account.

    def path(self, part):
        return os.path.join(self.home, part)

    def prefix(self):
        return (["nsenter", "-t", str(self.keeper.pid), "-m", "--"] if self.keeper else []) + UNPRIVILEGED

    def run(self, *command, **rest):
        subprocess.run([*self.prefix(), *command], check=True, stdout=subprocess.DEVNULL, cwd="/", text=True, **rest)

    def configure(self, **settings):
        """Settings that hold from the next start, or reload, on."""
        self.settings |= settings
        self.run("tee", self.path("data/postgresql.conf"),
                 input="".join("%s = '%s'\n" % pair for pair in self.settings.items()))

    def separate(self, part):
        """Gives a part of the cluster a small file system: a tmpfs that only our own processes see."""
        self.mount = self.path(part)
        self.keeper = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                        'mount -t tmpfs -o size=%s,mode=700,uid=$(id -u postgres) tmpfs "$1" && '
                                        'echo mounted && exec sleep infinity' % SMALL, "sh", self.mount],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.keeper.stdout.readline() != "mounted\n":
            reason = self.keeper.communicate()[1].strip()
            self.keeper = None
            raise PermissionError(reason)

    def inside(self):
        """The small file system, as seen from here."""
        return pathlib.Path("/proc/%d/root%s" % (self.keeper.pid, self.mount))

    # Its databases.

    def sql(self, text, database="postgres"):
        return psql(database, text, self.server)

    def deploy(self, name="foyer"):
        """Makes a database with the schema of this release."""
        self.sql("CREATE DATABASE " + name)
        with open(os.path.join(os.environ["FOYER_BUILD"], "foyer.sql"), encoding="utf-8") as f:
            self.sql(f.read(), name)
        return self.database(name)

    def database(self, name="foyer"):
        """A database that is there."""
        return Guest(name, self.server)

    def backend(self):
        """The process id of one session of the web role."""
        return int(self.sql("SELECT min(pid) FROM pg_stat_activity WHERE usename = 'foyer_web'"))

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
        return subprocess.run(["pg_isready", "-q"], env=self.environment).returncode == 0

    def stop(self, how=signal.SIGINT):
        """SIGINT is a fast stop, SIGQUIT an immediate one."""
        self.process.send_signal(how)
        self.process.wait(60)

    def kill(self, everything=True):
        """Kills the server and all that belongs to it; or the server alone, and the rest has to notice."""
        rest = sessions(self.process.pid)
        send(signal.SIGKILL, self.process.pid, *(rest if everything else []))
        self.process.wait()
        until(lambda: not any(map(alive, rest)), "all processes of the server end")

    def freeze(self, how=signal.SIGSTOP):
        """As if the host were gone: nothing answers, nothing is refused. SIGCONT thaws."""
        send(how, self.process.pid, *sessions(self.process.pid))

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

    def synchronize(self):
        """From now on no commit is told before a standby has it on its disk."""
        self.configure(synchronous_standby_names="*")
        self.sql("SELECT pg_reload_conf()")
        until(lambda: self.sql("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'") == "sync",
              "the standby is synchronous", 60)

    def promote(self):
        """Makes the standby a primary, which waits for no standby of its own."""
        self.sql("SELECT pg_promote()")

    def abandon(self):
        """Leaves nothing behind; the logs stay when something has failed."""
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

    def __init__(self, name, server):
        self.name, self.server = name, server

    def drop(self):
        pass
