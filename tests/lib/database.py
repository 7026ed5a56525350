"""database.py - a database of its own for each test, cloned from foyer_template."""
import json
import os
import secrets
import subprocess

from .wait import until

PSQL = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]


def psql(database, text, server=None):
    """Runs SQL as superuser and returns what it printed. A server is named by libpq's environment."""
    done = subprocess.run(PSQL, input=text, text=True, capture_output=True,
                          env=os.environ | (server or {}) | {"PGDATABASE": database})
    if done.returncode:
        raise RuntimeError("psql: %s\n%s" % (done.stderr.strip(), text[:2000]))
    return done.stdout.rstrip("\n")


class Database:
    """A clone of the template, and what administers it: SQL as superuser, and foyerctl. It is on the server of the
    whole run, unless another one is named."""

    def __init__(self, server=None):
        self.server = server or {name: os.environ[name] for name in ("PGHOST", "PGPORT")}
        self.name = "foyer_t" + secrets.token_hex(6)
        self.server_sql("CREATE DATABASE %s TEMPLATE foyer_template" % self.name)

    def conninfo(self, user="foyer_web", **other):
        """The conninfo of the database for one of its roles."""
        parts = {"host": self.server["PGHOST"], "port": self.server["PGPORT"], "dbname": self.name, "user": user}
        parts |= other
        return " ".join("%s=%s" % part for part in parts.items())

    def sql(self, text):
        return psql(self.name, text, self.server)

    def server_sql(self, text):
        """What cannot be done from within the database itself."""
        return psql("postgres", text, self.server)

    def rows(self, query):
        """The rows of a query, as objects."""
        return json.loads(self.sql("SELECT coalesce(json_agg(q), '[]') FROM (%s) AS q" % query))

    def session(self, user="postgres"):
        return Session(self.name, self.server | {"PGUSER": user})

    def ctl(self, *args):
        """Runs foyerctl --json; returns exit status, standard output and standard error."""
        done = subprocess.run([os.path.join(os.environ["FOYER_BUILD"], "foyerctl"), "--json", *map(str, args)],
                              text=True,
                              capture_output=True, env=os.environ | {"FOYER_ADMIN_DB": self.conninfo("foyer_admin")})
        return done.returncode, done.stdout, done.stderr

    def foyerctl(self, *args):
        """Runs foyerctl, which must succeed, and returns the JSON that it printed."""
        status, out, err = self.ctl(*args)
        if status:
            raise RuntimeError("foyerctl %s: exit %d, %s" % (" ".join(map(str, args)), status, err.strip()))
        return json.loads(out) if out.strip() else None

    # What a site loses when its database goes away, from the gentlest to the worst.

    def disconnect(self):
        """Ends every connection of the web role, and waits until none is left."""
        self.terminate()
        until(lambda: self.connections() == 0, "the connections of the web role end")

    def terminate(self):
        """Ends every connection that the web role has now."""
        self.server_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = '%s' AND usename = 'foyer_web'" % self.name)

    def connections(self):
        return int(self.server_sql("SELECT count(*) FROM pg_stat_activity "
                                   "WHERE datname = '%s' AND usename = 'foyer_web'" % self.name))

    def blocked(self):
        """How many requests wait for a lock."""
        return int(self.server_sql("SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' "
                                   "AND usename = 'foyer_web' AND wait_event_type = 'Lock'" % self.name))

    def alter(self, clause):
        self.server_sql("ALTER DATABASE %s %s" % (self.name, clause))

    def rename(self, name):
        self.disconnect()
        self.alter("RENAME TO " + name)
        self.name = name

    def drop(self):
        if os.environ.get("FOYER_TEST_COVERAGE"):
            self.count()
        self.server_sql("DROP DATABASE IF EXISTS %s WITH (FORCE)" % self.name)

    def count(self):
        """Keeps what the database has run of the functions, for tests/coverage. One that a test has broken, by its
        settings or by what it took away, cannot say it."""
        with open(os.path.join(os.environ["FOYER_ROOT"], "tests/lib/coverage.sql"), encoding="utf-8") as f:
            try:
                said = self.sql(f.read())
            except RuntimeError:
                return
        with open(os.path.join(os.environ["FOYER_TEST_COVERAGE"], self.name), "w", encoding="utf-8") as f:
            f.write(said + "\n")


class Session:
    """A psql that stays, to hold a transaction and its locks open."""

    def __init__(self, database, server):
        self.psql = subprocess.Popen(PSQL, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT,
                                     env=os.environ | server | {"PGDATABASE": database})

    def run(self, text):
        """Runs SQL and returns what it printed, once it is done."""
        marker = secrets.token_hex(8)
        self.psql.stdin.write("%s;\n\\echo %s\n" % (text, marker))
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline().rstrip("\n")) != marker:
            if self.psql.poll() is not None:
                raise RuntimeError("psql ended: " + "\n".join(lines))
            lines.append(line)
        return "\n".join(lines)

    def lock_conversation(self, conversation):
        self.run("BEGIN")
        return self.run("SELECT id FROM foyer.conversation WHERE id = '%s' FOR UPDATE" % conversation)

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(10)
        self.psql.stdout.close()
