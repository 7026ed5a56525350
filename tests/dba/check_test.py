#!/usr/bin/python3
"""check_test.py - what foyerctl check and foyer.fcgi --check find, and that they say how to mend it."""
import atexit
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.account import give
from lib.cluster import Cluster
from lib.database import Database
from lib.lighttpd import Lighttpd
from lib.pgproxy import Proxy
from lib.pooler import Pooler
from lib.server import free_port
from lib.servers import SERVERS
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

BUILD = pathlib.Path(os.environ["FOYER_BUILD"])
DATABASE = ["connection", "clock", "version", "grants", "functions", "timeouts", "isolation", "planner", "encoding",
            "primary", "connections", "durability"]
LIMIT = "server.max-request-size = %d\n"
SITE = ["site", "authorization", "api-key", "patch", "delete", "body", "body-limit"]


def lines(program, *args, **environment):
    """What a program has found: its exit status, and level and detail of each finding by its name."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOYER_")}
    done = subprocess.run([BUILD / program, *args], text=True, capture_output=True, env=inherited | environment)
    found = re.findall(r"^(ok   |WARN |WRONG) ([\w-]+): (.+)$", done.stdout, re.M)
    if len(found) != len(done.stdout.splitlines()):
        raise RuntimeError("not a line for each finding: %s%s" % (done.stdout, done.stderr))
    return done.returncode, {name: (level.strip(), detail) for level, name, detail in found}


def ctl(db, *args, **conninfo):
    return lines("foyerctl", "check", *args, FOYER_ADMIN_DB=db.conninfo("foyer_admin", **conninfo))


def fcgi(conninfo, prepare="on"):
    return lines("foyer.fcgi", "--check", FOYER_DB=conninfo, FOYER_PREPARE=prepare)


def names(found, level):
    return [name for name, (its, _) in found.items() if its == level]


def wrong(result, name, detail, promise, level="WRONG"):
    """Asserts that just this is wrong, or a warning, and what the line says."""
    status, found = result
    ok(names(found, level) == [name] and re.search(detail, found[name][1])
       and status == (1 if level == "WRONG" else 0), promise, status, found, "expected " + detail)


def both(db, sabotage, remedy, name, detail, promise, level="WRONG"):
    """Asserts that both programs find what one statement does, and that another mends it."""
    db.sql(sabotage)
    wrong(ctl(db), name, detail, "foyerctl: " + promise, level)
    wrong(fcgi(db.conninfo()), name, detail, "foyer.fcgi: " + promise, level)
    db.sql(remedy)


def database(db):
    # The cluster of the tests may lose data, which is a warning.
    status, found = ctl(db)
    is_((status, list(found), names(found, "WARN")), (0, DATABASE, ["durability"]), "foyerctl looks at all of these")
    status, found = fcgi(db.conninfo())
    is_((status, list(found), names(found, "WRONG")), (0, [*DATABASE, "statements"], []),
        "foyer.fcgi at the same, and whether its statements hold")
    web = "ALTER ROLE foyer_web IN DATABASE " + db.name
    again = "; apply sql/deploy/%s.sql again$"
    both(db, "REVOKE EXECUTE ON FUNCTION foyer_api.ready() FROM foyer_web",
         "GRANT EXECUTE ON FUNCTION foyer_api.ready() TO foyer_web",
         "grants", r"^foyer_web may not execute foyer_api.ready\(\)" + again % "grants", "a missing grant is wrong")
    both(db, "ALTER FUNCTION foyer_api.ready() RESET search_path",
         "ALTER FUNCTION foyer_api.ready() SET search_path = pg_catalog, pg_temp",
         "functions", r"search_path: foyer_api.ready\(\)" + again % "functions", "so is a search path that is open")
    for name, value, detail in (("statement_timeout", "0", "statement_timeout 0, lock_timeout 2s, idle"),
                                ("statement_timeout", "'30s'", "statement_timeout 30s, "),
                                ("lock_timeout", "0", "statement_timeout 5s, lock_timeout 0, "),
                                ("idle_in_transaction_session_timeout", "0", "session_timeout 0;")):
        both(db, "%s SET %s = %s" % (web, name, value), "%s RESET %s" % (web, name), "timeouts",
             detail + ".*" + again % "roles" if detail[-1] != ";" else detail, "%s = %s is wrong" % (name, value))
    both(db, web + " SET default_transaction_isolation = 'serializable'", web + " RESET default_transaction_isolation",
         "isolation", "^serializable" + again % "roles", "another isolation level is wrong")
    both(db, web + " SET default_transaction_read_only = on", web + " RESET default_transaction_read_only",
         "primary", "^default_transaction_read_only is on; mend its reason", "a database that takes no writes is wrong")
    db.sql(web + " SET jit = on")
    status, found = ctl(db)
    ok(status == 0 and found["planner"][0] == "WARN" and "jit on; apply" in found["planner"][1],
       "a planner that may do what it likes is a warning", found)
    db.sql(web + " RESET jit")


def versions(db):
    version = int(db.sql("SELECT foyer_api.schema_version()"))
    set_to = "CREATE OR REPLACE FUNCTION foyer_api.schema_version() RETURNS integer LANGUAGE sql IMMUTABLE " \
             "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT %d'"
    for other, mend in ((version - 1, "deploy the schema of this release"),
                        (version + 2, "install the release that belongs to the schema")):
        both(db, set_to % other, set_to % version, "version", "^the schema has version %d, this program serves %d and "
             "%d; %s$" % (other, version, version + 1, mend), "schema version %d is wrong" % other)
    db.sql(set_to % (version + 1))
    is_([ctl(db)[0], fcgi(db.conninfo())[0]], [0, 0], "the next schema version is right")
    db.sql(set_to % version)


def rights(db):
    db.sql("REVOKE USAGE ON SCHEMA foyer_api FROM foyer_web")
    wrong(fcgi(db.conninfo()), "grants", "^permission denied for schema foyer_api; apply the grants again",
          "a program that may not even ask says so")
    db.sql("GRANT USAGE ON SCHEMA foyer_api TO foyer_web")
    wrong(fcgi(db.conninfo(dbname="postgres")), "version", "does not exist; deploy the schema", "no schema is wrong")
    status, found = fcgi("host=/nonexistent")
    ok(status == 1 and list(found) == ["connection"] and re.search(r"No such file.*; see FOYER_DB$",
                                                                   found["connection"][1]),
       "no database is wrong", status, found)


def connections(db):
    room = int(re.search(r"may hold (\d+)", ctl(db)[1]["connections"][1])[1])
    ok("holds 1" in fcgi(db.conninfo())[1]["connections"][1], "a connection of foyer_web counts")
    is_(ctl(db, "--workers", "50")[0], 0, "50 workers find room")
    wrong(ctl(db, "--workers", str(room + 100)), "connections", "wants %d; raise max_connections" % (room + 100),
          "more than the server has are too many")
    db.alter("CONNECTION LIMIT 5")    # of which foyerctl itself takes one
    wrong(ctl(db, "--workers", "5"), "connections", "may hold 4, holds 0, wants 5; ", "more than the database may have")
    is_(ctl(db, "--workers", "4")[0], 0, "as many as it may have are not")
    db.alter("CONNECTION LIMIT -1")


def alone():
    """A cluster of its own: that of the tests may lose data in more than one way, and others connect to it."""
    cluster = Cluster()
    db = cluster.deploy()

    def switch(name, value):
        cluster.sql("ALTER SYSTEM SET %s = %s" % (name, value))
        cluster.sql("SELECT pg_reload_conf()")
        until(lambda: "%s %s" % (name, value) in ctl(db)[1]["durability"][1], "%s is %s" % (name, value))

    status, found = ctl(db)
    is_((status, found["durability"]), (0, ("ok", "fsync on, full_page_writes on, synchronous_commit on")),
        "a cluster that loses nothing is right")
    is_(found["connections"], ("ok", "foyer_web may hold 36, holds 0"),
        "of its 40 connections 3 are kept for superusers, and foyerctl has one")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        switch(name, "off")
        wrong(ctl(db), "durability", "; a crash may lose what was acknowledged: set them on$",
              "%s = off alone is a warning" % name, "WARN")
        switch(name, "on")
    cluster.stop()


class Aged(Proxy):
    """A server that says it is older than it is."""

    def forth(self, side, message, sink):
        name = b"server_version\0"
        if side == "B" and message[:1] == b"S" and name in message:
            told = name + b"13.99\0"
            message = b"S" + (4 + len(told)).to_bytes(4, "big") + told
        super().forth(side, message, sink)


def age(db):
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        proxy = Aged(home)
        wrong(ctl(db, host=home), "connection", "^PostgreSQL 13.99, Unix socket in .*; move to PostgreSQL 14 or later$",
              "a server that is too old is wrong")
        proxy.close()


def encryption():
    """A server that is reached over TCP, with a certificate of its own."""
    home = tempfile.mkdtemp(prefix="t", dir=os.environ["FOYER_TEST_TMP"])
    os.chmod(home, 0o755)
    key, certificate = os.path.join(home, "key"), os.path.join(home, "certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True)
    give(key)
    cluster = Cluster(listen_addresses="localhost", ssl="on", ssl_key_file=key, ssl_cert_file=certificate,
                      port=free_port())
    far = {"db": cluster.deploy(), "host": "localhost"}
    wrong(ctl(**far, sslmode="disable"), "connection", "no TLS to localhost; set sslmode=verify-full$",
          "no TLS to a server over TCP is wrong")
    status, found = ctl(**far, sslmode="require")
    is_((status, found["connection"][0]), (0, "WARN"), "TLS to whoever answers is a warning")
    ok(found["connection"][1].endswith("TLS without proof to localhost; set sslmode=verify-full"), "and says so", found)
    status, found = ctl(**far, sslmode="verify-full", sslrootcert=certificate)
    ok(status == 0 and found["connection"][0] == "ok" and found["connection"][1].endswith("TLS to localhost"),
       "TLS to a server that has proved itself is right", found)


def pool(db):
    pooler = Pooler(db)
    wrong(fcgi(pooler.conninfo(), "on"), "statements", "; set FOYER_PREPARE=off$",
          "prepared statements through a pool in transaction mode are wrong")
    pooler.restart()
    db.disconnect()
    status, found = fcgi(pooler.conninfo(), "off")
    is_((status, found["statements"]), (0, ("ok", "sent whole")), "statements that are sent whole are right")
    pooler.stop()


class Odd(Lighttpd):
    """lighttpd with some lines more, and some of the sample's changed."""

    more, changes = "", {}

    def site(self):
        text = super().site()
        for old, new in self.changes.items():
            if old not in text:
                raise ValueError("contrib/lighttpd/foyer.conf has not: " + old)
            text = text.replace(old, new)
        return self.more + text


def visit(db, prefix="", url=None, **odd):
    """What is found at a site whose lighttpd is odd in that way."""
    SERVERS["odd"] = SERVERS["lighttpd"]._replace(kind=type("Odder", (Odd,), odd))
    site = Site(procs=1, prefix=prefix, server="odd")
    found = ctl(db, "--url", "http://127.0.0.1:%d%s" % (site.server.port, url or prefix + "/api/v1"))
    is_(site.server.stop(site.server.now), [], "and the site ends")
    site.abandon()
    return found


def sites(db):
    status, found = visit(db)
    is_((status, list(found), names(found, "WRONG"), names(found, "WARN")),
        (0, DATABASE + SITE, [], ["durability"]), "a good site is looked at, and right")
    is_([found[name][1] for name in ("body", "body-limit")], ["131072 bytes reach Foyer", "131073 bytes reach Foyer"],
        "a body as large as may be was tried, and one a byte larger")
    is_(visit(db, prefix="/chat")[0], 0, "so is one below a path")
    header = 'server.modules += ("mod_setenv")\nsetenv.set-request-header = ("%s" => "")\n'
    wrong(visit(db, more=header % "Authorization"), "authorization", "^401 Missing credentials; let the web server "
          "pass Authorization on: CGIPassAuth On", "a web server that keeps Authorization is wrong")
    handed_on = {'fastcgi.server += (var.foyer_prefix + "/"': 'fastcgi.server += ("/"'}
    wrong(visit(db, prefix="/chat", url="/talk/api/v1", changes=handed_on), "site", "404 .*; set FOYER_PREFIX=/talk$",
          "another FOYER_PREFIX is wrong")
    wrong(visit(db, url="/chat/api/v1"), "site", "; set FOYER_PREFIX=/chat$", "and so is none")
    wrong(visit(db, changes={LIMIT % 1024: LIMIT % 100}), "body", "^413, which is not Foyer's; let the web server "
          "take 131072 bytes: FcgidMaxRequestLen", "a body limit below ours is wrong")
    status, found = visit(db, changes={LIMIT % 1024: LIMIT % 128})
    is_((status, names(found, "WARN")), (0, ["durability", "body-limit"]), "one that is just ours is a warning")
    status, found = visit(db, more=header % "X-Api-Key")
    ok(status == 1 and found["api-key"] == ("WRONG", "401 Missing credentials; let the web server pass X-Api-Key on")
       and found["authorization"][0] == "ok", "a web server that keeps X-Api-Key is wrong", found)
    denied = 'server.modules += ("mod_access")\n$HTTP["request-method"] == "%s" ' \
             '{ url.access-deny = ("") }\n'
    for method in ("PATCH", "DELETE"):
        wrong(visit(db, more=denied % method), method.lower(), "^403, which is not Foyer's; let the web server pass "
              "the method " + method, "a web server that refuses %s is wrong" % method)
    wrong(ctl(db, "--url", "http://127.0.0.1:1/api/v1"), "site", "no answer: .*; start the web server",
          "no web server is wrong")


def main():
    db = Database()
    atexit.register(db.drop)
    database(db)
    versions(db)
    rights(db)
    connections(db)
    pool(db)
    age(db)
    sites(db)
    alone()
    encryption()


run(main)
