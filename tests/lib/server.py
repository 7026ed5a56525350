"""server.py - the web servers in front of foyer.fcgi, one small class each."""
import os
import signal
import socket
import subprocess

from .door import alive, children
from .wait import until


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A web server in the foreground as a child process, with its workers. A kind of server writes the
    configuration and names the command, and the signals that mean now and gracefully."""

    def __init__(self, home, log, procs, environment):
        self.home, self.log, self.procs, self.environment = home, log, procs, environment
        self.program = os.path.join(os.environ["FOYER_BUILD"], "foyer.fcgi")
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

    def workers(self):
        """The process ids of the workers."""
        return children(self.process.pid)

    def stop(self, how):
        """Sends the signal and returns those of the server and its workers that are still there at the end."""
        everyone = [self.process.pid, *self.workers()]
        self.process.send_signal(how)
        try:
            until(lambda: self.process.poll() is not None and not any(map(alive, everyone)), "all processes end")
        except TimeoutError:
            pass
        return [pid for pid in everyone if alive(pid)]

    def kill(self):
        if self.process and self.process.poll() is None:
            everyone = [self.process.pid, *self.workers()]
            for pid in everyone:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()


class Lighttpd(Server):
    """lighttpd 1.4 spawns the workers itself; each has a socket of its own."""

    now, gracefully = signal.SIGTERM, signal.SIGINT

    def configure(self):
        environment = ", ".join('"%s" => "%s"' % pair for pair in self.environment.items())
        with open(os.path.join(self.home, "lighttpd.conf"), "w", encoding="utf-8") as f:
            f.write(CONFIGURATION % {"home": self.home, "port": self.port, "log": self.log, "program": self.program,
                                     "procs": self.procs, "environment": environment,
                                     "root": os.environ["FOYER_ROOT"]})

    def command(self):
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
        return ["env", "PATH=" + path, "lighttpd", "-D", "-f", os.path.join(self.home, "lighttpd.conf")]


CONFIGURATION = """\
server.modules = ("mod_alias", "mod_cgi", "mod_fastcgi")
server.bind = "127.0.0.1"
server.port = %(port)d
server.document-root = "%(home)s"
server.errorlog = "%(home)s/lighttpd.log"
server.breakagelog = "%(log)s"
server.max-request-size = 1024
server.max-connections = 256
server.http-parseopts = ("url-normalize" => "enable", "url-normalize-required" => "enable",
  "url-ctrls-reject" => "enable", "url-path-2f-decode" => "disable", "url-path-2f-reject" => "disable",
  "url-path-dotseg-remove" => "enable", "url-query-20-plus" => "disable", "header-strict" => "enable",
  "host-strict" => "enable", "host-normalize" => "enable", "method-get-body" => "enable")
fastcgi.server = ("/" => ((
  "socket" => "%(home)s/w", "bin-path" => "%(program)s", "check-local" => "disable",
  "min-procs" => %(procs)d, "max-procs" => %(procs)d,
  "bin-environment" => (%(environment)s),
  "bin-copy-environment" => ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "GCOV_PREFIX",
    "GCOV_PREFIX_STRIP") )))
server.error-handler = "/error.cgi"
$HTTP["url"] == "/error.cgi" {
  alias.url = ("/error.cgi" => "%(root)s/contrib/lighttpd/error.cgi")
  cgi.assign = (".cgi" => "/bin/sh")
  fastcgi.server = ()
}
"""

SERVERS = {"lighttpd": Lighttpd}
