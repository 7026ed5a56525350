#!/usr/bin/python3
"""foyerctl_test.py - the command line of foyerctl: what it takes, prints and says, and its exit status."""
import atexit
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database, psql
from lib.expect import TEXT, TIME, UUID7, micros
from lib.pgproxy import Proxy
from lib.tap import is_, is_json, ok, run
from lib.wait import until

DONE, REFUSED, USAGE, NO_DATABASE = range(4)
ROOT = pathlib.Path(os.environ["FOYER_ROOT"])
NOBODY = "00000000-0000-4000-8000-000000000000"
KEY = {kind: re.compile(kind + "_[A-Za-z0-9]{32}") for kind in ("dk_live", "dk_test", "op_live", "op_test")}
APP = {"id": UUID7, "organizationId": UUID7, "name": "Shop", "allowedOrigins": [], "requireOrigin": False,
       "editWindow": 900, "retentionDays": None, "hasSecret": False, "requireProof": False, "suspended": False,
       "createdAt": TIME}

# Every command, well-formed; None of them finds anything in an empty database.
COMMANDS = {
    "org create": ["x"], "app create": ["x"], "app set": [NOBODY], "app secret": [NOBODY], "app list": [],
    "app show": [NOBODY],
    "key create": [NOBODY], "key list": [NOBODY], "key disable": [NOBODY],
    "key enable": [NOBODY], "key revoke": [NOBODY],
    "operator create": [NOBODY, "x"], "operator list": [NOBODY], "operator revoke": [NOBODY],
    "limits set": [NOBODY, "visitor"], "limits show": [NOBODY], "limits usage": [NOBODY],
    "purge": [], "visitor export": [NOBODY, NOBODY], "visitor erase": [NOBODY, NOBODY], "check": [],
}


class Ctl:
    """foyerctl with a connection of its own choice."""

    breaches = []

    def __init__(self, conninfo):
        self.conninfo = conninfo

    def start(self, *args, **options):
        return subprocess.Popen([os.path.join(os.environ["FOYER_BUILD"], "foyerctl"), *map(str, args)], text=True,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
                                env=os.environ | {"FOYER_ADMIN_DB": self.conninfo})

    def __call__(self, *args, **options):
        """Exit status, standard output and standard error. A failure is one line on standard error and nothing else,
        but for what check finds; success says nothing there."""
        child = self.start(*args, **options)
        out, err = child.communicate(timeout=60)
        failed = child.returncode != DONE and not (child.returncode == REFUSED and "check" in args)
        if not (re.fullmatch(r"foyerctl: [^\n]+\n", err) and not out if failed else not err):
            self.breaches.append((args, child.returncode, out, err))
        return child.returncode, out, err

    def json(self, *args):
        status, out, err = self(*args, "--json")
        return json.loads(out) if status == DONE else (status, err)


def malformed(ctl):
    """What is wrong with a line is said before a database is needed."""
    long, app = "x" * 201, ("app", "set", NOBODY)
    for args, said in (
            ([], "a command is missing"), (["app"], "app wants a command"), (["frobnicate"], "is not a command"),
            (["app", "frobnicate"], "frobnicate is not a command of app"), (["--frobnicate"], "is not an option"),
            (["--env", "live", "key", "create", NOBODY], "--env is not an option in front of a command"),
            (["app", "show"], "APP is missing"), (["app", "show", NOBODY, NOBODY], "is too much"),
            (["app", "show", "--frobnicate", NOBODY], "--frobnicate is not an option"),
            (["app", "list", "--json=yes"], "--json is not an option"),
            (["app", "show", NOBODY[:-1]], "APP must be a UUID"), (["app", "show", "{%s}" % NOBODY], "must be a UUID"),
            (["app", "show", NOBODY.replace("-", "")], "must be a UUID"), (["app", "show", ""], "must be a UUID"),
            (["org", "create", ""], "NAME must be 1 to 200 characters"), (["org", "create", long], "NAME must be"),
            (["org", "create", "a\nb"], "NAME must be"), (["org", "create", "a\x7fb"], "NAME must be"),
            (["org", "create", "a\u0085b"], "NAME must be"), (["org", "create", "\udcff"], "NAME must be"),
            (["key", "create", NOBODY, "--name", long], "--name must be"),
            (["key", "create", NOBODY, "--env", "prod"], "--env must be live or test"),
            (["key", "create", NOBODY, "--env", "liv"], "--env must be live or test"),
            (["key", "create", NOBODY, "--env"], "--env wants a value"),
            (["key", "create", NOBODY, "--name", "--json"], "--name wants a value"),
            (["operator", "create", NOBODY, "x", "--role", "boss"], "--role must be operator or admin"),
            (["limits", "set", NOBODY, "keys"], "SCOPE must be visitor, operator or key"),
            (["limits", "set", NOBODY, "visitor", "--second", "-1"], "--second must be an integer from 0 to 1000000"),
            (["limits", "set", NOBODY, "visitor", "--hour", "1000001"], "--hour must be"),
            (["limits", "set", NOBODY, "visitor", "--hour", "1e3"], "--hour must be"),
            (["limits", "set", NOBODY, "visitor", "--hour", "9" * 30], "--hour must be"),
            (["limits", "set", NOBODY, "key", "--second", "1"], "--second stands only with visitor|operator"),
            (["limits", "set", NOBODY, "--hour", "1", "key"], "--hour stands only with visitor|operator"),
            (["limits", "set", NOBODY, "visitor", "--key", NOBODY], "--key stands only with key"),
            (["limits", "set", NOBODY, "key", "--key", "x"], "--key must be a UUID"),
            (["limits", "set", NOBODY, "key", "--minute", "-1"], "--minute must be an integer from 0 to 1000000, or default"),
            (["key", "create", NOBODY, "--scope", "messages:writ"], "--scope must be conversations:read, "),
            (["key", "create", NOBODY, "--scope", "messages:read,messages:write"], "--scope must be"),
            (["check", "--url", "ftp://a/api/v1"], "--url must begin with http"),
            (["check", "--url", "http://a/api"], "--url must"), (["check", "--url", "http:///api/v1"], "--url must"),
            (["check", "--url", "http://a b/api/v1"], "--url must"),
            (["check", "--url", "http://u@a/api/v1"], "--url must"),
            (["check", "--url", "http://a?/api/v1"], "--url must"), (["check", "--workers", "0"], "--workers must be"),
            (["limits", "usage", NOBODY, "x"], "VISITOR must be a UUID"),
            (["purge", "--batch", "0"], "--batch must be"), (["purge", "--batch", "10001"], "--batch must be"),
            ([*app, "--edit-window", "315360001"], "--edit-window must be an integer from 0 to 315360000"),
            ([*app, "--edit-window="], "--edit-window must be"), ([*app, "--retention", "0"], "--retention must be"),
            ([*app, "--retention", "36501"], "--retention must be an integer from 1 to 36500, or forever"),
            ([*app, "--retention", "never"], "--retention must be"),
            ([*app, "--suspended", "true"], "--suspended must be yes or no"),
            ([*app, "--require-proof", "true"], "--require-proof must be yes or no"),
            ([*app, "--suspended", "yes", "--suspended", "yes"], "--suspended is given twice"),
            ([*app, "--no-origins", "--no-origins"], "--no-origins is given twice"),
            ([*app, "--origin", "a.org", "--no-origins"], "--no-origins excludes --origin"),
            ([*app, "--no-origins", "--origin", "a.org"], "--origin excludes --no-origins"),
            (["app", "create", "x", "--no-origins"], "--no-origins is not an option")):
        status, _, err = ctl(*args)
        ok(status == USAGE and said in err, "exit 2: foyerctl %s" % " ".join(map(repr, args))[:70],
           "exit %d, %s" % (status, err), "expected " + said)
    for host in ("", "https://a.org", "a.org:443", "a.org/x", "*", "*.", "a.*.org", "**.a.org", "a..org", ".a.org",
                 "a.org.", "-a.org", "a-.org", "a b", "\u00e4.org", "x" * 64 + ".org", ".".join(["x" * 50, "y" * 50]),
                 "[::1", "::1", "[1.2.3.4]", "[::1]:80", "*.[::1]", "[]"):
        is_(ctl(*app, "--origin=" + host)[0], USAGE, "exit 2: --origin " + host)
    for time in ("", "2030", "2030-13-01", "2030-02-29", "2100-02-29", "2030-1-1", "0000-01-01", "2030-01-01T10:00:00",
                 "2030-01-01 10:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01T10:60Z", "2030-01-01T10:00:60Z",
                 "2030-01-01T10:00:00+15:00", "2030-01-01T10:00:00.Z", "2030-01-01T10:00:00Zx", "2030-01-01Z",
                 "tomorrow"):
        is_(ctl("key", "create", NOBODY, "--expires", time)[0], USAGE, "exit 2: --expires " + time)


def without_database(ctl):
    for conninfo in ("host=/nonexistent", "no conninfo"):
        gone = Ctl(conninfo)
        is_([gone(*words.split(), *args)[0] for words, args in COMMANDS.items()], [NO_DATABASE] * len(COMMANDS),
            "without a database every command is exit 3: " + conninfo)
    is_(Ctl("host=/nonexistent")("app", "show", "x")[0], USAGE, "but a malformed line is exit 2")
    is_(Ctl("host=/nonexistent")("--help")[0], DONE, "and the help needs none")
    is_(Ctl("")("check")[0], REFUSED,
        "without FOYER_ADMIN_DB libpq's environment says where, which here is a database without Foyer")


def help_text(ctl):
    _, out, _ = ctl("--help")
    listed = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= [A-Z\[]|$)", out, re.M)
    is_(listed, list(COMMANDS), "--help lists every command")
    is_(ctl("app", "create", "--help")[:2], (DONE, out), "--help may stand anywhere")
    ok(all(len(line) <= 80 for line in out.splitlines()), "the help fits a terminal")
    ok(re.fullmatch(r"foyerctl \d+\.\d+\.\d+\n", ctl("--version")[1]), "--version is a name and a version")
    manual = re.sub(r"\\-", "-", (ROOT / "docs/foyerctl.1").read_text())
    missing = [words for words in COMMANDS if not re.search(r"^\.It (?:Xo )?Ic %s\b" % words, manual, re.M)]
    is_(missing, [], "the manual page describes every command")
    options = sorted(set(re.findall(r"--([a-z][a-z-]*)", out)))
    is_([o for o in options if not re.search(r"Fl -%s\b" % o, manual)], [], "and every option")


def applications(ctl):
    org = ctl.json("org", "create", "\u00d6rg")
    is_json(org, {"id": UUID7}, "org create: an id")
    made = ctl.json("app", "create", "Shop")
    is_json(made, {"id": UUID7, "organizationId": UUID7}, "app create: its id and its organization's")
    ok(made["organizationId"] != org["id"], "without --org it has one of its own")
    second = ctl.json("app", "--json", "create", "Second", "--org", org["id"].upper(), "--origin", "WWW.A.org",
                      "--origin=*.b.org", "--origin", "[::1]", "--origin", "localhost", "--origin", "x_y.1.2")
    is_(second["organizationId"], org["id"], "--org names one that exists; --json may stand between the words")
    is_json(ctl.json("app", "show", made["id"]), APP | made, "app show: one object")
    is_json(ctl.json("app", "list"), [APP | made, APP | second | {
        "name": "Second", "allowedOrigins": ["www.a.org", "*.b.org", "[::1]", "localhost", "x_y.1.2"]}],
        "app list: an array, the oldest first; origins are in lower case")
    settings = {"editWindow": 90, "requireOrigin": True, "suspended": True, "retentionDays": 30,
                "allowedOrigins": ["c.org", "d.org"]}
    changed = ctl.json("app", "set", second["id"], "--edit-window", 90, "--origin", "c.org", "--origin", "d.org",
                       "--require-origin", "yes", "--suspended", "yes", "--retention", 30)
    is_json(changed, APP | second | settings | {"name": "Second"}, "app set: the application as it is now")
    is_json(ctl.json("app", "set", second["id"]), changed, "what is left out stays")
    is_json(ctl.json("app", "set", second["id"], "--no-origins", "--retention", "forever", "--suspended", "no",
                     "--require-origin", "no", "--edit-window", 0),
            APP | second | {"name": "Second", "editWindow": 0}, "every setting can be taken back")
    status, out, _ = ctl("app", "show", second["id"])
    is_(out.splitlines()[2:11], ["name: Second", "allowedOrigins: -", "requireOrigin: no", "editWindow: 0",
                                 "retentionDays: -", "hasSecret: no", "requireProof: no", "suspended: no",
                                 out.splitlines()[10]],
        "for people, an object is a line a member")
    rows = ctl("app", "list")[1].splitlines()
    is_([[row.split()[i] for row in rows] for i in (0, 2)],
        [["id", made["id"], second["id"]], ["name", "Shop", "Second"]], "and a list a table with a heading")
    is_(len({row.index(word) for row, word in zip(rows, ("name", "Shop", "Second"))}), 1, "whose columns are aligned")
    is_(ctl("org", "create", "--", "--json")[0], DONE, "behind -- a name may look like an option")

    status, _, err = ctl("app", "set", second["id"], "--require-proof", "yes")
    is_((status, err), (REFUSED, "foyerctl: application %s has no secret that a proof could be made with\n" % second["id"]),
        "without a secret no proof can be required")
    secrets = [ctl.json("app", "secret", second["id"]) for _ in range(2)]
    is_json(secrets, [{"id": second["id"], "secret": re.compile("[0-9a-f]{64}")}] * 2, "app secret: 64 hex digits")
    ok(secrets[0] != secrets[1], "another each time")
    is_json(ctl.json("app", "set", second["id"], "--require-proof", "yes"),
            APP | second | {"name": "Second", "editWindow": 0, "hasSecret": True, "requireProof": True},
            "with one it can; the secret is not shown again")
    return made


def keys(db, ctl, app):
    made = [ctl.json("key", "create", app["id"], *options) for options in (
        (), ("--env", "test", "--name", "Caf\u00e9 \U0001f600"), ("--expires", "2030-01-31"),
        ("--expires", "2020-02-29T10:00:30.5+05:30"), ("--expires", "2030-01-31T10:00-0330"),
        ("--scope", "messages:write", "--scope=conversations:read", "--scope", "messages:write"))]
    is_json(made, [{"id": UUID7, "key": KEY["dk_test" if i == 1 else "dk_live"], "prefix": TEXT}
                   for i in range(6)], "key create: id, key and prefix; live is the standard")
    is_([key["prefix"] for key in made], [key["key"][:12] for key in made],
        "the prefix is the kind and four characters")
    unset = {"env": "live", "name": None, "scopes": None, "minuteLimit": None, "createdAt": TIME, "expiresAt": None,
             "disabledAt": None, "revokedAt": None}
    is_json(ctl.json("key", "revoke", made[0]["id"]), {"id": made[0]["id"], "revokedAt": TIME},
            "key revoke: since when")
    is_json(ctl.json("key", "list", app["id"]),
            [unset | {"id": key["id"], "prefix": key["prefix"]} | known for key, known in zip(made, (
                {"revokedAt": TIME}, {"env": "test", "name": "Caf\u00e9 \U0001f600"},
                {"expiresAt": "2030-01-31T00:00:00.000Z"}, {"expiresAt": "2020-02-29T04:30:30.500Z"},
                {"expiresAt": "2030-01-31T13:30:00.000Z"}, {"scopes": ["conversations:read", "messages:write"]}))],
            "key list: an array without keys; a date is its first instant")
    rows = ctl("key", "list", app["id"])[1].splitlines()[1:]
    is_([len(rows), len({re.search(TIME.pattern, row).start() for row in rows})], [6, 1],
        "for people, columns are aligned whatever the characters in front of them")
    ok("Caf\u00e9 \U0001f600  -  " in rows[1], "and two blanks behind the widest of them", rows[1])
    is_json([ctl.json("key", verb, made[1]["id"]) for verb in ("disable", "enable")],
            [{"id": made[1]["id"], "disabledAt": at} for at in (TIME, None)],
            "key disable: since when; key enable takes that back")
    operators = [ctl.json("operator", "create", app["organizationId"], name, *options) for name, options in (
        ("Olga", ()), ("Ada", ("--role", "admin", "--env", "test")))]
    is_json(operators, [{"id": UUID7, "key": KEY[kind]} for kind in ("op_live", "op_test")],
            "operator create: id and key")
    ctl.json("operator", "revoke", operators[1]["id"])
    is_json(ctl.json("operator", "list", app["organizationId"]),
            [{"id": operators[0]["id"], "name": "Olga", "role": "operator", "env": "live", "createdAt": TIME,
              "revokedAt": None}, {"id": operators[1]["id"], "name": "Ada", "role": "admin", "env": "test",
                                   "createdAt": TIME, "revokedAt": TIME}], "operator list: an array without keys")
    lines = ctl("key", "create", app["id"])[1].splitlines()
    is_([line.split(": ")[0] for line in lines], ["id", "key", "prefix"], "for people, the key is one of three lines")
    letters = "".join(ctl.json("key", "create", app["id"])["key"][8:] for _ in range(60))
    ok(len(set(letters)) == 62, "keys are made of all letters and digits", "".join(sorted(set(letters))))
    child = ctl.start("key", "create", app["id"], stdout=open("/dev/full", "w"))
    err = child.communicate(timeout=60)[1]
    is_((child.returncode, err), (REFUSED, "foyerctl: cannot write to standard output\n"),
        "a key that cannot be shown is not lost in silence")


class Recorder(Proxy):
    """Keeps what the program says to PostgreSQL, over a Unix socket or TCP."""

    def __init__(self, tcp=False):
        self.said, self.folder = b"", tempfile.TemporaryDirectory(prefix="ctl", dir="/tmp")    # sockets: 107 bytes
        super().__init__(self.folder.name)
        self.port = os.environ["PGPORT"]
        if tcp:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self.accept, daemon=True).start()

    def count(self, side, message):
        self.said += message if side == "F" else b""
        super().count(side, message)


def secrets(db, app):
    recorder = Recorder()
    ctl = Ctl(db.conninfo("foyer_admin", host=recorder.home))
    made = [ctl.json("key", "create", app["id"])["key"],
            ctl.json("operator", "create", app["organizationId"], "x")["key"]]
    ok(recorder.said.count(b"foyer_admin.") == 2 and not any(key[12:].encode() in recorder.said for key in made),
       "of a key only its digest and its beginning leave the process")
    is_(db.sql("SELECT hash = sha256('%s') FROM foyer.api_key ORDER BY id DESC LIMIT 1" % made[0]), "t",
        "and what is kept is its SHA-256")
    recorder.close()


def unknown(ctl, app):
    """What the database does not have is exit 1, and a line that names it."""
    for words, args in COMMANDS.items():
        if args and args[0] == NOBODY:
            status, _, err = ctl(*words.split(), *args)
            kind = {"key disable": "key", "key enable": "key", "key revoke": "key", "operator create": "organization", "operator list": "organization",
                    "operator revoke": "operator"}.get(words, "application")
            is_((status, err), (REFUSED, "foyerctl: %s %s does not exist\n" % (kind, NOBODY)), "exit 1: " + words)
    is_(ctl("app", "create", "x", "--org", NOBODY)[0], REFUSED, "exit 1: app create --org")
    for words in (("limits", "usage"), ("visitor", "export"), ("visitor", "erase")):
        status, _, err = ctl(*words, app["id"], NOBODY)
        is_((status, err), (REFUSED, "foyerctl: visitor %s does not exist\n" % NOBODY),
            "exit 1: %s, a visitor" % " ".join(words))


def limits(db, ctl, app):
    default = {"visitor": {"second": 3, "minute": 30, "hour": 200},
               "operator": {"second": 25, "minute": 500, "hour": 5000},
               "key": {"second": 0, "minute": None, "hour": 0}}
    is_json(ctl.json("limits", "show", app["id"]), default, "limits show: an object of objects")
    default["visitor"] = {"second": 0, "minute": 30, "hour": 1000}
    is_json(ctl.json("limits", "set", app["id"], "visitor", "--second", 0, "--hour", 1000), default,
            "limits set: the limits as they are now")
    default["operator"]["minute"] = 50
    is_json(ctl.json("limits", "set", app["id"], "operator", "--minute", 50), default, "of operators, too")
    is_([line.split() for line in ctl("limits", "show", app["id"])[1].splitlines()],
        [["scope", "second", "minute", "hour"], ["visitor", "0", "30", "1000"], ["operator", "25", "50", "5000"],
         ["key", "0", "-", "0"]], "for people, a table")
    for minute, shown in ((60, 60), (0, 0), ("default", None)):
        default["key"]["minute"] = shown
        is_json(ctl.json("limits", "set", app["id"], "key", "--minute", minute), default,
                "of keys, for the minute: %s" % minute)
    key = ctl.json("key", "create", app["id"])["id"]
    for minute, shown in ((7, 7), ("default", None)):
        is_json(ctl.json("limits", "set", app["id"], "key", "--minute", minute, "--key", key), default,
                "of one key, which is not shown here: %s" % minute)
        is_(ctl.json("key", "list", app["id"])[-1]["minuteLimit"], shown, "but in the list of keys")
    is_(ctl("limits", "set", app["id"], "key", "--minute", 7, "--key", NOBODY)[0::2],
        (REFUSED, "foyerctl: key %s does not exist\n" % NOBODY), "exit 1: a key that is not there")
    is_(ctl("limits", "set", app["id"], "visitor", "--minute", "default")[0], REFUSED,
        "visitors have no limit that a mount says")
    visitors = [str(uuid.uuid4()) for _ in range(2)]
    for visitor, times in zip(visitors, (3, 15)):
        db.sql("SELECT foyer.rate_admit('%s', 'visitor', '%s', '{0,30,1000}') FROM generate_series(1, %d)"
               % (app["id"], visitor, times))
    usage = ctl.json("limits", "usage", app["id"])
    is_json(usage, [{"subjectId": visitor, "window": window, "limit": most, "used": used, "freeAt": TIME}
                    for visitor, window, most, used in (
                        (visitors[1], "minute", 30, 15), (visitors[0], "minute", 30, 3),
                        (visitors[1], "hour", 1000, 15), (visitors[0], "hour", 1000, 3))],
            "limits usage: who has used how much of what, the fullest first")
    is_(micros(usage[2]["freeAt"]) - micros(usage[0]["freeAt"]), 3540 * 1000000, "and when it is free again")
    is_([(u["subjectId"], u["window"]) for u in ctl.json("limits", "usage", app["id"], visitors[0])],
        [(visitors[0], "minute"), (visitors[0], "hour")], "or of one visitor")
    db.sql("SELECT foyer.rate_admit('%s', 'key', '%s', '{0,120,0}')" % (app["id"], key))
    is_json(ctl.json("limits", "usage", app["id"])[-1],
            {"subjectId": key, "window": "minute", "limit": None, "used": 1, "freeAt": TIME},
            "keys come, too; a limit that the mounts say is not known here")


def conversation(db, app, days, visitor=None):
    """A closed conversation with a message, which ended so many days ago."""
    visitor, id = visitor or str(uuid.uuid4()), str(uuid.uuid4())
    db.sql("""INSERT INTO foyer.visitor (application_id, id, created_at) VALUES ('{a}', '{v}', now())
        ON CONFLICT DO NOTHING;
        INSERT INTO foyer.conversation
            (application_id, id, visitor_id, status, created_at, updated_at, closed_at, subject)
        VALUES ('{a}', '{c}', '{v}', 'closed', now(), now(), now() - interval '{d} days', 'Caf\u00e9 "x"');
        INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
        VALUES ('{a}', '{c}', '{v}', 'visitor', now());
        INSERT INTO foyer.message
            (application_id, conversation_id, id, seq, sender_id, created_at, sender_role, content)
        VALUES ('{a}', '{c}', '{c}', 2, '{v}', now(), 'visitor', 'text')""".format(a=app, c=id, v=visitor, d=days))
    return id


def purge(db, ctl):
    app = ctl.json("app", "create", "Forgetful")["id"]
    ctl.json("app", "set", app, "--retention", 30)
    ids = [conversation(db, app, days) for days in [31] * 7 + [29]]
    counts = ["conversations", "participants", "readMarkers", "tags", "messages", "revisions", "idempotencyKeys",
              "counters"]
    due = str(uuid.uuid4())    # an answer and a counter, too
    db.sql("""INSERT INTO foyer.idempotency (tenant_id, caller_id, slot, fingerprint, created_at, response)
        VALUES ('{a}', '{d}', sha256(''), sha256(''), now() - interval '25 hours', '{{}}');
        SELECT foyer.rate_admit('{a}', 'operator', '{d}', '{{0,0,0}}');
        UPDATE foyer.rate_counter SET last_at = now() - interval '2 hours'
         WHERE subject_id = '{d}'""".format(a=app, d=due))
    session = db.session()
    session.lock_conversation(ids[0])
    session.run("SELECT FROM foyer.idempotency WHERE caller_id = '%s' FOR UPDATE" % due)
    session.run("SELECT FROM foyer.rate_counter WHERE subject_id = '%s' FOR UPDATE" % due)
    is_json(ctl.json("purge", "--batch", 2),
            dict.fromkeys(counts, 0) | {"conversations": 6, "participants": 6, "messages": 6},
            "purge: batch after batch, without waiting for what somebody holds; the sums of all")
    session.close()
    status, out, _ = ctl("purge")
    is_((status, out.splitlines()),
        (DONE, ["conversations: 1", "participants: 1", "readMarkers: 0", "tags: 0", "messages: 1", "revisions: 0",
                "idempotencyKeys: 1", "counters: 1"]), "the rest, for people")
    is_json(ctl.json("purge"), dict.fromkeys(counts, 0), "and then nothing is left to do")
    is_(db.sql("SELECT count(*) FROM foyer.conversation WHERE application_id = '%s'" % app), "1", "but what is not due")


def visitors(db, ctl, app):
    visitor = str(uuid.uuid4())
    id = conversation(db, app["id"], 1, visitor)
    whole = ctl.json("visitor", "export", app["id"], visitor.upper())
    is_json(whole, {"visitor": {"id": visitor, "applicationId": app["id"], "name": None, "email": None, "phone": None,
                                "metadata": None, "verified": False, "createdAt": TIME, "updatedAt": None},
                    "requests": None, "answers": [],
                    "conversations": [{"id": id, "status": "closed", "subject": "Caf\u00e9 \"x\"", "assignedTo": None,
                                       "createdAt": TIME, "updatedAt": TIME, "closedAt": TIME, "deletedAt": None,
                                       "participants": [{"userId": visitor, "role": "visitor", "joinedAt": TIME,
                                                         "leftAt": None}],
                                       "readMarkers": [], "tags": [],
                                       "messages": [{"id": id, "senderId": visitor, "senderRole": "visitor",
                                                     "content": "text", "createdAt": TIME, "editedAt": None,
                                                     "deletedAt": None, "revisions": []}]}]},
            "visitor export: everything as one object")
    is_(json.loads(ctl("visitor", "export", app["id"], visitor)[1]), whole, "which is JSON for people, too")

    session = db.session()
    session.lock_conversation(id)
    child = ctl.start("visitor", "erase", app["id"], visitor, "--json")
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' AND usename = 'foyer_admin' " \
            "AND wait_event_type = 'Lock'" % db.name
    until(lambda: psql("postgres", waits) == "1", "the erasure waits for who writes to the conversation")
    psql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' "
                     "AND usename = 'foyer_admin'" % db.name)
    out, err = child.communicate(timeout=60)
    is_((child.returncode, out, err.count("\n")), (NO_DATABASE, "", 1), "when the connection breaks, that is exit 3")
    session.close()
    is_json(ctl.json("visitor", "export", app["id"], visitor), whole, "and nothing has been erased")
    is_json(ctl.json("visitor", "erase", app["id"], visitor),
            {"conversations": 1, "participants": 1, "readMarkers": 0, "tags": 0, "messages": 1, "revisions": 0,
             "idempotencyKeys": 0, "counters": 0, "visitors": 1}, "visitor erase: what it has removed")
    is_(ctl("visitor", "export", app["id"], visitor)[0], REFUSED, "an erased visitor is unknown")


def together(db, ctl):
    """Erasures and purges beside the requests of the visitor and an operator: nobody fails, nothing is left over."""
    made = ctl.json("app", "create", "Busy")
    app, visitor = made["id"], str(uuid.uuid4())
    ctl.json("app", "set", app, "--retention", 1)
    for scope in ("visitor", "operator"):
        ctl.json("limits", "set", app, scope, "--second", 0, "--minute", 0, "--hour", 0)
    key = ctl.json("key", "create", app)["key"]
    operator = ctl.json("operator", "create", made["organizationId"], "Olga")["key"]
    who = {"visitor": "sha256('%s'), 'visitor', '%s', NULL, '%s'" % (key, app, visitor),
           "operator": "sha256('%s'), 'operator', NULL, NULL, NULL" % operator}
    loop = "DO $$ DECLARE c uuid; s bytea; BEGIN FOR i IN 1 .. 250 LOOP " \
           "s := sha256(random()::text::bytea); %s COMMIT; END LOOP; END $$"
    jobs = [loop % job for job in (
        "c := (foyer_api.conversation_create({visitor}, s, s, 'x')).id; COMMIT; "
        "PERFORM foyer_api.message_send({visitor}, s, s, c, 'x');".format(**who),
        "c := (foyer_api.conversation_create({visitor}, NULL, NULL, 'x')).id; COMMIT; "
        "PERFORM foyer_api.conversation_get({visitor}, c);".format(**who),
        "SELECT f.id INTO c FROM foyer.conversation AS f WHERE f.status = 'pending' LIMIT 1; "
        "PERFORM foyer_api.conversation_accept({operator}, s, s, c); COMMIT; "
        "PERFORM foyer_api.message_send({operator}, s, s, c, 'x'); COMMIT; "
        "PERFORM foyer_api.conversation_resolve({operator}, s, s, c);".format(**who),
        "UPDATE foyer.conversation SET closed_at = now() - interval '2 days' WHERE status = 'closed'; COMMIT; "
        "PERFORM foyer_admin.purge(3);",
        "BEGIN PERFORM foyer_admin.visitor_erase('%s', '%s'); EXCEPTION WHEN SQLSTATE 'FY404' THEN NULL; END;"
        % (app, visitor))]
    failures = []

    def work(job):
        try:
            db.sql(job)
        except RuntimeError as failure:
            failures.append(str(failure)[:300])
    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_(failures, [], "erasures and purges do not disturb the requests of those they concern, nor these them")
    db.sql("SELECT foyer_api.admit(%s, true)" % who["visitor"])
    ctl("visitor", "erase", app, visitor)
    left = db.rows("SELECT (SELECT count(*) FROM foyer.conversation WHERE application_id = '{a}') AS conversations, "
                   "(SELECT count(*) FROM foyer.message WHERE application_id = '{a}') AS messages, "
                   "(SELECT count(*) FROM foyer.visitor WHERE application_id = '{a}') AS visitors, "
                   "(SELECT count(*) FROM foyer.rate_counter WHERE tenant_id = '{a}') AS counters, "
                   "(SELECT count(*) FROM foyer.idempotency WHERE tenant_id = '{a}') AS answers, "
                   "(SELECT count(*) FROM foyer.rate_chunk WHERE tenant_id = '{a}') AS chunks".format(a=app))
    is_json(left, [dict.fromkeys(("conversations", "messages", "visitors", "counters", "answers", "chunks"), 0)],
            "and the last erasure leaves nothing")


def checks(db, ctl):
    names = ["connection", "clock", "version", "grants", "functions", "timeouts", "isolation", "planner", "encoding",
             "primary", "connections"]
    status, out, err = ctl("check")
    is_((status, err, re.findall(r"^ok    (\w+): .+$", out, re.M), re.findall(r"^WARN  (\w+): .+; .+$", out, re.M),
         len(out.splitlines())), (DONE, "", names, ["durability"], 12),
        "check: a line for each thing that is right; this cluster may lose data, which is a warning")
    is_json(ctl.json("check"), [{"name": name, "ok": True, "warning": False, "detail": TEXT} for name in names]
            + [{"name": "durability", "ok": True, "warning": True, "detail": TEXT}], "or an array of them")

    def wrong(ctl, name, detail, promise):
        status, out, _ = ctl("check")
        found = re.findall(r"^WRONG (\w+): (.*)$", out, re.M)
        ok(status == REFUSED and [n for n, _ in found] == [name] and re.search(detail, found[0][1]), promise,
           status, out)
    db.sql("GRANT SELECT ON foyer.operator TO foyer_web")
    wrong(ctl, "grants", "^foyer_web has a right on foyer.operator; apply ", "a privilege too much is wrong")
    listed = json.loads(ctl("--json", "check")[1])
    is_([f["name"] for f in listed if not f["ok"]], ["grants"], "in JSON, too, and exit 1")
    db.sql("REVOKE SELECT ON foyer.operator FROM foyer_web")
    for offset, direction in (("7 s", "ahead"), ("-7 s", "behind")):
        db.sql("SET allow_system_table_mods = on; ALTER FUNCTION pg_catalog.clock_timestamp() RENAME TO clock_before;"
               "CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
               "$$ SELECT pg_catalog.clock_before() + interval '%s' $$" % offset)
        wrong(ctl, "clock", r"^the database's is [67]\.\d{3} s %s of ours; synchronise" % direction,
              "a clock 7 s %s is wrong" % direction)
        db.sql("SET allow_system_table_mods = on; DROP FUNCTION pg_catalog.clock_timestamp();"
               "ALTER FUNCTION pg_catalog.clock_before() RENAME TO clock_timestamp")
    tcp = Recorder(tcp=True)
    wrong(Ctl(db.conninfo("foyer_admin", host="127.0.0.1", port=tcp.port, sslmode="disable")), "connection",
          "no TLS to 127.0.0.1; set sslmode", "a connection that anybody can read is wrong")
    tcp.close()

    db.sql("CREATE OR REPLACE FUNCTION foyer_api.schema_version() RETURNS integer LANGUAGE sql IMMUTABLE "
           "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 99'")
    wrong(ctl, "version", "^the schema has version 99, this program serves", "another schema version is wrong")
    is_(ctl("app", "list")[0], REFUSED, "and no command is tried on it")
    wrong(Ctl(db.conninfo("foyer_web")), "grants", "permission denied for schema foyer_admin; apply the grants",
          "a role that may not administer is told so")
    wrong(Ctl(db.conninfo("foyer_admin", dbname="postgres")), "version", "does not exist; deploy the schema",
          "and so is who has no schema")


def main():
    db = Database()
    atexit.register(db.drop)
    ctl = Ctl(db.conninfo("foyer_admin"))
    malformed(Ctl("host=/nonexistent"))
    without_database(ctl)
    help_text(ctl)
    app = applications(ctl)
    keys(db, ctl, app)
    secrets(db, app)
    unknown(ctl, app)
    limits(db, ctl, app)
    purge(db, ctl)
    visitors(db, ctl, app)
    together(db, ctl)
    checks(db, ctl)
    is_(Ctl.breaches, [], "a failure was always one line on standard error, and success said nothing there")


run(main)
