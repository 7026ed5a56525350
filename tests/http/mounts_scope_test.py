#!/usr/bin/python3
"""mounts_scope_test.py - what a key may do: a table of each scope and each route."""
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.mounts import FLAT, MOUNTS
from lib.operators import Desk
from lib.routes import Stage, Target, ask, routes
from lib.site import Site
from lib.tap import is_, ok, run

SCOPES = ("conversations:read", "conversations:write", "messages:read", "messages:write", "messages:delete",
          "contacts:read", "contacts:write")
# What a visitor's key needs; what is not here is open to every key, or to operators alone.
NEEDED = {
    "POST /conversations": "conversations:write",
    "GET /conversations": "conversations:read",
    "GET /conversations/:id": "conversations:read",
    "POST /conversations/:id/messages": "messages:write",
    "GET /conversations/:id/messages": "messages:read",
    "PATCH /conversations/:id/messages/:messageId": "messages:write",
    "DELETE /conversations/:id/messages/:messageId": "messages:delete",
    "POST /conversations/:id/read": "messages:write",
    "GET /conversations/:id/unread": "messages:read",
    "GET /conversations/:id/changes": "messages:read",
    "GET /visitor": "contacts:read",
    "PUT /visitor": "contacts:write",
    "GET /me": None,
}


def table(site, stage):
    """Each route with a key of each single scope: the one that it needs, and no other, lets it through."""
    mine = [route for route in routes() if "visitor" in route.callers]
    is_(sorted({route.name for route in mine}), sorted(NEEDED), "the table of scopes has every route of visitors")
    keys = {scope: stage.app.new_key("--scope", scope)[1] for scope in SCOPES}
    for route in mine:
        needed = NEEDED[route.name]
        passed = []
        for scope, key in keys.items():
            target = stage.fresh(route, "visitor") if route.names("id") else Target(str(uuid.uuid4()))
            r = ask(stage.visitor, route, target, headers={"Authorization": "Bearer " + key})
            if r.status < 300:
                passed.append(scope)
            else:
                FLAT.refuses(r, "scope_missing", "T-14, W-8: %s with %s alone" % (route.name, scope),
                             "Missing required scope: %s" % needed)
        is_(passed, list(SCOPES) if needed is None else [needed], "T-14, T-D4: %s needs %s" % (
            route.name, needed or "no scope"))


def everywhere(site, app):
    v = app.visitor()
    c = v.start()["id"]
    reader = app.new_key("--scope", "messages:read", "--scope", "conversations:read")[1]
    for mount in MOUNTS:
        who = v.at(mount)
        path = "/conversations/%s/messages" % c
        header = {"Authorization": "Bearer " + reader}
        is_([who.get(p, headers=header).status for p in (path, "/conversations")], [200, 200],
            "%s: T-14: a key with two scopes may do what either allows" % mount.name)
        mount.refuses(who.post(path, {"content": "x"}, headers=header), "scope_missing",
                      "T-14, W-8: and is told the scope that it lacks", "Missing required scope: messages:write")
        mount.refuses(who.post(path, body=b"{", headers=header), "scope_missing", "before its body is looked at",
                      "Missing required scope: messages:write")
        mount.refuses(who.post(path, {"content": "x"}, headers=header | {"X-Visitor-Id": None}), "scope_missing",
                      "before X-Visitor-Id", "Missing required scope: messages:write")
        is_(who.post(path, {"content": "x"}).status, mount.first_send,
            "%s: T-D4: a key without a list of scopes has all of them" % mount.name)
        r = who.get("/me")
        is_(sorted(mount.object(r, "caller")["scopes"]), sorted(SCOPES),
            "%s: T-D6: and /me spells them out" % mount.name)
        mount.refuses(site.new_app().visitor().at(mount).get("/conversations/" + c), "conversation_not_found",
                      "T-15: a key of another application sees nothing", "Conversation not found")


def order(site):
    """Where the scope is in the order of the checks."""
    app = site.new_app(origins=["example.com"])
    key = app.new_key("--scope", "messages:read")[1]
    v = app.visitor(key=key)
    app.set("--suspended", "yes")
    FLAT.refuses(v.post("/conversations", {}, headers={"Origin": "https://evil.example"}), "forbidden",
                 "the origin comes before the scope", "Origin is not allowed for this application")
    FLAT.refuses(v.post("/conversations", {}), "forbidden", "MB-13: so does the suspension", "Application is suspended")
    app.set("--suspended", "no")
    FLAT.refuses(v.post("/conversations", {}), "scope_missing", "then the scope",
                 "Missing required scope: conversations:write")
    app.limit(minute=1)
    for _ in range(3):
        FLAT.refuses(v.post("/conversations", {}), "scope_missing", "before the rate limit",
                     "Missing required scope: conversations:write")


def administered(site, app):
    key_id, _ = app.new_key("--name", "Bot", "--scope", "messages:write", "--scope", "messages:read")
    listed = {row["id"]: row for row in site.foyerctl("key", "list", app.id)}
    is_([sorted(listed[key_id]["scopes"]), listed[app.key_id]["scopes"]], [["messages:read", "messages:write"], None],
        "T-D3: key list shows the scopes, null for all")
    is_([site.database.ctl("key", "create", app.id, "--scope", scope)[0] for scope in ("everything", "", "messages")],
        [2, 2, 2], "an unknown scope is a usage error")
    site.foyerctl("key", "disable", key_id)
    row = next(row for row in site.foyerctl("key", "list", app.id) if row["id"] == key_id)
    ok(row.get("disabledAt"), "W-D3: key list shows that a key is disabled", row)
    for command in ("disable", "enable"):
        is_(site.database.ctl("key", command, str(uuid.uuid4()))[0], 1, "key %s of no key is refused" % command)
        is_(site.database.ctl("key", command, "x")[0], 2, "key %s of no UUID is a usage error" % command)
    site.foyerctl("key", "enable", key_id)
    row = next(row for row in site.foyerctl("key", "list", app.id) if row["id"] == key_id)
    is_(row.get("disabledAt"), None, "W-D3: and that it is enabled again")
    ok(not set(site.sql("SELECT hash::text || scopes::text FROM foyer.api_key").split()) & {app.key},
       "MB-D3, T-D2: no key is stored, but its hash")


def main():
    site = Site()
    app = site.new_app()
    app.limit_key(0)
    table(site, Stage(app, Desk(app)))
    everywhere(site, app)
    order(site)
    administered(site, app)
    site.finish()


run(main)
