"""apache.py - Apache in front of foyer.fcgi, configured by the samples of contrib/apache."""
import os
import re
import signal

from .door import children, runs
from .pool import Pooled
from .server import Server, account, hand_over, sample

ERROR = os.path.join(os.environ["FOYER_ROOT"], "contrib/apache/unavailable.asis")
PASSED = ("FOYER_TEST_TMP", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "GCOV_PREFIX", "GCOV_PREFIX_STRIP")
# What a host may have decided for all of its sites: the samples must keep Foyer out of it.
POLICY = """
LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
LoadModule filter_module  /usr/lib/apache2/modules/mod_filter.so
SetOutputFilter DEFLATE
ErrorDocument 401 "a page of the host's"
ErrorDocument 404 "a page of the host's"
ErrorDocument 405 "a page of the host's"
"""
# A site that is there already: what it has of Foyer is included, or in a .htaccess.
HOST = """
<VirtualHost *:%(port)d>
    DocumentRoot "%(root)s"
    %(more)s
    <Directory "%(root)s">
        AllowOverride Options FileInfo AuthConfig Indexes
        Require all granted
    </Directory>
</VirtualHost>
"""


class Apache(Server):
    """Apache 2.4 with mod_fcgid, which starts the workers when they are needed, and at most as many as there are to
    be. They are children of a process of its own."""

    now, gracefully, restarts = signal.SIGTERM, signal.SIGWINCH, signal.SIGUSR1
    gateway = ("fcgid",)

    def __init__(self, *args):
        super().__init__(*args)
        os.chmod(self.home, 0o755)
        hand_over(self.log)
        self.web = self.place("web")

    def place(self, *names):
        """Makes a directory below home that is the workers' account's; returns its path."""
        path = os.path.join(self.home, *names)
        os.makedirs(path, exist_ok=True)
        os.chown(path, account().pw_uid, account().pw_gid)
        return path

    def credentials(self, directory):
        """The files that hold the conninfo and a password, of which the cluster wants none: nobody else's."""
        conninfo = self.environment.get("FOYER_DB", "")
        words = [word.replace("'", "") for word in re.findall(r"\w+=(?:'[^']*'|\S+)", conninfo)]
        for name, text in (("pg_service.conf", "[foyer]\n" + "\n".join(words) + "\n"), ("pgpass", "")):
            path = self.write(os.path.join(directory, name), text)
            hand_over(path)
            os.chmod(path, 0o600)

    def settings(self, form):
        """Lines for those settings that the sample does not have."""
        return "".join(form % pair for pair in self.environment.items() if pair[0] not in ("FOYER_DB", "FOYER_PREFIX"))

    def main(self):
        """The configuration without Foyer's site."""
        modules = "".join("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n" % (name, name)
                          for name in self.gateway)
        passed = [name for name in PASSED if os.environ.get(name)]
        form = "FcgidInitialEnv %s %s\n" if "fcgid" in self.gateway else "SetEnv %s %s\n"
        return sample("apache/quickstart.conf.in", {
            "@RUN@": self.home, "@WEB@": self.web, "@PORT@": self.port, "@LOG@": self.server_log(),
            "@ACCOUNT@": account().pw_name, "@GROUP@": "#%d" % account().pw_gid,
            "LoadModule fcgid_module      /usr/lib/apache2/modules/mod_fcgid.so\n": modules}) + POLICY + "".join(
                form % (name, os.environ[name]) for name in passed)

    def server_log(self):
        return self.log

    def configure(self):
        self.write("site.conf", self.site())
        self.write("apache.conf", self.main() + "Include %s/site.conf\n" % self.home)

    def install(self, name):
        """Puts the program where the workers' account can run it."""
        path = os.path.join(self.home, name)
        if self.program != path:
            self.program = hand_over(path, self.program)

    def site(self):
        self.credentials("")
        self.install("foyer.fcgi")
        changes = {"/usr/lib/foyer/foyer.fcgi": self.program, "/etc/foyer/": self.home + "/",
                   "/usr/share/foyer/apache/unavailable.asis": ERROR,
                   "FcgidMaxProcessesPerClass 16\n": "FcgidMaxProcessesPerClass %d\n%s" % (
                       self.procs, self.settings("FcgidInitialEnv %s %s\n"))}
        if not self.prefix:
            return sample("apache/foyer.conf", changes | {"*:80": "*:%d" % self.port})
        return HOST % {"port": self.port, "root": self.place("pages"), "more": sample(
            "apache/foyer-path.conf", changes | {"/chat": self.prefix})}

    def command(self):
        return ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", os.path.join(self.home, "apache.conf")]

    def workers(self):
        """Grandchildren that run the program."""
        return [pid for pid in self.everyone() if runs(pid, self.program)]

    def everyone(self):
        inner = children(self.process.pid)
        return [self.process.pid, *inner, *(pid for manager in inner for pid in children(manager))]


class ApacheSocket(Pooled, Apache):
    """Apache with mod_proxy_fcgi, in front of workers that are not its own."""

    gateway = ("proxy", "proxy_fcgi")

    def server_log(self):
        return os.path.join(self.home, "apache.log")

    def site(self):
        return sample("apache/foyer-socket.conf", {
            "*:80": "*:%d" % self.port, "/run/foyer/foyer.socket": self.pool.socket,
            "/usr/share/foyer/apache/unavailable.asis": ERROR} | self.below())

    def below(self):
        """What the sample says to change for a path, and the site that is there already."""
        there = 'DocumentRoot "%s"\n<Directory "%s">\nRequire all granted\n</Directory>\n' % (
            (self.place("pages"),) * 2)
        return {"ServerName chat.example.org\n": there, '"^/"': '"^%s(/|$)"' % self.prefix, "/foyer-unavailable": self.prefix + "/foyer-unavailable",
                '<Location "/">': '<Location "%s">' % self.prefix} if self.prefix else {}

    def everyone(self):
        return Server.everyone(self)


class Htaccess(Apache):
    """Shared hosting: nothing but a directory, of a host that has mod_fcgid and lets .htaccess say what it needs."""

    def server_log(self):
        return os.path.join(self.home, "apache.log")

    def site(self):
        """What the host's administrator has written, and the files of the user."""
        for name in ("etc", "bin", "log"):
            self.place(name)
        self.credentials("etc")
        self.install("bin/foyer.fcgi")
        log = os.path.join(self.home, "log/foyer.log")
        if not os.path.lexists(log):
            os.symlink(self.log, log)
        self.place("public_html")
        inside = self.place("public_html", self.prefix.lstrip("/"))
        self.write(os.path.join(inside, ".htaccess"), sample("apache/htaccess/dot.htaccess", {
            " /unavailable.asis": " %s/unavailable.asis" % self.prefix}))
        hand_over(os.path.join(inside, "unavailable.asis"), ERROR)
        wrapper = self.write(os.path.join(inside, "foyer.fcgi"), sample("apache/htaccess/foyer.fcgi", {
            "home=/home/example/foyer": "home=" + self.home, "export FOYER_PREFIX=\n": "export FOYER_PREFIX=%s\n%s" % (
                self.prefix, self.settings("export %s='%s'\n"))}))
        hand_over(wrapper)
        os.chmod(wrapper, 0o755)
        limit = "FcgidMaxProcessesPerClass %d" % self.procs if "fcgid" in self.gateway else ""
        return HOST % {"port": self.port, "root": os.path.join(self.home, "public_html"), "more": limit}


class Cgi(Htaccess):
    """The same hosting without mod_fcgid: the program runs once for each request."""

    gateway = ("cgid",)
