#!/usr/bin/python3
"""mounts_tag_test.py - tags: words of an organization for its conversations."""
import pathlib
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME, UUID7
from lib.mounts import MOUNTS
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, run

FILL = """
INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT '{0}', foyer.uuid_v7(clock_timestamp()), 'Fill ' || i, clock_timestamp()
  FROM generate_series(1, 1000 - (SELECT count(*) FROM foyer.tag WHERE organization_id = '{0}')) AS i;
"""


class Shop:
    """An organization, a visitor and its conversation, and those who work there."""

    def __init__(self, site, mount):
        self.site, self.mount = site, mount
        self.app = site.new_app()
        self.app.limit_key(0)
        desk = Desk(self.app)
        self.v, self.o, self.a = (who.at(mount) for who in (self.app.visitor(), desk.operator(), desk.admin()))
        self.c = self.v.start()["id"]
        self.path = "/conversations/%s/tags" % self.c

    def made(self, name=None):
        """A new tag's id."""
        return self.o.made(self.o.post("/tags", {"name": name or uuid.uuid4().hex}), "tag")["id"]

    def attach(self, tags, c=None):
        return self.o.post("/conversations/%s/tags" % (c or self.c), {self.mount.field("tagIds"): tags})

    def names(self, c=None):
        r = self.o.get("/conversations/%s/tags" % (c or self.c))
        return sorted(tag["name"] for tag in self.mount.items(r, "tags"))


def tag(name, **known):
    return {"id": UUID7, "name": name, "createdAt": TIME} | known


def create(s):
    mount = s.mount
    r = s.o.post("/tags", {"name": "  Billing "})
    mount.answers(r, 201, mount.one("tag", tag("Billing")), "W-5: a tag is made with 201")
    id = mount.object(r, "tag")["id"]
    for name in ("Billing", "billing", "BILLING", " billing\t"):
        mount.refuses(s.o.post("/tags", {"name": name}), "tag_taken", "T-16, W-10: %r is there already" % name)
    mount.refuses(s.a.post("/tags", {"name": "bIlling"}), "tag_taken", "T-16, W-10: for an admin too")
    mount.answers(s.o.get("/tags"), 200, mount.list("tags", [tag("Billing", id=id)], size=mount.size_default),
                  "T-9, W-D5: tags are listed, with meta")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [s.o.post("/tags", {"name": "Once"}, headers=key) for _ in range(2)]
    is_([r.status for r in answers] + [len({mount.object(r, "tag")["id"] for r in answers})], [201, mount.replayed, 1],
        "%s: MB-23: a replay is the same tag" % mount.name)
    mount.refuses(s.o.post("/tags", {}), "field_missing", "T-12, T-19, W-2: a tag needs a name", fields=["name"])
    for name in (" ", "x" * 51, 5):
        mount.refuses(s.o.post("/tags", {"name": name}), "fields_invalid", "T-12, W-2: %r is none" % name, fields=["name"])
    mount.refuses(s.v.post("/tags", {"name": "x"}), "forbidden", "visitors make no tags",
                  "This API key cannot be used on this route")


def race(s):
    for _ in range(3):
        name, answers = uuid.uuid4().hex, []
        threads = [threading.Thread(target=lambda n=n: answers.append(s.o.post("/tags", {"name": n})))
                   for n in (name, name.upper(), name.title())]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_(sorted(r.status for r in answers), [201, 409, 409],
            "%s: T-16, W-10: of three at once one makes the tag" % s.mount.name)


def attach(s):
    mount = s.mount
    first, second = s.made("One"), s.made("Two")
    before = s.site.sql("SELECT seq, updated_at FROM foyer.conversation WHERE id = '%s'" % s.c)
    mount.answers(s.attach([first]), 200, mount.done("attached"), "tags are attached")
    mount.answers(s.attach([first, second, second]), 200, mount.done("attached"), "those that are there already stay")
    is_(s.names(), ["One", "Two"], "%s: and each is there once" % mount.name)
    is_(s.site.sql("SELECT seq, updated_at FROM foyer.conversation WHERE id = '%s'" % s.c), before,
        "%s: tags are no change of the conversation" % mount.name)
    mount.answers(s.o.delete("%s/%s" % (s.path, first)), 200, mount.done("detached"), "a tag is detached")
    mount.refuses(s.o.delete("%s/%s" % (s.path, first)), "tag_not_found", "T-18, W-9: once", "Tag not found")
    is_(s.names(), ["Two"], "%s: the others stay" % mount.name)
    s.o.accept(s.c)
    s.o.resolve(s.c)
    mount.answers(s.attach([first]), 200, mount.done("attached"), "a closed conversation can be tagged")


def lists(s):
    """A malformed list is 400 without details; one that is missing is a missing field."""
    mount, field = s.mount, s.mount.field("tagIds")
    for bad in ([], [str(uuid.uuid4())] * 21):
        mount.refuses(s.o.post(s.path, {field: bad}), "fields_invalid", "W-2, W-18: a list of %d ids is well-formed, but "
                      "not of 1 to 20" % len(bad), fields=["tagIds"])
    for bad in ("x", ["x"], [1], [None], {}, 5, [str(uuid.uuid4()), "x"]):
        mount.refuses(s.o.post(s.path, {field: bad}), "malformed", "W-6, W-18: %s is no list of ids" % str(bad)[:30],
                      fields=["tagIds"])
    mount.refuses(s.o.post(s.path, {}), "field_missing", "T-12, T-19, W-2: no list at all is a missing field",
                  fields=["tagIds"])
    before = s.names()
    for tags in ([str(uuid.uuid4())], [s.made(), str(uuid.uuid4())]):
        mount.refuses(s.attach(tags), "tag_not_found", "T-18, W-9: a tag that there is not is 404", "Tag not found")
    is_(s.names(), before, "%s: and then none is attached" % mount.name)


def foreign(s):
    mount = s.mount
    other = Shop(s.site, mount)
    theirs = other.made("Theirs")
    mount.refuses(s.attach([theirs]), "tag_not_found", "MB-14, T-15, W-9: another organization's tag is none",
                  "Tag not found")
    mount.refuses(s.a.delete("/tags/" + theirs), "tag_not_found", "MB-14, T-15, W-9: nor can it be deleted",
                  "Tag not found")
    mount.refuses(other.attach([theirs], s.c), "conversation_not_found",
                  "MB-14, T-15, W-9: nor another's conversation tagged", "Conversation not found")
    for call in (lambda: s.o.get("/conversations/%s/tags" % other.c),
                 lambda: s.o.delete("/conversations/%s/tags/%s" % (other.c, theirs))):
        mount.refuses(call(), "conversation_not_found", "MB-14, T-15: nor seen", "Conversation not found")
    is_(other.o.post("/tags", {"name": "One"}).status, 201, "%s: each organization has its own names" % mount.name)
    sibling = s.site.new_app(organization=s.app.organization)
    sibling.limit_key(0)
    c = sibling.visitor().start()["id"]
    mine = s.made("Shared")
    mount.answers(s.attach([mine], c), 200, mount.done("attached"), "a tag is of all applications of the organization")


def delete(s):
    mount = s.mount
    one, two = s.v.start()["id"], s.v.start()["id"]
    id = s.made("Passing")
    for c in (one, two):
        s.attach([id], c)
    mount.refuses(s.o.delete("/tags/" + id), "forbidden", "only an admin deletes a tag", "Only an admin can do this")
    is_(s.a.delete("/tags/" + id).status, 204, "%s: it is deleted with 204" % mount.name)
    is_([s.names(one), s.names(two)], [[], []], "%s: and detached everywhere" % mount.name)
    mount.refuses(s.a.delete("/tags/" + id), "tag_not_found", "T-18: once", "Tag not found")
    is_(s.o.post("/tags", {"name": "Passing"}).status, 201, "%s: its name is free" % mount.name)
    r = s.o.get("/conversations?%s=%s" % (mount.field("tagId"), id))
    is_(mount.items(r, "conversations"), [], "%s: nobody has it any more" % mount.name)


def seen(s):
    """Who sees a conversation may tag it."""
    mount, desk = s.mount, Desk(s.app)
    colleague = desk.operator("Otto").at(mount)
    c = s.v.start()["id"]
    id = s.made()
    mount.answers(colleague.post("/conversations/%s/tags" % c, {mount.field("tagIds"): [id]}), 200,
                  mount.done("attached"), "an operator tags what is pending")
    s.o.accept(c)
    mount.refuses(colleague.delete("/conversations/%s/tags/%s" % (c, id)), "conversation_not_found",
                  "MB-14: what is another's is not seen", "Conversation not found")
    mount.answers(s.a.delete("/conversations/%s/tags/%s" % (c, id)), 200, mount.done("detached"), "an admin sees all")
    s.a.delete("/conversations/" + c)
    mount.refuses(s.attach([id], c), "conversation_not_found", "MB-14: what is deleted is gone", "Conversation not found")


def quotas(s):
    mount = s.mount
    tags, c = [s.made() for _ in range(21)], s.v.start()["id"]
    is_(s.attach(tags[:20], c).status, 200, "%s: T-25: a conversation has up to 20 tags" % mount.name)
    mount.refuses(s.attach(tags[20:], c), "quota_reached", "T-25: one more is refused")
    is_(s.attach(tags[:20], c).status, 200, "%s: T-25: those that it has are none more" % mount.name)
    s.o.delete("/conversations/%s/tags/%s" % (c, tags[0]))
    is_(s.attach(tags[20:], c).status, 200, "%s: T-25: when one goes there is room" % mount.name)
    s.site.sql(FILL.format(s.app.organization))
    mount.refuses(s.o.post("/tags", {"name": "Too many"}), "quota_reached", "T-25: an organization has up to 1000")
    mount.refuses(s.o.post("/tags", {"name": "fill 1"}), "tag_taken", "T-16, W-10: a name that is there is told as that")
    s.a.delete("/tags/" + tags[0])
    is_(s.o.post("/tags", {"name": "Just enough"}).status, 201, "%s: T-25: when one goes there is room" % mount.name)


def main():
    site = Site()
    for mount in MOUNTS:
        shop = Shop(site, mount)
        for part in (create, race, attach, lists, foreign, delete, seen, quotas):
            part(shop)
    site.finish()


run(main)
