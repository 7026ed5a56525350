"""nginx.py - nginx in front of foyer.fcgi, configured by the samples of contrib/nginx."""
import os
import signal

from .pool import Pooled
from .server import Server, account, sample

MAIN = """\
user %(account)s;
daemon off;
pid %(home)s/nginx.pid;
worker_processes 2;
error_log %(home)s/error.log;
events {
    worker_connections 4096;
}
http {
    client_body_temp_path %(home)s/body;
    fastcgi_temp_path %(home)s/fastcgi;
    proxy_temp_path %(home)s/proxy;
    scgi_temp_path %(home)s/scgi;
    uwsgi_temp_path %(home)s/uwsgi;
    include %(site)s;
}
"""


class Nginx(Pooled, Server):
    """nginx starts no workers."""

    now, gracefully, restarts = signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP

    def configure(self):
        snippet = self.write("snippet.conf", sample("nginx/foyer.conf", {
            "/run/foyer/foyer.socket": self.pool.socket}))
        site = self.write("site.conf", sample("nginx/foyer-site.conf", {
            "listen      80": "listen 127.0.0.1:%d" % self.port, "/var/log/nginx": self.home,
            "location / ": "location %s/ " % self.prefix, "snippets/foyer.conf": snippet}))
        self.write("nginx.conf", MAIN % {"account": account().pw_name, "home": self.home, "site": site})

    def command(self):
        return ["/usr/sbin/nginx", "-p", self.home, "-e", os.path.join(self.home, "error.log"),
                "-c", os.path.join(self.home, "nginx.conf")]
