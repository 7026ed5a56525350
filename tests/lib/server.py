"""server.py - what the web servers in front of foyer.fcgi have in common; each kind has a file of its own."""
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess

from .door import alive, children
from .memcheck import program
from .wait import until


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A web server in the foreground as a child process, with its workers. A kind of server writes the configuration
    from the samples of contrib/, and names the command and the signals that mean now and gracefully (it ends),
    and restarts (it does not)."""

    def __init__(self, home, log, procs, environment):
        self.home, self.log, self.procs, self.environment = home, log, procs, environment
        self.prefix = environment.get("FOYER_PREFIX", "")
        self.program = program(home)
        self.process = None

    def start(self):
        for _ in range(5):
            self.port = free_port()
            self.configure()
            with open(os.path.join(self.home, "server.out"), "ab") as out:
                self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            until(lambda: listens(self.port) or self.process.poll() is not None, "the web server listens")
            if self.process.poll() is None:
                return
        raise RuntimeError("the web server does not start; see " + self.home)

    def write(self, name, text):
        """Writes a file below home and returns its path."""
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def workers(self):
        """The process ids of the workers."""
        return children(self.process.pid)

    def everyone(self):
        """The process ids of the server and of all that it has started."""
        return [self.process.pid, *children(self.process.pid)]

    def stop(self, how):
        """Sends the signal and returns those of the server and its workers that are still there at the end."""
        everyone = self.everyone()
        self.process.send_signal(how)
        try:
            until(lambda: self.process.poll() is not None and not any(map(alive, everyone)), "all processes end")
        except TimeoutError:
            pass
        return [pid for pid in everyone if alive(pid)]

    def kill(self):
        if self.process and self.process.poll() is None:
            for pid in self.everyone():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()


def account():
    """Who runs the workers: when the tests run as root, which gives that up, the one that may use the cluster."""
    return pwd.getpwuid(os.stat(os.environ["PGHOST"]).st_uid if os.geteuid() == 0 else os.geteuid())


def hand_over(path, source=None):
    """Makes a file, a copy of another or an empty one, that the workers' account owns; returns its path."""
    if source:
        shutil.copy(source, path)
    else:
        open(path, "ab").close()
    os.chown(path, account().pw_uid, account().pw_gid)
    return path


def sample(name, changes):
    """A file of contrib/ with some texts of it replaced, each of which must be there: nothing else is different."""
    with open(os.path.join(os.environ["FOYER_ROOT"], "contrib", name), encoding="utf-8") as f:
        text = f.read()
    for old, new in changes.items():
        if old not in text:
            raise RuntimeError("contrib/%s has no %r" % (name, old))
        text = text.replace(old, str(new))
    return text
