"""victim_pool.py - pgbouncer in transaction mode in front of a cluster."""
import atexit
import os
import shutil
import signal
import subprocess
import tempfile

from .wait import until

CONFIGURATION = """\
[databases]
* = host=%(server)s port=5432
[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = %(home)s
auth_type = trust
auth_file = %(home)s/users
pool_mode = transaction
default_pool_size = 8
query_wait_timeout = 3
server_login_retry = 1
"""


class Pooler:
    """pgbouncer as a child process, run as the account of the cluster (it refuses to run as root)."""

    def __init__(self, cluster):
        self.cluster, self.process = cluster, None
        self.home = tempfile.mkdtemp(prefix="b", dir=os.environ["FOYER_TEST_TMP"])
        for name, text in (("ini", CONFIGURATION % {"server": cluster.home, "home": self.home}),
                           ("users", '"foyer_web" ""\n')):
            with open(os.path.join(self.home, name), "w", encoding="utf-8") as f:
                f.write(text)
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres")
        atexit.register(self.abandon)
        self.start()

    def start(self):
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen([*self.cluster.prefix(), "/usr/sbin/pgbouncer", "-q",
                                             os.path.join(self.home, "ini")], cwd="/", stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        until(lambda: subprocess.run(["pg_isready", "-q", "-h", self.home]).returncode == 0, "pgbouncer answers")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(30)

    def abandon(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
