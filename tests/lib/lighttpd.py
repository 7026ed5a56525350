"""lighttpd.py - lighttpd in front of foyer.fcgi, configured by the samples of contrib/lighttpd."""
import os
import signal

from .pool import Pooled
from .server import Server, sample

ERROR = os.path.join(os.environ["FOYER_ROOT"], "contrib/lighttpd/error.cgi")
PASSED = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "GCOV_PREFIX", "GCOV_PREFIX_STRIP", "FOYER_TEST_TMP")
# As Debian has it, but for paths and the port.
MAIN = """\
server.bind = "127.0.0.1"
server.port = %(port)d
server.document-root = "%(home)s"
server.errorlog = "%(home)s/lighttpd.log"
server.feature-flags += ("server.h2proto" => "enable")
server.feature-flags += ("server.h2c" => "enable")
server.feature-flags += ("server.graceful-shutdown-timeout" => 5)
server.http-parseopts = (
  "header-strict" => "enable",
  "host-strict" => "enable",
  "host-normalize" => "enable",
  "url-normalize-unreserved" => "enable",
  "url-normalize-required" => "enable",
  "url-ctrls-reject" => "enable",
  "url-path-2f-decode" => "enable",
  "url-path-dotseg-remove" => "enable",
)
include "%(site)s"
"""


class Lighttpd(Server):
    """lighttpd 1.4 spawns the workers itself; each has a socket of its own."""

    now, gracefully, restarts = signal.SIGTERM, signal.SIGINT, signal.SIGUSR1

    def site(self):
        given = dict(self.environment)
        database = given.pop("FOYER_DB", "")
        given.pop("FOYER_PREFIX", None)
        settings = "".join(',\n        "%s" => "%s"' % pair for pair in given.items())
        return sample("lighttpd/foyer.conf", {
            'foyer_prefix = ""': 'foyer_prefix = "%s"' % self.prefix, "service=foyer": database,
            "/var/log/foyer/foyer.log": self.log, "/usr/lib/foyer/foyer.fcgi": self.program,
            "/run/lighttpd/foyer.socket": os.path.join(self.home, "w"),
            "/usr/share/foyer/lighttpd/error.cgi": ERROR,
            '"max-procs"            => 4': '"min-procs" => %d, "max-procs" => %d' % (self.procs, self.procs),
            '"PATH", "HOME"': ", ".join('"%s"' % name for name in ("PATH", "HOME", *PASSED)),
            '=> var.foyer_prefix\n': "=> var.foyer_prefix%s\n" % settings})

    def configure(self):
        site = self.write("site.conf", self.site())
        self.write("lighttpd.conf", MAIN % {"home": self.home, "port": self.port, "site": site})

    def command(self):
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
        return ["env", "PATH=" + path, "lighttpd", "-D", "-f", os.path.join(self.home, "lighttpd.conf")]

    def workers(self):
        """Its children, but those who run error.cgi."""
        return [pid for pid in super().workers() if self.is_worker(pid)]

    def is_worker(self, pid):
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as f:
                return b"foyer.fcgi" in f.read()
        except OSError:
            return False


class LighttpdSocket(Pooled, Lighttpd):
    """lighttpd in front of workers that are not its own."""

    def site(self):
        return sample("lighttpd/foyer-socket.conf", {
            'foyer_prefix = ""': 'foyer_prefix = "%s"' % self.prefix, "/run/foyer/foyer.socket": self.pool.socket,
            "/usr/share/foyer/lighttpd/error.cgi": ERROR})
