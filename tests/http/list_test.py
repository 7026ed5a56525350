#!/usr/bin/python3
"""list_test.py - pages, orders and cursors."""
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, conversation, message, micros, named, refused, status_is
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
LIMIT = "limit must be an integer from 1 to 100"
BAD_INTEGERS = ("", "x", "1.0", "1e1", "-1", "%2B1", "+1", "1+", "%201", "0x1", "1,2", "%D9%A1", "--1", "1_0", "NaN",
                "4294967297", "18446744073709551617", "99999999999999999999")


def conversations(app):
    v = app.visitor()
    ids, latest = [], 0
    for i in range(23):    # each later than the one before: the order of equals is open
        until(lambda: time.time_ns() // 1_000_000 > latest, "the next millisecond")
        c = v.start("c%d" % i)
        ids.append(c["id"])
        latest = micros(c["updatedAt"]) // 1000
    newest = ids[::-1]

    def page(query):
        r = v.get("/conversations" + query).json
        return [[c["id"] for c in r["conversations"]], r["total"], r["limit"], r["offset"]]

    answers(v.get("/conversations?limit=2"), 200, {
        "conversations": [conversation(id=ids[i], applicationId=app.id, subject="c%d" % i) for i in (22, 21)],
        "total": 23, "limit": 2, "offset": 0}, "a list shows conversations without their participants")
    for query, found, limit, offset in (
            ("", newest[:20], 20, 0), ("?", newest[:20], 20, 0), ("?limit=1", newest[:1], 1, 0),
            ("?limit=100", newest, 100, 0), ("?offset=0", newest[:20], 20, 0), ("?offset=5", newest[5:], 20, 5),
            ("?limit=5&offset=20", newest[20:], 5, 20), ("?offset=23", [], 20, 23), ("?offset=99999", [], 20, 99999),
            ("?offset=2&limit=3", newest[2:5], 3, 2), ("?limit=%33", newest[:3], 3, 0),
            ("?lim%69t=2", newest[:2], 2, 0),
            ("?x=1&x=2&limit=3&&y", newest[:3], 3, 0), ("?Limit=7&limit=3", newest[:3], 3, 0),
            ("?status=closed", newest[:20], 20, 0), ("?status=nonsense&status=x", newest[:20], 20, 0)):
        is_(page(query), [found, 23, limit, offset], "GET /conversations%s" % query)
    v.send(ids[0], "bump")
    v.send(ids[3], "bump")
    is_(page("?limit=3")[0], [ids[3], ids[0], ids[22]], "the conversation with the latest message comes first")


def validation(v, path, messages):
    for bad in ("0", "101", *BAD_INTEGERS):
        refused(v.get(path + "?limit=" + bad), "bad_request", LIMIT, "limit=%s is refused" % bad)
    for bad in BAD_INTEGERS:
        r = v.get(path + "?offset=" + bad)
        ok(r.status == 400 and r.json["message"].startswith("offset must be "), "offset=%s is refused" % bad, r)
    for bad in ("limit", "limit=", "limit=%zz", "limit=1%", "limit=%"):
        refused(v.get(path + "?" + bad), "bad_request", LIMIT, "%s is refused" % bad)
    r = v.get(path + "?offset=-1&limit=0")
    is_(named(r), ["limit", "offset"], "faults are named in the order limit, offset")
    twice = ["limit=1&limit=1", "offset=0&offset=0", "limit=1&x=1&limit=2", "limit=1&lim%69t=1"]
    for query in twice + (["order=asc&order=asc", "after=%s&after=%s" % (NOBODY, NOBODY)] if messages else []):
        r = v.get(path + "?" + query)
        ok(r.status == 400 and r.json["error"] == "bad_request" and r.json["message"].startswith(query.split("=")[0]),
           "a parameter given twice is refused by its name: " + query.replace(NOBODY, ":id"), r)


def pages(v, c, ids):
    path = "/conversations/%s/messages" % c
    first, last = ids[0], ids[-1]
    answers(v.get(path + "?limit=1"), 200, {
        "messages": [message(id=first, conversationId=c, senderId=v.id, content="m0")], "limit": 1, "offset": 0},
        "a page shows whole messages")
    down = ids[::-1]
    for query, found in (
            ("", ids[:20]), ("?order=asc", ids[:20]), ("?order=desc", down[:20]), ("?limit=3", ids[:3]),
            ("?limit=3&order=desc", down[:3]), ("?limit=3&offset=2", ids[2:5]), ("?limit=100", ids),
            ("?limit=3&offset=2&order=desc", down[2:5]), ("?limit=100&offset=20", ids[20:]), ("?offset=25", []),
            ("?offset=1000", []), ("?order=%64esc&limit=%32", down[:2]), ("?unknown=1&unknown=2&limit=2", ids[:2]),
            # one cursor: the messages nearest to it, in the order asked for
            ("?after={4}&limit=3", ids[5:8]), ("?after={4}&limit=3&order=desc", ids[7:4:-1]),
            ("?before={10}&limit=3", ids[7:10]), ("?before={10}&limit=3&order=desc", ids[9:6:-1]),
            ("?before={2}&order=asc", ids[:2]), ("?after={22}", ids[23:]), ("?after={24}", []), ("?before={0}", []),
            ("?after={0}", ids[1:21]), ("?before={24}", ids[4:24]), ("?limit=2&%61fter={4}", ids[5:7]),
            # both: between them, the first in the order
            ("?after={4}&before={8}", ids[5:8]), ("?after={4}&before={8}&order=desc", ids[7:4:-1]),
            ("?after={4}&before={8}&limit=2", ids[5:7]), ("?after={4}&before={8}&limit=2&order=desc", [ids[7], ids[6]]),
            ("?after={8}&before={4}", []), ("?after={4}&before={4}", []), ("?after={4}&before={5}", [])):
        r = v.get(path + query.format(*ids))
        is_(r.json and [m["id"] for m in r.json.get("messages", [])], found, "GET messages" + query)
    for id in (ids[4].upper(), ids[4].replace("-", "%2D")):
        is_([m["id"] for m in v.get(path + "?limit=2&after=" + id).json["messages"]], ids[5:7],
            "a cursor may be in upper case or percent-encoded")
    walked, cursor = [], ""
    while (page := v.get(path + "?limit=4" + cursor).json["messages"]):
        walked += [m["id"] for m in page]
        cursor = "&after=" + page[-1]["id"]
    is_(walked, ids, "walking with after meets every message once")


def cursors(v, c, ids):
    path = "/conversations/%s/messages" % c
    foreign = v.send(v.start()["id"], "elsewhere")["id"]
    for cursor, what in ((NOBODY, "an unknown message"), (foreign, "a message of another conversation"),
                         (c, "a conversation")):
        for name in ("after", "before"):
            refused(v.get("%s?%s=%s" % (path, name, cursor)), "not_found", "Message not found",
                    "%s=%s is 404" % (name, what))
    refused(v.get("%s?after=%s&before=%s" % (path, ids[0], NOBODY)), "not_found", "Message not found",
            "both cursors must be there")
    refused(v.get("/conversations/%s/messages?after=%s" % (NOBODY, ids[0])), "not_found", "Conversation not found",
            "the conversation is looked for before the cursor")
    for query in ("after=%s&offset=0", "before=%s&offset=1", "offset=2&after=%s", "after=%s&before=%s&offset=1"):
        refused(v.get(path + "?" + query.replace("%s", ids[3])), "bad_request",
                "offset cannot be combined with after or before", "a cursor and an offset are refused: " + query)
    for bad in ("x", "", "123", ids[3] + "0"):
        for name in ("after", "before"):
            r = v.get("%s?%s=%s" % (path, name, bad))
            ok(r.status in (400, 404), "%s=%s is refused" % (name, bad.replace(ids[3], ":id")), r)
    for bad in ("ASC", "", "up", "asc+", "+asc", "asc,desc"):
        r = v.get(path + "?order=" + bad)
        ok(r.status == 400 and r.json["message"].startswith("order "), "order=%s is refused" % bad, r)
    r = v.get(path + "?order=up&offset=x&limit=0")
    is_(named(r), ["limit", "offset", "order"], "faults are named in the order limit, offset, order")
    v.door.sql("UPDATE foyer.message SET deleted_at = created_at WHERE id IN ('%s', '%s')" % (ids[5], ids[8]))
    is_([m["id"] for m in v.get(path + "?after=%s&limit=3" % ids[5]).json["messages"]], [ids[6], ids[7], ids[9]],
        "a cursor may name a deleted message, and deleted ones are left out")
    is_([m["id"] for m in v.get(path + "?limit=100").json["messages"]], ids[:5] + ids[6:8] + ids[9:],
        "a list leaves deleted messages out")


def main():
    site = Site()
    app = site.new_app()
    v = app.visitor()
    c = v.start()["id"]
    ids = [v.send(c, "m%d" % i)["id"] for i in range(25)]
    conversations(app)
    validation(v, "/conversations", False)
    validation(v, "/conversations/%s/messages" % c, True)
    pages(v, c, ids)
    cursors(v, c, ids)
    status_is(v.post("/conversations?limit=0&limit=x", {}), 201, "a route without a query ignores one")
    site.finish()


run(main)
