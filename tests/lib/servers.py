"""servers.py - the ways to set Foyer up, of which FOYER_TEST_SERVER names one."""
import collections
import os
import pathlib

from .apache import Apache, ApacheSocket, Cgi, Htaccess
from .lighttpd import Lighttpd, LighttpdSocket
from .nginx import Nginx
from .own import OWN, SETTINGS

# kind: the class; prefix: where on the site Foyer is, unless a test says where; own: what the server answers itself;
# http: the class for the HTTP tests; files: those of them that run in it, all (ALL) or some by name; lossless: whether
# a graceful restart of the server loses no request
SetUp = collections.namedtuple("SetUp", "kind prefix own http files lossless", defaults=(True,))
ALL = ("*",)


def relaxed(kind, settings):
    """A kind of server with other settings (own.py)."""

    class Relaxed(kind):
        def configure(self):
            super().configure()
            for name, old, new in settings:
                path = next(pathlib.Path(self.home).glob(name))
                text = path.read_text(encoding="utf-8")
                if old not in text:
                    raise RuntimeError("%s has no %r" % (path, old))
                path.write_text(text.replace(old, new), encoding="utf-8")

    return Relaxed


# The limits of a host would answer what Foyer is asked in the HTTP tests: so they run where it has raised them.
SERVERS = {
    "lighttpd": SetUp(Lighttpd, "", OWN["lighttpd"], Lighttpd, ALL),
    "lighttpd-socket": SetUp(LighttpdSocket, "/chat", OWN["lighttpd"], LighttpdSocket, ALL),
    "nginx": SetUp(Nginx, "", OWN["nginx"], Nginx, ALL),
    "apache": SetUp(Apache, "", OWN["apache"], Apache, ALL, lossless=False),
    "apache-socket": SetUp(ApacheSocket, "/chat", OWN["apache-socket"], ApacheSocket, ALL),
    "htaccess": SetUp(Htaccess, "/chat", OWN["htaccess"], relaxed(Htaccess, SETTINGS["htaccess"]), ALL, lossless=False),
    "cgi": SetUp(Cgi, "/chat", OWN["cgi"], relaxed(Cgi, SETTINGS["cgi"]), ("auth", "body", "message")),
}
DEFAULT, *OTHERS = SERVERS


def set_up(name=None):
    """The set-up of this name, or else the one that the HTTP tests run in."""
    if name:
        return SERVERS[name]
    tested = SERVERS[os.environ.get("FOYER_TEST_SERVER", DEFAULT)]
    return tested._replace(kind=tested.http)


if __name__ == "__main__":    # for tests/run: the set-ups that are not the default, and the files that run in them
    for name in OTHERS:
        print(name, *("tests/http/%s_test.py" % file for file in SERVERS[name].files))
