"""data.py - the databases of the bench: Foyer's with many messages and with few, and the peers'."""
import os
import pathlib
import subprocess

from lib.database import PSQL, psql

from .scenes import APPLICATIONS, MESSAGES, application_id, key_hash

HERE = pathlib.Path(__file__).parent
PEERS_ROLE = "foyer_bench"
# visitors of each application; those of "open" have 20 messages each
SIZES = {
    "large": {"open": 50000, "narrow": 4000, "wide": 4000, "full": 1000},
    "small": {"open": 500},
    "peers": {"open": 50000, "full": 1000},
}
# --tiny: enough to try the bench
TINY = {name: {application: 200 for application in size} for name, size in SIZES.items()}
# Half of an hour's limit is used up, spread over that hour; and all of it, so that it stays for the next 50 minutes.
HISTORIES = {"narrow": (96, 3600, 0), "wide": (4992, 3600, 0), "full": (224, 600, 300)}


class Data:
    """A database of the bench."""

    def __init__(self, kind, sizes):
        self.kind, self.sizes, self.name = kind, sizes[kind], "bench_" + kind
        if kind == "peers":
            psql("postgres", "CREATE ROLE %s LOGIN; CREATE DATABASE %s OWNER %s" % (PEERS_ROLE, self.name, PEERS_ROLE))
            self.file("peers/schema.sql", PGUSER=PEERS_ROLE)
        else:
            psql("postgres", "CREATE DATABASE %s TEMPLATE foyer_template" % self.name)
        for application, visitors in self.sizes.items():
            self.file("peers/data.sql" if kind == "peers" else "data.sql", application, visitors=visitors,
                      messages=MESSAGES if application == "open" else 1)
        for application in self.sizes:
            self.remember(application)
        psql(self.name, "VACUUM ANALYZE")
        self.filled = self.sql("SELECT clock_timestamp()")

    def count(self, application):
        return self.sizes[application]

    def remember(self, application):
        """Gives the visitors the past that their scenes begin with."""
        if self.kind != "peers" and application in HISTORIES:
            hits, since, until = HISTORIES[application]
            self.file("history.sql", application, hits=hits, since=since, until=until)
            self.sql("VACUUM foyer.rate_counter, foyer.rate_chunk")
        elif self.kind == "peers" and application == "full":
            self.file("peers/full.sql", application, PGUSER=PEERS_ROLE)

    def shrink(self):
        """Takes away what was sent since it was filled, where the size matters."""
        if self.kind == "small":
            self.sql("DELETE FROM foyer.message WHERE created_at >= '%s'" % self.filled)
            self.sql("VACUUM")

    def sql(self, text):
        return psql(self.name, text)

    def file(self, name, application=None, PGUSER="postgres", **variables):
        """Runs a file, with its psql variables."""
        if application:
            limits = "{%d,%d,%d}" % APPLICATIONS[application].limits
            variables |= {"application": application_id(application), "digit": APPLICATIONS[application].digit,
                          "limits": limits, "key_hash": key_hash(application)}
        done = subprocess.run([*PSQL, *("--set=%s=%s" % pair for pair in variables.items()), "-f", HERE / name],
                              text=True, capture_output=True,
                              env=os.environ | {"PGDATABASE": self.name, "PGUSER": PGUSER})
        if done.returncode:
            raise RuntimeError("%s: %s" % (name, done.stderr))
