#!/usr/bin/python3
"""condition_test.py - asking for changes with If-None-Match: when there is nothing new, the answer costs nothing."""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused
from lib.ledger import Ledger
from lib.operators import Desk
from lib.rules import RATE
from lib.site import Site
from lib.tap import is_, ok, run


def path(c, query=""):
    return "/conversations/%s/changes%s" % (c, query)


def conditions(site, app):
    """If-None-Match: nothing new costs nothing."""
    v = app.visitor()
    c = v.start()["id"]
    v.send(c, "x")
    tag = '"2"'
    is_(v.get(path(c)).headers.get("ETag"), tag, "ETag is the newest number of the conversation")
    is_(v.get(path(c, "?limit=1")).headers.get("ETag"), tag, "also of a page that does not reach it")
    for given in (tag, "W/" + tag, '"1", ' + tag, tag + ',"1"', 'W/"7" , W/"2"', "*", '"x", ' + tag):
        for query in ("", "?after=2", "?after=0&limit=1"):
            r = v.get(path(c, query), headers={"If-None-Match": given})
            is_((r.status, r.headers.get("ETag"), [name in r.headers for name in RATE]), (304, tag, [True] * 3),
                "If-None-Match: %s matches%s" % (given, query))
    is_(v.head(path(c), headers={"If-None-Match": tag}).status, 304, "for HEAD too")
    for given in ('"1"', '"3"', 'W/"1"', '"1", "3"', '"22"', '"02"', '"2 "', "2", '"2', "W/2", '"x"', '""', '"*"',
                  "nonsense", '"-2"', '"{2}"', '"2,2"', "'2'"):
        r = v.get(path(c), headers={"If-None-Match": given})
        is_((r.status, r.headers.get("ETag"), len(r.json["changes"])), (200, tag, 2),
            "If-None-Match: %s does not" % given)
    v.send(c, "y")
    r = v.get(path(c, "?after=2"), headers={"If-None-Match": tag})
    is_((r.status, r.headers.get("ETag"), r.json["cursor"]), (200, '"3"', 3),
        "after a write the old value does not match")
    for id in (str(uuid.uuid4()), app.visitor().start()["id"], "x"):
        for given in (tag, "*", '"1"', '"0"'):
            refused(v.get(path(id), headers={"If-None-Match": given}), "not_found", "Conversation not found",
                    "what is not there does not match %s" % given)
    refused(v.get(path(c, "?limit=0"), headers={"If-None-Match": "*"}), "bad_request", None, "a bad query comes first")
    refused(v.get(path(c), headers={"If-None-Match": "*", "Authorization": None}), "unauthorized", None,
            "so does the key")
    is_(v.get("/conversations/" + c, headers={"If-None-Match": "*"}).status, 200, "no other route has conditions")


def uncounted(site, app, desk):
    """A 304 waits for nothing, writes nothing and does not count; but it is refused while a window is full."""
    for who, cause, limit in ((app.visitor(), "per_visitor", app.limit), (desk.operator(), "per_operator", desk.limit)):
        c = app.visitor().start()["id"] if cause == "per_operator" else who.start()["id"]
        limit(second=0, minute=0, hour=100000)    # a window that outlasts the test, however slow it is
        left = int(who.get(path(c)).headers.get("X-RateLimit-Remaining"))
        row = "SELECT xmin, ctid, * FROM foyer.rate_counter WHERE subject_id = '%s'" % who.id
        ledger = Ledger(site.database)
        before, holder = site.sql(row), site.database.session()
        holder.lock_conversation(c)
        holder.run("SELECT FROM foyer.rate_counter WHERE subject_id = '%s' FOR UPDATE" % who.id)
        got = [who.get(path(c), headers={"If-None-Match": "*"}) for _ in range(20)]
        is_([(r.status, r.headers.get("X-RateLimit-Remaining")) for r in got], [(304, str(left))] * 20,
            "%s: a 304 takes no lock, and does not count" % cause)
        holder.run("COMMIT")
        holder.close()
        ok(site.sql(row) == before and not ledger.changed(), "%s: and writes nothing" % cause)
        ledger.close()
        is_(int(who.get(path(c)).headers.get("X-RateLimit-Remaining")), left - 1, "%s: the next 200 counts one" % cause)
        limit(second=0, minute=0, hour=2)
        for given in ("*", '"1"', '"9"', "W/x"):
            r = who.get(path(c), headers={"If-None-Match": given})
            refused(r, "rate_limit_exceeded", None, "%s: with a full window %s is refused" % (cause, given))
            is_(r.json["cause"], cause, "as any request")
        limit(second=1000, minute=10000, hour=100000)


def read_only(site, app):
    """The statement of a 304 runs in a transaction that may not write."""
    v = app.visitor()
    c = v.start()["id"]
    key = v.headers["Authorization"].split()[1]

    def ask(tags):
        return site.sql("BEGIN READ ONLY; SET LOCAL ROLE foyer_web; SELECT (verdict).outcome, (verdict).unmodified "
                        "FROM foyer_api.change_list(sha256('%s'), 'visitor', '%s', NULL, '%s', '%s', 0, 100, %s)"
                        % (key, app.id, v.id, c, tags))

    is_(ask("'{1}'"), "ok|t", "the statement of a 304 only reads")
    try:
        told = ask("NULL")
    except RuntimeError as e:
        told = str(e)
    ok("read-only transaction" in told, "which cannot be said of any other", told)


def main():
    site = Site()
    app = site.new_app()
    conditions(site, app)
    uncounted(site, app, Desk(app))
    read_only(site, app)
    site.finish()


run(main)
