#!/usr/bin/python3
"""isolation_test.py - what is not the caller's is, to the byte, like what does not exist.

Walks the table of routes: each is asked by each kind of caller for conversations and messages of others.
"""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.ledger import Ledger
from lib.operators import Desk
from lib.routes import Stage, Target, ask, metered, routes
from lib.site import Site
from lib.tap import is_, ok, run

# What differs from one answer to the next, whatever was asked.
VARYING = {"x-request-id", "date", "x-ratelimit-remaining", "x-ratelimit-reset"}
ACCEPT = "POST /conversations/:id/accept"    # may name any conversation of the organization


class World:
    """Two applications of an organization and one of another, with people in each."""

    def __init__(self, site):
        app = site.new_app()
        sibling, stranger = site.new_app(organization=app.organization), site.new_app()
        self.here, self.beside = Stage(app, Desk(app)), Stage(app, Desk(app))
        self.sibling, self.abroad = Stage(sibling, Desk(sibling)), Stage(stranger, Desk(stranger))
        # the same visitor id, and the same operators, in another application
        self.double = Stage(sibling, Desk(sibling))
        self.double.visitor = sibling.visitor(id=self.here.visitor.id)
        self.double.operator, self.double.admin = self.here.operator, self.here.admin

    def others(self, route, role):
        """Who asks, whose conversations it asks for, and what these are to it."""
        me = self.here.caller(role)
        yield me, self.abroad, "another organization's"
        if role == "visitor":
            yield me, self.beside, "another visitor's"
            yield me, self.sibling, "another application's"
            yield me, self.double, "that of the same visitor id in another application"
            return
        yield me.narrowed(self.here.app.id), self.double, "its own of another application than X-App-Id"
        yield me.narrowed(self.here.app.id), self.sibling, "another's of another application than X-App-Id"
        if role == "operator" and route.name != ACCEPT:
            yield me, self.beside, "a colleague's"


def seen(r):
    """What a client can see of an answer, but for what always varies."""
    return r.status, r.body, sorted((name.lower(), value) for name, value in r.headers.pairs
                                    if name.lower() not in VARYING)


def nobody():
    return Target(str(uuid.uuid4()))


def is_like_nothing(r, nothing, ledger, promise):
    is_((seen(r), ledger.changed()), (seen(nothing), False), promise)
    if nothing.status != 404:
        status_is(nothing, 404, "and that is 404")


def conversations(world, ledger):
    """Every route that names a conversation, with that of somebody else."""
    for route in metered():
        for role in route.callers if route.names("id") else ():
            for asker, owner, whose in world.others(route, role):
                target = owner.fresh(route, role)
                key = {"Idempotency-Key": str(uuid.uuid4())} if route.writes else {"If-None-Match": "*"}
                ledger.changed()
                for headers in ({}, key):
                    what = "%s by the %s of %s%s" % (route.name, role, whose, ", conditionally" * bool(headers))
                    is_like_nothing(ask(asker, route, target, headers=headers),
                                    ask(asker, route, nobody(), headers=headers), ledger, what)
                mixed(world, route, role, asker, target, ledger, whose)
                if not route.succeeds(role):
                    continue
                first = ask(owner.caller(role), route, target, headers=key if route.writes else {})
                status_is(first, route.example.status, "which its owner can have: %s of %s" % (route.name, whose))
                ledger.changed()
                if route.writes and owner is not world.double:
                    is_like_nothing(ask(asker, route, target, headers=key), ask(asker, route, nobody(), headers=key),
                                    ledger, "%s by the %s with the Idempotency-Key of the owner" % (route.name, role))


def mixed(world, route, role, asker, target, ledger, whose):
    """A message of somebody else in one's own conversation, and the other way round."""
    if not (route.names("messageId") or route.name.endswith("/read")):
        return
    mine = world.here.fresh(route, role)
    ledger.changed()
    is_like_nothing(ask(asker, route, Target(mine.conversation, target.message)),
                    ask(asker, route, Target(mine.conversation)), ledger,
                    "%s by the %s in its own conversation, of a message that is %s" % (route.name, role, whose))
    is_like_nothing(ask(asker, route, Target(target.conversation, mine.message)), ask(asker, route, nobody()), ledger,
                    "%s by the %s of its own message, in a conversation that is %s" % (route.name, role, whose))
    is_like_nothing(ask(asker, route, Target(target.conversation)), ask(asker, route, nobody()), ledger,
                    "%s by the %s of nothing, in a conversation that is %s" % (route.name, role, whose))


def cursors(world, ledger):
    """Messages of somebody else as cursors."""
    route = next(r for r in metered() if r.name == "GET /conversations/:id/messages")
    for role in route.callers:
        mine = world.here.fresh(route, role)
        for asker, owner, whose in world.others(route, role):
            theirs = owner.fresh(route, role)
            ledger.changed()
            for place, query in ((mine, "after=%s"), (mine, "before=%s"), (mine, "after=%s&before=" + mine.message),
                                 (theirs, "after=%s"), (theirs, "before=%s")):
                path = "/conversations/%s/messages?" % place.conversation
                nowhere = path if place is mine else "/conversations/%s/messages?" % uuid.uuid4()
                is_like_nothing(asker.get(path + query % theirs.message), asker.get(nowhere + query % uuid.uuid4()),
                                ledger, "%s of a message that is %s, by the %s" % (query[:6], whose, role))


def deleted(world, ledger):
    """What an admin has deleted is nobody's any more."""
    for route in metered():
        for role in route.callers if route.names("id") else ():
            target = world.here.fresh(route, role)
            world.beside.admin.delete("/conversations/" + target.conversation)
            ledger.changed()
            is_like_nothing(world.here.ask(route, role, target), world.here.ask(route, role, nobody()), ledger,
                            "%s by the %s of what has been deleted" % (route.name, role))


def lists(world):
    """The routes that name nothing show and touch only what is the caller's."""
    here, page = world.here, "/conversations?limit=100&offset=%d"
    mine = here.visitor.start("mine")["id"]
    theirs = {whose: stage.visitor.start("theirs")["id"] for whose, stage in (
        ("another visitor's", world.beside), ("another application's", world.sibling),
        ("the same visitor id's in another application", world.double), ("another organization's", world.abroad))}

    def listed(asker):
        found, offset = {}, 0
        while rows := asker.get(page % offset).json["conversations"]:
            found |= {c["id"]: c for c in rows}
            offset += 100
        return found

    shown = listed(here.visitor)
    ok(mine in shown and {c["applicationId"] for c in shown.values()} == {here.app.id}, "a visitor sees its own", shown)
    for whose, id in theirs.items():
        ok(id not in shown, "a visitor's list has nothing that is " + whose)
    for asker in (here.operator, here.admin):
        shown = listed(asker)
        is_({c["applicationId"] for c in shown.values()}, {here.app.id, world.sibling.app.id},
            "the list of an %s is of its organization" % asker.role)
        narrow = listed(asker.narrowed(here.app.id))
        is_({c["applicationId"] for c in narrow.values()}, {here.app.id}, "and narrowed of one application")
        for id, whose in ((world.abroad.app.id, "another organization's"),
                          (world.abroad.app.organization, "no application's")):
            is_(seen(asker.get("/conversations?applicationId=" + id)),
                seen(asker.get("/conversations?applicationId=%s" % uuid.uuid4())),
                "an applicationId that is %s is like none" % whose)
        ok(theirs["another organization's"] not in shown, "no list of an %s has another organization's" % asker.role)


def namesakes(world):
    """A visitor may have any id, also that of an operator, which everybody can see. It is somebody else still."""
    op = world.here.operator
    v = world.here.app.visitor(id=op.id)
    c = v.start()["id"]
    mine = v.send(c, "visitor")["id"]
    people = [(p["userId"], p["role"]) for p in op.accept(c)["participants"]]
    is_(people, [(op.id, "visitor"), (op.id, "operator")], "a visitor with an operator's id does not take its place")
    its = op.send(c, "operator")["id"]
    for who, name, m in ((v, "a visitor with an operator's id", its), (op, "an operator with a visitor's id", mine)):
        for method, body in (("PATCH", {"json": {"content": "forged"}}), ("DELETE", {})):
            refused(who.request(method, "/conversations/%s/messages/%s" % (c, m), **body), "forbidden",
                    "You can only modify your own messages", "%s of the other's message by %s" % (method, name))
    v.post("/conversations/%s/read" % c, {"messageId": mine})
    is_(op.get("/conversations/%s/unread" % c).json, {"unreadCount": 1}, "what the one has read the other has not")


def contacts(world):
    """What a site says of a visitor is of that visitor in that application."""
    here, said = world.here, {"name": "Ada", "email": "ada@example.com", "metadata": {"plan": "pro"}}
    status_is(here.visitor.put("/visitor", said), 200, "a visitor is identified")
    for stage, whose in ((world.beside, "another visitor"), (world.sibling, "another application's visitor"),
                         (world.double, "the same visitor id in another application"),
                         (world.abroad, "another organization's visitor")):
        shown = stage.visitor.get("/visitor").json["visitor"]
        is_([shown[name] for name in said], [None, None, {}], "%s has none of it" % whose)
    status_is(world.beside.visitor.put("/visitor", said), 409, "an e-mail address is one visitor's")
    for stage in (world.sibling, world.abroad):
        status_is(stage.visitor.put("/visitor", said), 200, "but in each application anew")
    for asker in (here.visitor, here.operator, here.admin):
        caller = asker.get("/me").json["caller"]
        is_(caller["organizationId"], here.app.organization, "%s is told of its own organization" % caller["kind"])


def tags(world, ledger):
    """An organization's tags are nothing to another one."""
    name = uuid.uuid4().hex
    mine = world.here.admin.post("/tags", {"name": name}).json["tag"]["id"]
    stranger = world.abroad.admin
    status_is(stranger.post("/tags", {"name": name}), 201, "another organization may have a tag of the same name")
    ok(mine not in [tag["id"] for tag in stranger.get("/tags?limit=100").json["tags"]], "its list has not ours")
    ok(mine in [tag["id"] for tag in world.beside.operator.get("/tags?limit=100").json["tags"]], "a colleague's has")
    c = world.abroad.visitor.start()["id"]
    stranger.accept(c)
    ledger.changed()
    for ask_for in (lambda id: stranger.delete("/tags/" + id),
                    lambda id: stranger.post("/conversations/%s/tags" % c, {"tagIds": [id]}),
                    lambda id: stranger.delete("/conversations/%s/tags/%s" % (c, id))):
        is_like_nothing(ask_for(mine), ask_for(str(uuid.uuid4())), ledger, "another organization's tag is none")
    is_(stranger.get("/conversations?tagId=" + mine).json["conversations"], [], "and finds nothing")


def main():
    site = Site()
    world, ledger = World(site), Ledger(site.database)
    names = [route.name for route in routes() if route.example]
    ok(len(names) == len(routes()), "there is an example for each of %d routes" % len(names))
    conversations(world, ledger)
    cursors(world, ledger)
    deleted(world, ledger)
    lists(world)
    namesakes(world)
    contacts(world)
    tags(world, ledger)
    rest = {route.name for route in metered() if not route.names("id")}
    is_(rest, {"POST /conversations", "GET /conversations", "GET /me", "PUT /visitor", "GET /visitor", "POST /tags",
               "GET /tags", "DELETE /tags/:tagId"}, "the routes that name no conversation are those tried")
    ledger.close()
    site.finish()


run(main)
