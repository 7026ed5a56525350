"""walk.py - every route once for each caller, and what the answers say."""
import json
import re

from .operators import Desk
from .routes import Stage, Target, routes

VOLATILE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"
                      r"\b[0-9a-f]{32}\b|\d{4}-\d\d-\d\dT[\d:.]{12}Z")


def plain(r):
    """What an answer says, without what differs each time: ids and random names in their order, and no instants."""
    names = {}
    text = VOLATILE.sub(lambda m: "time" if m[0].endswith("Z") else names.setdefault(m[0], "id%d" % len(names)),
                        r.body.decode())
    return r.status, r.headers.get("Content-Type"), json.loads(text) if text else None


def walk(door):
    """The answer of each route to each caller that succeeds, in a fresh application."""
    app = door.new_app()
    stage, found = Stage(app, Desk(app)), {}
    for route in routes():
        if not route.callers and route.name != "GET /health/ready":
            found[route.name] = plain(door.get(door.base + route.path))
        for role in filter(route.succeeds, route.callers):
            target = stage.fresh(route, role) if ":" in route.path else Target("")
            found[route.name, role] = plain(stage.ask(route, role, target))
    return found


def failures(found):
    """The routes of a walk that did not succeed."""
    return {name: answer for name, answer in found.items() if answer[0] >= 400}
