"""servers.py - the ways to set Foyer up, of which FOYER_TEST_SERVER names one."""
import collections
import os

from .lighttpd import Lighttpd, LighttpdSocket
from .nginx import Nginx
from .own import OWN

# kind: the class; prefix: where on the site Foyer is, unless a test says where; own: what the server answers itself
SetUp = collections.namedtuple("SetUp", "kind prefix own")

SERVERS = {
    "lighttpd": SetUp(Lighttpd, "", OWN["lighttpd"]),
    "lighttpd-socket": SetUp(LighttpdSocket, "/chat", OWN["lighttpd"]),
    "nginx": SetUp(Nginx, "", OWN["nginx"]),
}
DEFAULT, *OTHERS = SERVERS


def set_up(name=None):
    """The set-up of this name, or else the one that the tests run in."""
    return SERVERS[name or os.environ.get("FOYER_TEST_SERVER", DEFAULT)]
