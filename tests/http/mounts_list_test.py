#!/usr/bin/python3
"""mounts_list_test.py - lists in every mount: bounds, defaults, envelopes, filters, and walks that miss nothing."""
import pathlib
import sys
import urllib.parse
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import anything
from lib.mounts import CODED, FLAT, MOUNTS, TRACED, WRAPPED
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, ok, run

MANY, TIED = 107, 7
# Conversations of one visitor, each a second older than the one before, but some that share an instant; and messages.
FILL = """
UPDATE foyer.conversation AS c SET updated_at = t.at
  FROM (SELECT id, timestamptz '2025-01-01T00:00:00Z' + greatest(row_number() OVER (ORDER BY id), {tied})
               * interval '1 second' AS at FROM foyer.conversation WHERE visitor_id = '{visitor}') AS t
 WHERE c.id = t.id;
"""
MESSAGES = """
INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, sender_role, content, created_at)
SELECT c.application_id, c.id, foyer.uuid_v7(m.at), 1 + m.i, c.visitor_id, 'visitor', 'Message ' || m.i, m.at
  FROM foyer.conversation AS c, LATERAL (SELECT i, timestamptz '2025-01-01T00:00:00Z' + i * interval '1 minute' AS at
                                           FROM generate_series(1, {many}) AS i) AS m WHERE c.id = '{c}';
UPDATE foyer.conversation SET seq = 1 + {many} WHERE id = '{c}';
"""


class World:
    """A visitor with many conversations, one of them with many messages and many tags."""

    def __init__(self, site):
        self.site = site
        self.app = site.new_app()
        self.app.limit_key(0)
        self.v, desk = self.app.visitor(), Desk(self.app)
        self.o, self.a = desk.operator(), desk.admin()
        self.ids = [self.v.start(str(i))["id"] for i in range(MANY)]
        site.sql(FILL.format(visitor=self.v.id, tied=TIED))
        self.c = self.ids[MANY // 2]
        site.sql(MESSAGES.format(c=self.c, many=MANY))
        self.tags = [self.o.made(self.o.post("/tags", {"name": "Tag %03d" % i}), "tag")["id"] for i in range(MANY)]
        self.o.post("/conversations/%s/tags" % self.c, {"tagIds": self.tags[:20]})
        self.lists = {"conversations": (self.v, "/conversations"),
                      "messages": (self.v, "/conversations/%s/messages" % self.c), "tags": (self.o, "/tags")}


def items(mount, r, member):
    return mount.items(r, member)


def defaults(w, mount):
    for member, (who, path) in w.lists.items():
        who = who.at(mount)
        r = who.get(path)
        promise = "T-8, T-9, MB-D8, MB-D9, W-D4, W-D5: without a query a page of %s has %d" % (
            member, mount.size_default)
        mount.answers(r, 200, mount.list(member, items_of(mount.size_default), total=MANY, size=mount.size_default,
                                         more=True), promise)
        for size in (1, 100):
            r = who.get("%s?%s=%d" % (path, mount.size, size))
            mount.answers(r, 200, mount.list(member, items_of(size), total=MANY, size=size, more=True),
                          "T-8, MB-D9, W-20: a page of %s may have %d" % (member, size))


def items_of(n):
    """A list of so many items, whatever they are: short enough to say what is wrong."""
    return [anything] * n


def bounds(w, mount):
    """Out of range is an error, not a clamp."""
    for member, (who, path) in w.lists.items():
        who = who.at(mount)
        for value in ("0", "101", "-1", "abc", "1.5", "", "99999999999999999999"):
            mount.refuses(who.get("%s?%s=%s" % (path, mount.size, value)), "fields_invalid",
                          "MB-7, T-8, T-12, W-3, W-20: %s=%s of %s is refused, and named" % (mount.size, value, member),
                          fields=[mount.size])
        mount.refuses(who.get("%s?%s=1&%s=2" % (path, mount.size, mount.size)), "fields_invalid",
                      "%s given twice is refused" % mount.size, fields=[mount.size])
    who, path = w.lists["conversations"]
    number = {"flat": "offset", "coded": "page", "wrapped": "page"}.get(mount.name)
    for value in ("-1", "x") + (("0",) if number == "page" else ()) if number else ():
        mount.refuses(who.at(mount).get("%s?%s=%s" % (path, number, value)), "fields_invalid",
                      "T-12, W-3: %s=%s is refused" % (number, value), fields=[number])


def pages(w, mount):
    """All pages one after the other are the whole list, each item once."""
    for member, (who, path) in w.lists.items():
        who = who.at(mount)
        for size in (10, 100):
            seen = list(walk(mount, who, path, member, size))
            wanted = {"conversations": w.ids, "tags": w.tags}.get(member)
            ids = [item["id"] for item in seen]
            is_([len(ids), len(set(ids)), set(ids) == set(wanted) if wanted else True], [MANY, MANY, True],
                "%s: T-9, T-10, MB-D8, W-D4: pages of %d hold each of the %s once" % (mount.name, size, member))
            times = [item["updatedAt" if member == "conversations" else "createdAt"] for item in seen]
            up = mount is FLAT and member == "messages"
            ok(times == sorted(times, reverse=not up) or mount is FLAT and member == "tags",
               "%s: MB-D9, W-D5: the %s come %s first" % (mount.name, member, "oldest" if up else "newest"), times[:5])


def walk(mount, who, path, member, size):
    """Every item of a list, as a client would get them."""
    if mount is TRACED:
        query = ""
        while True:
            r = who.get("%s?limit=%d%s" % (path, size, query))
            page = mount.items(r, member)
            yield from page
            if not r.json["has_more"]:
                return
            last = page[-1]
            at = last["updatedAt" if member == "conversations" else "createdAt"]
            query = "&before=%s&before_id=%s" % (urllib.parse.quote(at), last["id"])
    number = 1
    while page := mount.items(who.get("%s?%s" % (path, mount.page_query(number, size))), member):
        yield from page
        number += 1


def ends(w, mount):
    """Behind the last page, and of nothing at all."""
    nobody = w.app.visitor().at(mount)
    who, path = w.lists["conversations"]
    who = who.at(mount)
    mount.answers(nobody.get("/conversations"), 200, mount.list("conversations", [], total=0, size=mount.size_default,
                                                               more=False),
                  "T-9, W-D4, MB-D8: an empty list: total_pages 0, last_page 1, has_more false")
    if mount is TRACED:
        mount.answers(who.get(path + "?before=2000-01-01T00:00:00Z"), 200, mount.list("conversations", []),
                      "MB-D9: before everything there is nothing")
        exact = who.get("%s?limit=%d&before=2025-01-01T00:00:%02d.001Z" % (path, TIED, TIED))
        mount.answers(exact, 200, mount.list("conversations", items_of(TIED), more=False),
                      "MB-D8: a page that takes all that is left has has_more false")
        mount.answers(who.get("%s?limit=%d&before=2025-01-01T00:00:%02d.001Z" % (path, TIED - 1, TIED)), 200,
                      mount.list("conversations", items_of(TIED - 1), more=True), "MB-D8: and true when one is left")
        mount.refuses(who.get("%s?before_id=%s" % (path, uuid.uuid4())), "fields_invalid",
                      "before_id alone is refused", fields=None)
        mount.refuses(who.get("%s?before=2025-01-01T00:00:00Z&before_id=x" % path), "fields_invalid",
                      "MB-7: before_id must be an id", fields=["beforeId"])
        return
    mount.answers(who.get("%s?%s" % (path, mount.page_query(9999, 20))), 200,
                  mount.list("conversations", [], total=MANY, size=20, number=9999),
                  "T-10, W-D4: beyond the last page data is empty, and it is a success")
    last = -(-MANY // 20)
    mount.answers(who.get("%s?%s" % (path, mount.page_query(last, 20))), 200,
                  mount.list("conversations", items_of(MANY - 20 * (last - 1)), total=MANY, size=20, number=last),
                  "T-9, W-D4: the last page has the rest, and total_pages is the total divided by per_page")


def dates(w, mount):
    """since and until: not before this, before that."""
    if mount is FLAT:
        is_(w.v.get("/conversations?since=x").status, 200, "flat: since is no parameter of it")
        return
    who = w.v.at(mount)
    path = "/conversations/%s/messages" % w.c
    size = "%s=100" % mount.size
    for query, least, most in (("since=2025-01-01T00:10:00Z&until=2025-01-01T00:20:00Z", 10, 19),
                               ("since=2025-01-01T01:10:00%2B01:00&until=2025-01-01T00:20:00Z", 10, 19),
                               ("since=2025-01-01T00:10:00.001Z&until=2025-01-01T00:20:00.001Z", 11, 20),
                               ("until=2025-01-01T00:03:00Z", 1, 2)):
        got = [int(m["content"].split()[1]) for m in mount.items(who.get("%s?%s&%s" % (path, size, query)), "messages")
               if m["type"] == "text"]
        is_(got, list(range(most, least - 1, -1)), "%s: T-D9: %s" % (mount.name, query))
    for name in ("since", "until") + (("before",) if mount is TRACED else ()):
        for value in ("yesterday", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z", "1736937061", "2025-01-01T00:00:00"):
            mount.refuses(who.get("%s?%s=%s" % (path, name, value)), "date_invalid",
                          "W-13: %s=%s is refused" % (name, value), fields=[name])
    mount.refuses(who.get(path + "?since=x&until=y"), "date_invalid", "W-13: two bad dates are one kind",
                  fields=["since", "until"])
    mount.refuses(who.get(path + "?since=x&%s=0" % mount.size), "fields_invalid",
                  "T-12, W-2: a bad date and a bad size are of different kinds, and both are told",
                  fields=[mount.size, "since"])


def orders(w, mount):
    who, path = w.v.at(mount), "/conversations/%s/messages" % w.c
    if mount in (CODED, WRAPPED):
        for order in ("asc", "desc"):
            got = [m["createdAt"] for m in mount.items(who.get(path + "?order=" + order), "messages")]
            is_(got, sorted(got, reverse=order == "desc"), "%s: T-D9: order=%s" % (mount.name, order))
        mount.refuses(who.get(path + "?order=up"), "fields_invalid", "T-12, W-3: another order is refused",
                      fields=["order"])
    if mount is TRACED:
        mount.refuses(who.get(path + "?order=asc"), "fields_invalid", "MB-7: order is no parameter of it",
                      "order is not a known parameter", ["order"])


def filters(w, mount):
    o, a, v = (who.at(mount) for who in (w.o, w.a, w.v))
    size = "%s=100" % mount.size
    mine = w.v.start("Mine")["id"]
    w.o.accept(mine)
    closed = w.v.start("Closed")["id"]
    w.o.accept(closed)
    w.o.resolve(closed)
    name = mount.field

    def ids(who, query):
        return [c["id"] for c in mount.items(who.get("/conversations?%s&%s" % (size, query)), "conversations")]
    is_([ids(o, "status=active"), ids(o, "status=closed"), set(ids(o, "status=active&status=closed")) == {mine, closed}],
        [[mine], [closed], True], "%s: T-D9: the list can be filtered by status, also by several" % mount.name)
    is_(set(ids(o, name("assignedTo") + "=me")), {mine, closed}, "%s: T-D9: and by who is assigned" % mount.name)
    is_(len(ids(a, "%s=%s&status=active" % (name("applicationId"), w.app.id))), 1, "%s: and by application" % mount.name)
    for query, kind, fields in (("status=bogus", "status_invalid", ["status"]),
                                ("status=active&status=bogus", "status_invalid", ["status"]),
                                ("%s=you" % name("assignedTo"), "fields_invalid", ["assignedTo"]),
                                ("%s=x" % name("applicationId"), "fields_invalid", ["applicationId"]),
                                ("%s=x" % name("tagId"), "malformed", ["tagId"]),
                                ("{0}={1}&{0}=x".format(name("tagId"), w.tags[0]), "malformed", ["tagId"])):
        mount.refuses(o.get("/conversations?" + query), kind, "T-12, W-3, W-6, W-12, W-18: %s is refused" % query,
                      fields=fields)
    if mount is FLAT:
        is_(v.get("/conversations?status=bogus").status, 200, "flat: a visitor's status is ignored")
    else:
        is_(ids(v, "status=closed"), [closed], "%s: T-D9: a visitor filters by status too" % mount.name)
        mount.refuses(v.get("/conversations?status=bogus"), "status_invalid", "W-12: and is told of a wrong one",
                      fields=["status"])
    is_(ids(o, "%s=%s" % (name("tagId"), w.tags[3])), [w.c], "%s: T-D14: by a tag" % mount.name)
    is_(ids(o, "{0}={1}&{0}={2}".format(name("tagId"), w.tags[3], w.tags[50])), [w.c], "%s: by any of several" % mount.name)
    is_(ids(o, "%s=%s" % (name("tagId"), uuid.uuid4())), [], "%s: an unknown tag is nobody's" % mount.name)
    for c in (mine, closed):
        w.a.delete("/conversations/" + c)


def aliases(w, mount):
    """Of the names that another contract gives the size of a page, none is taken."""
    who = w.v.at(mount)
    other = {"flat": "per_page", "traced": "per_page", "coded": "limit", "wrapped": "limit"}[mount.name]
    r = who.get("/conversations?%s=1" % other)
    if mount is TRACED:
        mount.refuses(r, "fields_invalid", "MB-7: %s is not known" % other, fields=[other])
    else:
        is_(len(mount.items(r, "conversations")), mount.size_default,
            "%s: T-D8: %s is not its size of a page" % (mount.name, other))


def main():
    site = Site()
    w = World(site)
    for mount in MOUNTS:
        for part in (defaults, bounds, pages, ends, dates, orders, aliases, filters):
            part(w, mount)
    site.finish()


run(main)
