#!/usr/bin/python3
"""flat_test.py - the end of a long conversation costs what its beginning costs.

What a call costs is counted in blocks that PostgreSQL touches: EXPLAIN (ANALYZE, BUFFERS) of the very function that
the program calls includes every statement inside it, and only those of its own session.
"""
import json
import pathlib
import statistics
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.operators import Desk
from lib.site import Site
from lib.tap import diag, is_, ok, run

MESSAGES = 100_000
FILL = """
ALTER TABLE foyer.message SET (autovacuum_enabled = off);
INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, sender_role, content, created_at)
SELECT c.application_id, c.id, foyer.uuid_v7(m.at), 1 + m.i, c.visitor_id, 'visitor', 'Message ' || m.i, m.at
  FROM foyer.conversation AS c,
       LATERAL (SELECT i, c.created_at + i * interval '1 millisecond' AS at FROM generate_series(1, %d) AS i) AS m
 WHERE c.id = '%s';
UPDATE foyer.conversation SET seq = 1 + %d, updated_at = created_at + %d * interval '1 millisecond' WHERE id = '%s';
VACUUM ANALYZE foyer.message;
"""


class Meter:
    """A session of the web role, in which calls are counted."""

    def __init__(self, database, who, kind, app):
        self.session = database.session()
        self.session.run("SET ROLE foyer_web")
        key = who.headers["Authorization"].split()[1]
        self.caller = "sha256('%s'), '%s', %s, NULL, %s" % ((key, kind) + (
            ("'%s'" % app, "'%s'" % who.id) if kind == "visitor" else ("NULL", "NULL")))

    def blocks(self, function, *args):
        """How many blocks a call touches, usually: the first ones also plan, and one in 32 files the caller's hits."""
        call = "EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM foyer_api.%s(%s, %s)" % (
            function, self.caller, ", ".join("NULL" if a is None else "'%s'" % a for a in args))
        counts = []
        for _ in range(12):
            plan = json.loads(self.session.run(call))[0]["Plan"]
            counts.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return statistics.median_high(counts)

    def close(self):
        self.session.close()


def main():
    site = Site()
    app = site.new_app()
    v, admin = app.visitor(), Desk(app).admin()
    c = v.start()["id"]
    short = v.start()["id"]
    few = [v.send(short, str(i))["id"] for i in range(20)]
    site.sql(FILL % (MESSAGES, c, MESSAGES, MESSAGES, c))
    ids = site.sql("SELECT id FROM foyer.message WHERE conversation_id = '%s' ORDER BY id" % c).split()
    is_(len(ids), MESSAGES, "the conversation has %d messages" % MESSAGES)

    path = "/conversations/%s/messages?limit=20" % c
    for query, texts in (("", range(1, 21)), ("&after=" + ids[-21], range(MESSAGES - 19, MESSAGES + 1)),
                         ("&after=" + ids[49_999], range(50_001, 50_021)), ("&before=" + ids[20], range(1, 21)),
                         ("&order=desc", range(MESSAGES, MESSAGES - 20, -1))):
        is_([m["content"] for m in v.get(path + query).json["messages"]], ["Message %d" % i for i in texts],
            "a page%s has the messages %d to %d" % (query[:7].replace("&", " by "), texts[0], texts[-1]))
    changes = v.get("/conversations/%s/changes?after=%d" % (c, MESSAGES + 1 - 20)).json
    is_([x["message"]["id"] for x in changes["changes"]], ids[-20:], "the last changes are the last messages")

    for who, kind in ((v, "visitor"), (admin, "operator")):
        meter = Meter(site.database, who, kind, app.id)
        first = meter.blocks("message_list", c, 20, 0, "asc", *[None] * 7)
        diag("%s: the first page is %d blocks" % (kind, first))
        for what, args in (("by after at the end", ("asc", ids[-21], None)),
                           ("by after in the middle", ("asc", ids[49_999], None)),
                           ("by after at the end, downwards", ("desc", ids[-21], None)),
                           ("by before at the end", ("asc", None, ids[-1])), ("from the end", ("desc", None, None))):
            order, after, before = args
            cost = meter.blocks("message_list", c, 20, 0, order, *[None] * 5, after, before)
            ok(cost <= 1.5 * first, "%s: a page %s costs at most 1.5 times the first" % (kind, what), cost, first)
        base = meter.blocks("change_list", c, 0, 20, None)
        for what, after in (("at the end", MESSAGES + 1 - 20), ("past the end", MESSAGES + 1),
                            ("in the middle", 50_000)):
            cost = meter.blocks("change_list", c, after, 20, None)
            ok(cost <= 1.5 * base, "%s: changes %s cost at most 1.5 times the first" % (kind, what), cost, base)
        base = meter.blocks("message_send", None, None, short, "x")
        cost = meter.blocks("message_send", None, None, c, "x")
        ok(cost <= 1.5 * base, "%s: sending costs at most 1.5 times what it costs in a short conversation" % kind,
           cost, base)
        base = meter.blocks("message_read", None, None, short, few[-1])
        cost = meter.blocks("message_read", None, None, c, ids[-1])
        ok(cost <= 1.5 * base, "%s: so does reading" % kind, cost, base)
        meter.close()
    site.finish()


run(main)
