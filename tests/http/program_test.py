#!/usr/bin/python3
"""program_test.py - foyer.fcgi as a command, and what a worker does with a database that is not the one it knows."""
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.expect import refused, status_is
from lib.fcgi import Connection, Worker, cgi
from lib.tap import is_, ok, run
from lib.wait import until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(name, *args, **settings):
    """Runs a program that is no server; returns exit status, standard output and standard error."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FOYER_DB", "PG"))} | settings
    done = subprocess.run([os.path.join(os.environ["FOYER_BUILD"], name), *args], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env=env)
    return done.returncode, done.stdout, done.stderr


def options():
    """The environment variables in src/options.def."""
    text = (ROOT / "src" / "options.def").read_text()
    return [line.split('"')[1] for line in text.splitlines() if line.startswith("X(")]


def help_and_version():
    status, out, err = command("foyer.fcgi", "--version")
    ok(status == 0 and out.startswith("foyer.fcgi ") and not err, "--version tells name and version", out, err)
    status, out, err = command("foyer.fcgi", "--help")
    is_([status, err], [0, ""], "--help is told on standard output")
    is_([name for name in options() if name not in out], [], "it names each setting")
    for args in ((), ("--what",), ("--check", "more")):
        status, out, err = command("foyer.fcgi", *args)
        ok(status == 2 and not out and "--help" in err, "%s is answered by the help, and status 2" % (list(args),), err)


def bad_setting():
    database = Database()
    status, out, err = command("foyer.fcgi", "--check", FOYER_DB=database.conninfo(), FOYER_PREFIX="chat")
    ok(status == 2 and "FOYER_PREFIX" in err, "a bad setting is named", out, err)
    database.drop()


def strange_database():
    """A schema that was changed by hand is the operator's to mend: each answer is a fault, and the log says which."""
    worker = Worker()
    v = worker.new_app().visitor()
    worker.sql("DROP FUNCTION foyer_api.admit")
    worker.sql("CREATE FUNCTION foyer_api.admit(p_key bytea, p_kind text, p_application uuid, p_origin text, "
               "p_visitor uuid, p_count boolean, p_scope text, p_key_max integer, p_address uuid) RETURNS foyer_api.plain_reply LANGUAGE plpgsql AS "
               "$$DECLARE r foyer_api.plain_reply; v foyer_api.verdict; "
               "BEGIN v.outcome := 'eaten_by_a_dog'; r.verdict := v; RETURN r; END$$")
    worker.sql("GRANT EXECUTE ON FUNCTION foyer_api.admit TO foyer_web")
    r = v.post("/conversations", {"subject": ""}, fault=True)
    refused(r, "internal_server_error", "Internal server error", "an outcome that nobody knows is a fault")
    until(lambda: "eaten_by_a_dog" in worker.raw_log(), "the log names it")
    worker.sql("DROP FUNCTION foyer_api.conversation_get")
    r = v.get("/conversations/" + v.id, fault=True)
    refused(r, "unavailable", None, "a function that is missing is a fault that may end")
    until(lambda: "conversation_get: 42883" in worker.raw_log(), "the log names the function")
    ok("deploy the schema" in worker.raw_log(), "and says what to do")
    status_is(v.get("/conversations"), 200, "the other routes are served")
    worker.finish()


def other_encoding():
    """What the operator's own connection string says of encodings does not matter."""
    database = Database()
    worker = Worker(database=database, conninfo=database.conninfo(client_encoding="LATIN1"))
    v = worker.new_app().visitor()
    c = v.start("Caf\u00e9 \u20ac")["id"]
    shown = v.get("/conversations/" + c).json["conversation"]["subject"]
    is_([shown, worker.sql("SELECT subject FROM foyer.conversation")], ["Caf\u00e9 \u20ac"] * 2,
        "with another client_encoding in FOYER_DB text is still UTF-8")
    worker.finish()


def other_verdict():
    """A worker that cannot understand the database ends, with a line; the web server starts the next one."""
    worker = Worker()
    v = worker.new_app().visitor()
    worker.sql("ALTER TYPE foyer_api.verdict DROP ATTRIBUTE edit_window CASCADE")
    connection = Connection(worker.path)
    connection.ask(cgi("GET", worker.base + "/conversations", v.headers.items()))
    until(lambda: worker.process.poll() is not None, "the worker ends")
    connection.close()
    is_(worker.process.returncode, 2, "a verdict of another form ends the worker with status 2")
    ok("the verdict has another form than this program knows" in worker.raw_log(), "and a line in the log",
       worker.raw_log())
    worker.abandon()


def for_people():
    """What foyerctl prints without --json."""
    database = Database()
    admin = {"FOYER_ADMIN_DB": database.conninfo("foyer_admin")}
    made = database.foyerctl("app", "create", "Shop", "--origin", "a.example", "--origin", "*.b.example")
    status, out, err = command("foyerctl", "app", "show", made["id"], **admin)
    ok(status == 0 and "a.example *.b.example" in out, "a list of hosts is words with blanks", out, err)
    database.sql("UPDATE foyer.application SET name = E'A\\u001b[31m\\u0085B\\u00e9\\tC' WHERE id = '%s'" % made["id"])
    status, out, err = command("foyerctl", "app", "show", made["id"], **admin)
    ok(status == 0 and "A?[31m?B\u00e9?C" in out, "nothing is printed that a terminal would obey", repr(out), err)
    database.sql("DROP FUNCTION foyer_admin.purge")
    status, out, err = command("foyerctl", "purge", **admin)
    ok(status != 0 and not out and "purge" in err, "a function that is missing is told in one line", out, err)
    database.drop()


def main():
    help_and_version()
    bad_setting()
    strange_database()
    other_encoding()
    other_verdict()
    for_people()


run(main)
