"""app.py - an application with a key, and its visitors."""
import uuid

from .mounts import FLAT

WIDE = {"second": 1000, "minute": 10000, "hour": 100000}


class App:
    """An application in a door's database. Its limits are wide unless a test names its own, or wants the defaults."""

    def __init__(self, door, origins=(), env="test", organization=None, defaults=False, **limits):
        self.door, self.database = door, door.database
        options = [word for origin in origins for word in ("--origin", origin)]
        options += ["--org", organization] if organization else []
        made = self.database.foyerctl("app", "create", "Test " + uuid.uuid4().hex[:8], *options)
        self.id, self.organization = made["id"], made["organizationId"]
        if not defaults:
            self.limit(**(limits or WIDE))
        self.key_id, self.key = self.new_key("--env", env)

    def limit(self, **limits):
        """Sets limits of its visitors; a window that is not named stays."""
        self.database.foyerctl("limits", "set", self.id, "visitor",
                               *(word for window in limits for word in ("--" + window, limits[window])))

    def set(self, *options):
        self.database.foyerctl("app", "set", self.id, *options)

    def new_key(self, *options):
        made = self.database.foyerctl("key", "create", self.id, *options)
        return made["id"], made["key"]

    def new_operator(self, role="operator"):
        return self.database.foyerctl("operator", "create", self.organization, "Olga", "--role", role)

    def close(self, conversation):
        """Closes a conversation behind the API's back."""
        self.database.sql("UPDATE foyer.conversation SET status = 'closed', closed_at = updated_at "
                          "WHERE id = '%s'" % conversation)

    def limit_key(self, minute, key=None):
        """Sets the limit of each of its keys, or of one, in any 60 seconds; "default": the mount's."""
        self.database.foyerctl("limits", "set", self.id, "key", "--minute", minute, *(("--key", key) if key else ()))

    def visitor(self, id=None, door=None, key=None):
        return Visitor(door or self.door, self, id or str(uuid.uuid4()), key or self.key)


class Visitor:
    """A visitor as the site's backend presents it: three headers, and paths below the mount."""

    mount = FLAT

    def __init__(self, door, app, id, key):
        self.door, self.id = door, id
        self.headers = {"Authorization": "Bearer " + key, "X-App-Id": app.id, "X-Visitor-Id": id}

    def request(self, method, path, headers=None, **rest):
        """Headers given here replace those of the same name; None takes one away; a list repeats one."""
        named = dict(headers or {})
        fields = {name: value for name, value in self.headers.items() if name not in named} | named
        pairs = [(name, value) for name, given in fields.items() if given is not None
                 for value in (given if isinstance(given, list) else [given])]
        return self.door.request(method, self.door.prefix + self.mount.base + path, pairs, **rest)

    def at(self, mount):
        """The same caller, who speaks to another mount."""
        twin = object.__new__(type(self))
        twin.__dict__ = self.__dict__ | {"mount": mount}
        return twin

    def get(self, path, **rest):
        return self.request("GET", path, **rest)

    def head(self, path, **rest):
        return self.request("HEAD", path, **rest)

    def post(self, path, json=None, **rest):
        return self.request("POST", path, **({} if json is None else {"json": json}), **rest)

    def put(self, path, json=None, **rest):
        return self.request("PUT", path, **({} if json is None else {"json": json}), **rest)

    def patch(self, path, json=None, **rest):
        return self.request("PATCH", path, **({} if json is None else {"json": json}), **rest)

    def delete(self, path, **rest):
        return self.request("DELETE", path, **rest)

    # What most tests need first; the members are always those of the flat mount.

    def start(self, subject=None):
        """Starts a conversation and returns it."""
        return self.made(self.post("/conversations", {} if subject is None else {"subject": subject}), "conversation")

    def send(self, conversation, content):
        """Sends a message and returns it."""
        return self.made(self.post("/conversations/%s/messages" % conversation, {"content": content}), "message")

    def made(self, r, member):
        if r.status not in (201, 202):
            raise RuntimeError("expected 201: %r" % r)
        return self.mount.object(r, member)
