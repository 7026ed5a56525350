"""pooler.py - the pool of contrib/pgbouncer between a door and its database, with other paths and names."""
import atexit
import os
import pathlib
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile

from .wait import until

SAMPLE = pathlib.Path(os.environ["FOYER_ROOT"]) / "contrib/pgbouncer/pgbouncer.ini"


class Pooler:
    """A pgbouncer of its own. It refuses to run as root, and PostgreSQL's account may enter the socket's directory."""

    def __init__(self, database):
        self.home = tempfile.mkdtemp(prefix="p", dir=os.environ["FOYER_TEST_TMP"])
        self.password = secrets.token_hex(16)
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.write("userlist.txt", '"foyer_web" "%s"\n' % self.password)
        self.write("pgbouncer.ini", self.settings(database))
        self.passfile = os.path.join(self.home, "pgpass")
        self.write("pgpass", "*:*:*:foyer_web:%s\n" % self.password)
        if self.account:
            os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
            for name in ("userlist.txt", "pgbouncer.ini"):
                os.chown(os.path.join(self.home, name), self.account.pw_uid, self.account.pw_gid)
        self.start()
        atexit.register(self.stop)

    def write(self, name, text):
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)

    def settings(self, database):
        """The sample, with these lines in place of its own."""
        text = SAMPLE.read_text()
        for old, new in (("host=/run/postgresql port=5432 dbname=foyer",
                          "host=%s port=%s dbname=%s" % (os.environ["PGHOST"], os.environ["PGPORT"], database)),
                         ("listen_addr = 127.0.0.1", "listen_addr ="),
                         ("unix_socket_dir = /run/postgresql", "unix_socket_dir = " + self.home),
                         ("/etc/pgbouncer/userlist.txt", self.home + "/userlist.txt"),
                         ("/var/log/postgresql/pgbouncer.log", self.home + "/pgbouncer.log"),
                         ("/run/postgresql/pgbouncer.pid", self.home + "/pgbouncer.pid")):
            if len(re.findall(re.escape(old) + "$", text, re.M)) != 1:
                raise ValueError("contrib/pgbouncer/pgbouncer.ini has not once: " + old)
            text = re.sub(re.escape(old) + "$", lambda _, new=new: new, text, flags=re.M)
        return text

    def start(self):
        command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "-q", os.path.join(self.home, "pgbouncer.ini")]
        who = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd="/", **who)
        until(lambda: os.path.exists(os.path.join(self.home, ".s.PGSQL.6432")) or self.process.poll() is not None,
              "the pool listens")
        if self.process.poll() is not None:
            raise RuntimeError("pgbouncer does not start; see " + self.home)

    def restart(self):
        self.stop()
        os.unlink(os.path.join(self.home, ".s.PGSQL.6432"))
        self.start()

    def conninfo(self):
        return "host=%s port=6432 dbname=foyer user=foyer_web passfile=%s" % (self.home, self.passfile)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
