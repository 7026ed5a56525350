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
from lib.site import Site
from lib.tap import is_, ok, run
from lib.walk import failures, plain, walk

SQL = pathlib.Path(os.environ["FOYER_ROOT"]) / "sql"
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
        changed("foyer_api.message_send", "p_content text,", "p_content text, p_priority integer,").replace(
            "FUNCTION foyer_api.message_send(", "FUNCTION foyer_api.message_send_2("),
        "CREATE FUNCTION foyer_api.note_list() RETURNS integer LANGUAGE sql SECURITY DEFINER "
        "SET search_path = pg_catalog, pg_temp AS 'SELECT 1';",
        VERSION % version + ";", re.sub(r"^(BEGIN|COMMIT|SET LOCAL ROLE.*);$", "", grants, flags=re.M), "COMMIT;"])


def without(value, name):
    """A JSON value without the members of a name."""
    if isinstance(value, list):
        return [without(item, name) for item in value]
    if isinstance(value, dict):
        return {key: without(item, name) for key, item in value.items() if key != name}
    return value


class Traffic(threading.Thread):
    """A visitor who keeps writing, and remembers every answer's status."""

    def __init__(self, visitor):
        super().__init__(daemon=True)    # when something fails, nobody ends it
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
    before = walk(site)
    ok(len(before) > 20, "there are routes to walk", len(before))
    is_(failures(before), {}, "and each succeeds")

    visitors = [Traffic(site.new_app().visitor()) for _ in range(3)]
    for traffic in visitors:
        traffic.start()
    db.sql(next_release(version + 1))
    is_([traffic.end() for traffic in visitors], [[200, 201]] * 3, "no request fails while the next schema is deployed")

    after = walk(site)
    same = {name: (status, kind, without(body, "priority")) for name, (status, kind, body) in after.items()}
    is_([found.pop("GET /health")[2].pop("version") for found in (before, same)], [str(version), str(version + 1)],
        "health tells of the next schema")
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
