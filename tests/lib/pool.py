"""pool.py - workers behind a socket that is not the web server's, as the samples of contrib/ run them."""
import contextlib
import grp
import os
import re
import signal
import socket
import subprocess

from .door import alive, children, runs
from .server import account, hand_over, sample
from .wait import until


class Pool:
    """Workers that are children of one multiwatch, and a Unix socket. A kind of pool starts, reloads and ends them."""

    def __init__(self, home, log, procs, environment, program):
        self.home, self.log, self.procs, self.environment = home, log, procs, environment
        self.socket = os.path.join(home, "s")
        os.chmod(home, 0o755)
        hand_over(log)
        self.program = hand_over(os.path.join(home, "foyer.fcgi"), program)

    def workers(self):
        return children(self.pid)

    def complete(self):
        """Whether there are as many workers as there are to be. A signal that comes before one of them runs the program
        is lost: multiwatch's handler takes it."""
        found = self.workers()
        return len(found) == self.procs and all(runs(pid, self.program) for pid in found)

    def replace(self):
        """Reloads, and waits until all are new: who is asked to replace them twice would replace them once."""
        old = set(self.workers())
        self.reload()
        until(lambda: not old & set(self.workers()) and self.complete(), "the workers are new ones")

    def stop(self):
        """Ends it, and returns those who are still there at the end."""
        everyone = [self.pid, *self.workers()]
        self.end()
        try:
            until(lambda: not any(map(alive, everyone)), "all workers end")
        except TimeoutError:
            pass
        return [pid for pid in everyone if alive(pid)]

    def kill(self):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for pid in [self.pid, *self.workers()]:
                os.kill(pid, signal.SIGKILL)


class Script(Pool):
    """contrib/spawn-fcgi/foyer-workers with the paths of a test."""

    def __init__(self, *args):
        super().__init__(*args)
        self.script, settings = os.path.join(self.home, "foyer-workers"), os.path.join(self.home, "foyer.conf")
        with open(settings, "w", encoding="utf-8") as f:
            f.write("".join("%s='%s'\n" % pair for pair in self.environment.items()))
        with open(self.script, "w", encoding="utf-8") as f:
            f.write(sample("spawn-fcgi/foyer-workers", {
                "/etc/foyer/foyer.conf": settings, "/usr/lib/foyer/foyer.fcgi": self.program,
                "directory=/run/foyer": "directory=" + self.home, "$directory/foyer.socket": self.socket,
                "/var/log/foyer/foyer.log": self.log, "workers=4": "workers=%d" % self.procs,
                "account=foyer": "account=" + account().pw_name,
                "web=www-data": "web=" + grp.getgrgid(account().pw_gid).gr_name}))

    def run(self, verb):
        subprocess.run(["sh", self.script, verb], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    @property
    def pid(self):
        with open(os.path.join(self.home, "foyer.pid"), encoding="utf-8") as f:
            return int(f.read())

    def start(self):
        self.run("start")
        until(self.complete, "the workers start")

    def reload(self):
        self.run("reload")

    def end(self):
        self.run("stop")


class Unit(Pool):
    """The commands of contrib/systemd/foyer.service, and what systemd would do around them: it holds the socket, gives
    it to the process as descriptor 0, and ends it with TERM."""

    def __init__(self, *args):
        super().__init__(*args)
        self.lines = dict(re.findall(r"^(\w+)=(.+)$", sample("systemd/foyer.service", {
            "/usr/lib/foyer/foyer.fcgi": self.program, "WORKERS=4": "WORKERS=%d" % self.procs}), re.M))
        backlog = re.search(r"^Backlog=(\d+)$", sample("systemd/foyer.socket", {}), re.M)[1]
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.socket)
        os.chown(self.socket, account().pw_uid, account().pw_gid)
        self.listener.listen(int(backlog))
        self.pid = 0

    def command(self, name):
        given = dict([self.lines["Environment"].split("=")]) | {"MAINPID": str(self.pid)}
        return [re.sub(r"\$\{?(\w+)\}?", lambda m: given[m[1]], word) for word in self.lines[name].split()]

    def start(self):
        given = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "FOYER_DB"))}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command("ExecStart"), stdin=self.listener, stdout=log, stderr=log,
                                            user=account().pw_uid, group=account().pw_gid, extra_groups=[],
                                            env=given | self.environment)
        self.pid = self.process.pid
        until(self.complete, "the workers start")

    def reload(self):
        subprocess.run(self.command("ExecReload"), check=True)

    def end(self):
        """KillMode=mixed: one is told to end, and who is left when it has ended is killed."""
        everyone = self.workers()
        self.process.terminate()
        self.process.wait(15)
        for pid in filter(alive, everyone):
            os.kill(pid, signal.SIGKILL)

    def restart(self):
        self.stop()
        self.start()


class Pooled:
    """A web server whose workers are a pool's: mixed into a kind of server."""

    pool_kind = Script

    def __init__(self, *args):
        super().__init__(*args)
        self.pool = self.pool_kind(self.home, self.log, self.procs, self.environment, self.program)

    def start(self):
        self.pool.start()
        super().start()

    def workers(self):
        return self.pool.workers()

    def stop(self, how):
        return super().stop(how) + self.pool.stop()

    def kill(self):
        self.pool.kill()
        super().kill()
