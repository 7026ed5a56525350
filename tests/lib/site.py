"""site.py - a whole Foyer: a database, a web server and its workers."""
from . import http
from .door import Door
from .servers import set_up
from .tap import is_
from .wait import until


class Site(Door):
    """What a browser would meet.

    server     the set-up (servers.py), instead of the one that FOYER_TEST_SERVER names
    prefix     where on the site Foyer is, instead of where the set-up has it
    conninfo   what the workers connect to, instead of the site's own database
    ready      False: do not wait until the database is there
    """

    def __init__(self, procs=4, prefix=None, prepare=None, conninfo=None, ready=True, database=None, server=None,
                 **environment):
        kind, usual, *_ = set_up(server)
        prefix = usual if prefix is None else prefix
        super().__init__(prefix, database)
        self.server = kind(self.home, self.log, procs, self.environment(conninfo, prefix, prepare, **environment))
        self.server.start()
        self.address = ("127.0.0.1", self.server.port)
        path = "/health/ready" if ready else "/health/live"
        until(lambda: self.request("GET", self.base + path, foreign=True).status == 200, "the site is ready")

    def transmit(self, method, target, headers, body):
        request = http.render(method, target, headers, body, "127.0.0.1:%d" % self.server.port)
        return http.parse(method, target, http.exchange(self.address, request))

    def raw(self, request):
        """Sends bytes as they are and returns the bytes that come back."""
        return http.exchange(self.address, request)

    def stop(self):
        is_(self.server.stop(self.server.now), [], "the web server and its workers end on its signal")

    def kill(self):
        if hasattr(self, "server"):
            self.server.kill()
