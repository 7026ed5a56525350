"""routes.py - the table of routes, read from the program's own, and for each route a request that succeeds.

A test that walks the table meets a new route by itself, and fails until there is an example for it.
"""
import collections
import json
import os
import re
import uuid

ROW = re.compile(r'\{\s*METHOD_(\w+),\s*"([^"]*)",\s*CALLER_(\w+),\s*(\w+),')
CALLERS = {"NONE": (), "VISITOR": ("visitor",), "OPERATOR": ("operator", "admin"),
           "BOTH": ("visitor", "operator", "admin")}

Example = collections.namedtuple("Example", "status body other query", defaults=(None, None, ""))


def marker(target):
    return {"messageId": target.message}


def other_marker(target):
    return {"messageId": target.other}


def named(target):
    return {"name": target.name}


def other_named(target):
    return {"name": "Another " + target.name}


def tagged(target):
    return {"tagIds": [target.tag]}


def other_tagged(target):
    return {"tagIds": [target.tag, target.tag]}


# Status of success; body, and another good one, or what makes them of the target; query.
EXAMPLES = {
    "GET /health": Example(200),
    "GET /health/live": Example(200),
    "GET /health/ready": Example(200),
    "POST /conversations": Example(201, {"subject": "One"}, {"subject": "Another"}),
    "GET /conversations": Example(200, query="limit=2"),
    "GET /conversations/:id": Example(200),
    "DELETE /conversations/:id": Example(204),
    "POST /conversations/:id/messages": Example(201, {"content": "One"}, {"content": "Another"}),
    "GET /conversations/:id/messages": Example(200, query="limit=2"),
    "PATCH /conversations/:id/messages/:messageId": Example(200, {"content": "One"}, {"content": "Another"}),
    "DELETE /conversations/:id/messages/:messageId": Example(200),
    "POST /conversations/:id/read": Example(200, marker, other_marker),
    "GET /conversations/:id/unread": Example(200),
    "GET /conversations/:id/changes": Example(200, query="limit=2"),
    "POST /conversations/:id/accept": Example(200),
    "POST /conversations/:id/leave": Example(200),
    "POST /conversations/:id/resolve": Example(200),
    "PATCH /conversations/:id/subject": Example(200, {"subject": "One"}, {"subject": "Another"}),
    "GET /conversations/:id/visitor": Example(200),
    "GET /conversations/:id/tags": Example(200, query="limit=2"),
    "POST /conversations/:id/tags": Example(200, tagged, other_tagged),
    "DELETE /conversations/:id/tags/:tagId": Example(200),
    "GET /me": Example(200),
    "PUT /visitor": Example(200, {"name": "One"}, {"name": "Another"}),
    "GET /visitor": Example(200),
    "POST /tags": Example(201, named, other_named),
    "GET /tags": Example(200, query="limit=2"),
    "DELETE /tags/:tagId": Example(204),
}


ADMINS = ("DELETE /conversations/:id", "DELETE /tags/:tagId")    # for admins alone


class Route:
    """One row: who may call it, whether it has fields in its body, and its example."""

    def __init__(self, method, path, callers, body):
        self.method, self.path, self.callers = method, path, CALLERS[callers]
        self.fields = body != "none"
        self.name = method + " " + path
        self.writes = method != "GET"
        self.carries = method in ("POST", "PUT", "PATCH")    # others ignore a body

    @property
    def example(self):
        if self.name not in EXAMPLES:
            raise KeyError("no example in tests/lib/routes.py for the route " + self.name)
        return EXAMPLES[self.name]

    @property
    def exclusive(self):
        """Whether a key of the other kind is refused."""
        return bool(self.callers) and len(self.kinds) < len(CALLERS["BOTH"])

    def names(self, what):
        """Whether the path names a conversation (id), a message (messageId) or a tag (tagId)."""
        return ":" + what in self.path.split("/")

    def succeeds(self, role):
        """Whether a caller of that role can succeed at all."""
        return role in self.callers and (role == "admin" or self.name not in ADMINS)


def routes():
    """The rows of src/route.c."""
    with open(os.path.join(os.environ["FOYER_ROOT"], "src", "route.c"), encoding="utf-8") as f:
        table = re.search(r"routes\[\] = \{(.*?)\n\};", f.read(), re.S).group(1)
    rows = [Route(*found) for found in ROW.findall(table)]
    if not rows or len(rows) != table.count("METHOD_"):
        raise ValueError("the table of routes in src/route.c has another form than tests/lib/routes.py knows")
    for row in rows:
        row.kinds = {role for other in rows if other.name == row.name for role in other.callers}
    return rows


def metered():
    """The routes that want a key."""
    return [route for route in routes() if route.callers]


class Target:
    """A conversation, two of its messages, a tag, and a name that nothing has, for a route to name."""

    def __init__(self, conversation, message=None, other=None, tag=None):
        self.conversation = conversation
        self.message, self.other = message or str(uuid.uuid4()), other or str(uuid.uuid4())
        self.tag, self.name = tag or str(uuid.uuid4()), uuid.uuid4().hex

    def path(self, route):
        return (route.path.replace(":messageId", self.message).replace(":tagId", self.tag)
                .replace(":id", self.conversation))

    def body(self, route, another=False):
        """The example's body, or another good one; None when the route has no fields."""
        body = route.example.other if another else route.example.body
        return body(self) if callable(body) else body

    def bytes(self, route, another=False):
        body = self.body(route, another)
        return b"" if body is None else json.dumps(body).encode()


class Stage:
    """A visitor, an operator and an admin of one application, and fresh conversations for them."""

    def __init__(self, app, desk):
        self.app, self.desk = app, desk
        self.visitor, self.operator, self.admin = app.visitor(), desk.operator(), desk.admin()

    def caller(self, role):
        return getattr(self, role)

    def agent(self, role):
        """Who is assigned where a caller of that role succeeds."""
        return self.operator if role == "visitor" else self.caller(role)

    def fresh(self, route, role):
        """A target for which the caller succeeds: assigned to it, with two messages of its own."""
        conversation = self.visitor.start("Fresh")["id"]
        if route.name == "POST /conversations/:id/accept":
            return Target(conversation)
        self.agent(role).accept(conversation)
        return Target(conversation, *(self.caller(role).send(conversation, text)["id"] for text in ("first", "second")),
                      self.tag(route, conversation) if "/tags" in route.path else None)

    def tag(self, route, conversation):
        """A tag for the route; where it is to be detached, it is attached."""
        tag = self.admin.post("/tags", {"name": uuid.uuid4().hex}).json["tag"]["id"]
        if route.name == "DELETE /conversations/:id/tags/:tagId":
            self.admin.post("/conversations/%s/tags" % conversation, {"tagIds": [tag]})
        return tag

    def ask(self, route, role, target, another=False, headers=None):
        return ask(self.caller(role), route, target, another, headers)


def ask(caller, route, target, another=False, headers=None):
    """Sends the example of a route."""
    query = "?" + route.example.query if route.example.query else ""
    body = {"body": target.bytes(route, another)} if route.carries else {}
    return caller.request(route.method, target.path(route) + query, headers=headers, **body)
