#!/usr/bin/python3
"""upgrade_test.py - this program on the schema of the next release, as docs/dba.md says that one may change."""
import json
import os
import pathlib
import re
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import status_is
from lib.operators import Desk
from lib.routes import Stage, Target, routes
from lib.site import Site
from lib.tap import is_, ok, run

SQL = pathlib.Path(os.environ["FOYER_ROOT"]) / "sql"
VOLATILE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]{12}Z")
VERSION = "CREATE OR REPLACE FUNCTION foyer_api.schema_version() RETURNS integer LANGUAGE sql IMMUTABLE " \
          "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT %d'"


def changed(function, old, new):
    """A function of this release with one change."""
    text = (SQL / "functions" / (function + ".sql")).read_text()
    if text.count(old) != 1:
        raise ValueError("%s.sql has not once: %s" % (function, old))
    return text.replace(old, new)


def next_release(version):
    """A migration that does each thing that the next release may do."""
    grants = (SQL / "deploy/grants.sql").read_text()
    return "\n".join([
        "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL ROLE foyer_owner;",
        "LOCK TABLE foyer.conversation, foyer.message;",
        "CREATE TABLE foyer.note (application_id uuid, id uuid, PRIMARY KEY (application_id, id));",
        "ALTER TABLE foyer.message ADD COLUMN priority integer;",
        "ALTER TABLE foyer.conversation ADD COLUMN note_id uuid;",
        "ALTER TYPE foyer_api.message_reply ADD ATTRIBUTE priority integer;",
        "ALTER TYPE foyer_api.participant ADD ATTRIBUTE nickname text;",
        changed("foyer.message_reply", "m.created_at + p_edit_window)", "m.created_at + p_edit_window, m.priority)"),
        changed("foyer.conversation_reply", "p.joined_at)::", "p.joined_at, 'x')::"),
        "DROP FUNCTION foyer_api.message_send;",
        changed("foyer_api.message_send", "p_content text)", "p_content text, p_priority integer DEFAULT NULL)"),
        "CREATE FUNCTION foyer_api.note_list() RETURNS integer LANGUAGE sql SECURITY DEFINER "
        "SET search_path = pg_catalog, pg_temp AS 'SELECT 1';",
        VERSION % version + ";", re.sub(r"^(BEGIN|COMMIT|SET LOCAL ROLE.*);$", "", grants, flags=re.M), "COMMIT;"])


def plain(r):
    """What an answer says, without what differs each time: ids in their order of appearance, and no instants."""
    names = {}
    text = VOLATILE.sub(lambda m: names.setdefault(m[0], "id%d" % len(names)) if len(m[0]) == 36 else "time",
                        r.body.decode())
    return r.status, r.headers.get("Content-Type"), json.loads(text) if text else None


def without(value, name):
    """A JSON value without the members of a name."""
    if isinstance(value, list):
        return [without(item, name) for item in value]
    if isinstance(value, dict):
        return {key: without(item, name) for key, item in value.items() if key != name}
    return value


def walk(stage):
    """The answer of each route to each caller that succeeds."""
    found = {}
    for route in routes():
        if not route.callers and route.name != "GET /health/ready":
            found[route.name] = plain(stage.app.door.get(stage.app.door.base + route.path))
        for role in filter(route.succeeds, route.callers):
            # A list begins with a fresh application's own.
            target = stage.fresh(route, role) if route.names("id") else Target("")
            found[route.name, role] = plain(stage.ask(route, role, target))
    return found


def new_stage(site):
    app = site.new_app()
    return Stage(app, Desk(app))


class Traffic(threading.Thread):
    """A visitor who keeps writing, and remembers every answer's status."""

    def __init__(self, visitor):
        super().__init__()
        self.visitor, self.statuses, self.more = visitor, [], threading.Event()
        self.path = "/conversations/%s/messages" % visitor.start()["id"]

    def run(self):
        while not self.more.is_set() or len(self.statuses) < 20:
            self.statuses.append(self.visitor.post(self.path, {"content": "x"}, fault=True).status)
            self.statuses.append(self.visitor.get(self.path, fault=True).status)

    def end(self):
        self.more.set()
        self.join()
        return sorted(set(self.statuses))


class Old(Site):
    """A site whose answers may have a member more than this release's description has."""

    def check(self, r, fault=False, limitless=False, crafted=False):
        return r


def refused(site, db, version, mend):
    written = len(site.raw_log())
    db.sql(VERSION % version)
    db.disconnect()
    status_is(site.get(site.base + "/health/ready"), 503, "schema version %d: 503" % version)
    said = site.raw_log()[written:]
    ok("the schema has version %d" % version in said and mend in said, "and the log says: " + mend, said[:1000])
    status, _, err = db.ctl("app", "list")
    ok(status == 1 and mend in err, "and so does foyerctl", status, err)


def main():
    site = Old(procs=3)
    db = site.database
    version = int(db.sql("SELECT foyer_api.schema_version()"))
    before = walk(new_stage(site))
    ok(len(before) > 20, "there are routes to walk", len(before))
    is_([name for name, (status, *_) in before.items() if status >= 400], [], "and each succeeds")

    visitors = [Traffic(site.new_app().visitor()) for _ in range(3)]
    for traffic in visitors:
        traffic.start()
    db.sql(next_release(version + 1))
    is_([traffic.end() for traffic in visitors], [[200, 201]] * 3, "no request fails while the next schema is deployed")

    after = walk(new_stage(site))
    same = {name: (status, kind, without(body, "priority")) for name, (status, kind, body) in after.items()}
    for name, answer in before.items():
        is_(same[name], answer, "the same answer from the next schema: %s" % (name,))
    sent = after["POST /conversations/:id/messages", "visitor"][2]["message"]
    is_(list(sent)[-1], "priority", "a new column of a reply is a new member of the answer")
    is_(json.dumps(list(after.values())).count("nickname"), 0, "one of a record in it is not shown")
    db.disconnect()
    is_(plain(site.get(site.base + "/health/ready")), (200, "application/json; charset=utf-8",
                                                        {"status": "ok", "schemaVersion": version + 1}),
        "a process that connects now serves as well")
    is_(db.ctl("app", "list")[0], 0, "and so does foyerctl")
    is_([line for line in site.log_lines() if line.get("level") == "error"], [], "and the log has no error")

    refused(site, db, version + 2, "install the release that belongs to the schema")
    refused(site, db, version - 1, "deploy the schema of this release")
    db.sql(VERSION % version)
    status_is(site.get(site.base + "/health/ready"), 200, "on its own schema all is well again")
    site.finish()


run(main)
