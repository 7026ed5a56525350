"""cluster.py - a PostgreSQL cluster of a test's own, for what concerns roles, disks or replicas."""
import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

from .database import Database, psql
from .wait import until

NUMBERS = iter(range(1, 100))


class Cluster:
    """A cluster that answers on a Unix socket, as PostgreSQL's account when root calls.

    settings   lines of postgresql.conf
    origin     fills the directory of the cluster; none: an empty cluster is made
    port       also of a TCP port, when settings say that it listens there
    """

    def __init__(self, *settings, origin=None, port=None):
        self.home = tempfile.mkdtemp(prefix="c", dir=os.environ["FOYER_TEST_TMP"])
        self.data, self.port = os.path.join(self.home, "data"), str(port or 5500 + next(NUMBERS))
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self.account:
            os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        atexit.register(self.stop, signal.SIGQUIT)
        if origin:
            origin(self)
        else:
            self.run("initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                     "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        self.configure("listen_addresses = ''", "unix_socket_directories = '%s'" % self.home, "port = " + self.port,
                       "fsync = off", "shared_buffers = 32MB", "max_connections = 60", "log_min_messages = warning",
                       *settings)
        self.process = None
        self.start()

    def configure(self, *settings):
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as f:
            f.write("\n".join(settings) + "\n")

    def who(self):
        if not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def run(self, *command):
        """A program of PostgreSQL's, as the cluster's account."""
        done = subprocess.run(command, text=True, capture_output=True, cwd="/", env=self.environment(), **self.who())
        if done.returncode:
            raise RuntimeError("%s: %s" % (" ".join(command), done.stderr))
        return done.stdout

    def environment(self):
        return os.environ | {"PGHOST": self.home, "PGPORT": self.port, "PGUSER": "postgres"}

    def start(self):
        log = open(os.path.join(self.home, "log"), "ab")
        self.process = subprocess.Popen(["postgres", "-D", self.data], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        cwd="/", env=self.environment(), **self.who())
        log.close()
        until(lambda: self.ready() or self.process.poll() is not None, "the cluster is ready", 60)
        if self.process.poll() is not None:
            raise RuntimeError("postgres does not start; see %s/log" % self.home)

    def ready(self):
        return subprocess.run(["pg_isready", "-q"], env=self.environment()).returncode == 0

    def stop(self, how=signal.SIGINT):
        """INT is a fast shutdown, QUIT is as good as a crash."""
        if getattr(self, "process", None) and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        if how == signal.SIGQUIT:
            shutil.rmtree(self.data, ignore_errors=True)

    def use(self):
        """From now on this is the cluster of all that follows."""
        os.environ.update(PGHOST=self.home, PGPORT=self.port)
        return self

    def sql(self, text, database="postgres"):
        self.use()
        return psql(database, text)


class Deployed(Database):
    """A database that is there already, in the cluster that is in use."""

    def __init__(self, name):
        self.name, self.server = name, {"PGHOST": os.environ["PGHOST"], "PGPORT": os.environ["PGPORT"]}

    def drop(self):
        pass
