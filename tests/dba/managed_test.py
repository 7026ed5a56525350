#!/usr/bin/python3
"""managed_test.py - Foyer on a database that somebody else runs: no superuser, no extension, perhaps no CREATEROLE.

Each way is walked to its end: deployed by its owner, and then every route is served.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.fcgi import Worker
from lib.tap import is_, ok, run
from lib.walk import failures, walk

SQL = pathlib.Path(os.environ["FOYER_ROOT"]) / "sql"
BUNDLE = os.path.join(os.environ["FOYER_BUILD"], "foyer.sql")


def command(cluster, *words, **environment):
    done = subprocess.run(words, text=True, capture_output=True, cwd=SQL, env=cluster.environment | environment | {
        "SQITCH_FULLNAME": "Foyer tests", "SQITCH_EMAIL": "foyer@example.org", "SQITCH_USER_CONFIG": os.devnull})
    return done.returncode, done.stdout + done.stderr


def bundle(cluster, owner, database):
    return command(cluster, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", BUNDLE, PGUSER=owner,
                   PGDATABASE=database)


def sqitch(cluster, owner, database, *words):
    return command(cluster, "sqitch", *words, "db:pg:" + database, PGUSER=owner)


def serves(cluster, database, how):
    """All routes answer, and the checks have nothing to say."""
    worker = Worker(database=cluster.database(database))
    found = walk(worker)
    ok(len(found) > 20 and not failures(found), "%s: every route is served" % how, failures(found))
    wrong = [f for f in worker.foyerctl("check") if not f["ok"]]
    is_(wrong, [], "%s: and foyerctl finds nothing wrong" % how)
    worker.finish()


def is_unprivileged(cluster, role, expected):
    is_(cluster.sql("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = '%s'" % role), expected,
        "%s is no superuser%s" % (role, "" if expected == "f|t" else ", and does not create roles"))


def without_createrole(cluster):
    """Somebody else has to make the roles: what, is told."""
    cluster.sql("CREATE ROLE tenant LOGIN; CREATE DATABASE tenant OWNER tenant")
    is_unprivileged(cluster, "tenant", "f|f")
    status, said = bundle(cluster, "tenant", "tenant")
    ok(status == 3 and "role tenant may not prepare the roles of Foyer" in said,
       "who may not create roles is told so by the bundle", said)
    todo = re.search(r"^HINT:  Somebody who may has to run: (.*)$", said, re.M)[1]
    is_(len(re.findall(r"CREATE ROLE|GRANT|ALTER ROLE", todo)), 10, "and what somebody else has to run")
    is_(cluster.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'foyer%'", "tenant"), "0",
        "and nothing is left behind")
    status, said = sqitch(cluster, "tenant", "tenant", "deploy")
    ok(status != 0 and todo in said, "Sqitch tells the same", said)
    cluster.sql(todo, "tenant")
    is_(bundle(cluster, "tenant", "tenant"), (0, ""), "with that done, the bundle runs")
    serves(cluster, "tenant", "bundle, roles of somebody else")
    is_(sqitch(cluster, "tenant", "tenant", "deploy", "--log-only")[0], 0, "the database is handed over to Sqitch")
    is_(sqitch(cluster, "tenant", "tenant", "verify")[0], 0, "which verifies it")
    status, said = sqitch(cluster, "tenant", "tenant", "revert", "-y")
    ok(status == 0 and said.count("stays: tenant may not drop roles") == 3, "a revert leaves the roles", said)
    status, said = sqitch(cluster, "tenant", "tenant", "deploy", "--verify")
    is_(status, 0, "Sqitch deploys with the roles of somebody else")
    serves(cluster, "tenant", "Sqitch, roles of somebody else")
    is_(sqitch(cluster, "tenant", "tenant", "revert", "-y")[0], 0, "and reverts")
    cluster.sql("DROP DATABASE tenant; DROP ROLE foyer_owner, foyer_web, foyer_admin")


def with_createrole(cluster):
    cluster.sql("CREATE ROLE dba LOGIN CREATEROLE; CREATE DATABASE first OWNER dba; CREATE DATABASE second OWNER dba")
    is_unprivileged(cluster, "dba", "f|t")
    is_(bundle(cluster, "dba", "first"), (0, ""), "an owner who may create roles runs the bundle")
    serves(cluster, "first", "bundle, CREATEROLE")
    is_(sqitch(cluster, "dba", "second", "deploy", "--verify")[0], 0, "or Sqitch, beside another database of Foyer's")
    serves(cluster, "second", "Sqitch, CREATEROLE")
    rehearsal = [command(cluster, "createdb", "-T", "second", "dry", PGUSER="postgres")[0],
                 command(cluster, "psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", "deploy/roles.sql",
                         PGUSER="postgres", PGDATABASE="dry")[0],
                 *(sqitch(cluster, "postgres", "dry", *words)[0] for words in (["deploy", "--verify"], ["verify"],
                                                                     ["revert", "-y"]))]
    is_(rehearsal, [0] * 5, "a copy is deployed, verified and reverted")
    serves(cluster, "second", "after that rehearsal")
    status, said = sqitch(cluster, "dba", "second", "revert", "-y")
    ok(status == 0 and said.count("stays: another database knows it") >= 2, "a revert spares the other", said)
    serves(cluster, "first", "after that revert")


def main():
    cluster = Cluster(fsync="off")
    is_(cluster.sql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'foyer%'"), "0", "no role of Foyer's is there")
    without_createrole(cluster)
    with_createrole(cluster)
    is_(cluster.sql("SELECT string_agg(extname, ',') FROM pg_extension", "first"), "plpgsql", "no extension was made")


run(main)
