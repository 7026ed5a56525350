"""pooler.py - the pool of contrib/pgbouncer in front of a database, with other paths and names."""
import atexit
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import tempfile

from .account import UNPRIVILEGED, give
from .tap import failures
from .wait import until

SAMPLE = pathlib.Path(os.environ["FOYER_ROOT"]) / "contrib/pgbouncer/pgbouncer.ini"
PORT = "6432"    # the sample's


class Pooler:
    """A pgbouncer of its own, as a child process."""

    def __init__(self, database):
        self.home, self.process = tempfile.mkdtemp(prefix="p", dir=os.environ["FOYER_TEST_TMP"]), None
        password = secrets.token_hex(16)
        give(self.home, self.write("userlist.txt", '"foyer_web" "%s"\n' % password),
             self.write("pgbouncer.ini", self.settings(database)))
        self.passfile = self.write("pgpass", "*:*:*:foyer_web:%s\n" % password)
        give(self.passfile)    # behind nginx, workers are that account's too
        atexit.register(self.abandon)
        self.start()

    def write(self, name, text):
        """Writes a file that nobody else may read, and returns its path."""
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def settings(self, database):
        """The sample, with these lines in place of its own."""
        text = SAMPLE.read_text()
        for old, new in (("host=/run/postgresql port=5432 dbname=foyer",
                          "host=%s port=%s dbname=%s" % (database.server["PGHOST"], database.server["PGPORT"],
                                                         database.name)),
                         ("listen_addr = 127.0.0.1", "listen_addr ="),
                         ("unix_socket_dir = /run/postgresql", "unix_socket_dir = " + self.home),
                         ("/etc/pgbouncer/userlist.txt", self.home + "/userlist.txt"),
                         ("/var/log/postgresql/pgbouncer.log", self.home + "/pgbouncer.log"),
                         ("/run/postgresql/pgbouncer.pid", self.home + "/pgbouncer.pid")):
            if len(re.findall(re.escape(old) + "$", text, re.M)) != 1:
                raise ValueError("contrib/pgbouncer/pgbouncer.ini has not once: " + old)
            text = re.sub(re.escape(old) + "$", lambda _, new=new: new, text, flags=re.M)
        return text

    def conninfo(self):
        return "host=%s port=%s dbname=foyer user=foyer_web passfile=%s" % (self.home, PORT, self.passfile)

    def start(self):
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        self.process = subprocess.Popen([*UNPRIVILEGED, program, "-q", os.path.join(self.home, "pgbouncer.ini")],
                                        stdin=subprocess.DEVNULL, cwd="/")
        until(lambda: self.answers() or self.process.poll() is not None, "the pool answers or ends")
        if self.process.poll() is not None:
            raise RuntimeError("pgbouncer does not start; see " + self.home)

    def answers(self):
        return subprocess.run(["pg_isready", "-q", "-h", self.home, "-p", PORT]).returncode == 0

    def stop(self, how=signal.SIGTERM):
        """At once: SIGTERM as SIGKILL does not wait for anybody."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def restart(self):
        self.stop()
        self.start()

    def abandon(self):
        if self.process:
            self.stop(signal.SIGKILL)
        if not failures():
            shutil.rmtree(self.home, ignore_errors=True)
