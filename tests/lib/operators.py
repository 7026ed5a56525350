"""operators.py - the other side: the operators of an organization."""
from .app import WIDE, Visitor


class Desk:
    """The operators of an application's organization. Their limits are wide unless a test names its own."""

    def __init__(self, app, **limits):
        self.app = app
        self.limit(**(limits or WIDE))

    def limit(self, **limits):
        """Sets the limits of all operators of the organization; a window that is not named stays."""
        self.app.database.foyerctl("limits", "set", self.app.id, "operator",
                                   *(word for window in limits for word in ("--" + window, limits[window])))

    def operator(self, name="Olga", role="operator"):
        made = self.app.database.foyerctl("operator", "create", self.app.organization, name, "--role", role,
                                          "--env", "test")
        return Operator(self.app, made["id"], made["key"], role, name)

    def admin(self, name="Ada"):
        return self.operator(name, "admin")


class Operator(Visitor):
    """An operator as its program presents it: one header, and the same ways to ask."""

    def __init__(self, app, id, key, role, name):
        self.door, self.id, self.role, self.name = app.door, id, role, name
        self.headers = {"Authorization": "Bearer " + key}

    def narrowed(self, application):
        """The same operator, with an X-App-Id in every request."""
        twin = object.__new__(Operator)
        twin.__dict__ = self.__dict__ | {"headers": self.headers | {"X-App-Id": application}}
        return twin

    # What most tests need first; each returns the conversation.

    def accept(self, conversation):
        return self.did(self.post("/conversations/%s/accept" % conversation))

    def leave(self, conversation):
        return self.did(self.post("/conversations/%s/leave" % conversation))

    def resolve(self, conversation):
        return self.did(self.post("/conversations/%s/resolve" % conversation))

    def name_it(self, conversation, subject):
        return self.did(self.patch("/conversations/%s/subject" % conversation, {"subject": subject}))

    def did(self, r):
        if r.status != 200:
            raise RuntimeError("expected 200: %r" % r)
        return self.mount.object(r, "conversation")
