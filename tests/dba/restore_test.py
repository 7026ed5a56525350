#!/usr/bin/python3
"""restore_test.py - a backup of a database with traffic, restored elsewhere, gives the same answers.

As docs/dba.md says: the roles and one database with pg_dump, a whole cluster with pg_basebackup.
"""
import hashlib
import hmac
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.cluster import Cluster
from lib.fcgi import Worker
from lib.mounts import TRACED
from lib.operators import Desk
from lib.tap import is_, ok, run
from lib.walk import failures, walk

ID = re.compile(rb'"req_\w+"')    # of a request
CONTACT = {"name": "Zo\u00eb", "email": "zoe@example.org", "phone": "+493012345", "metadata": {"plan": "old"}}
KEY = {"Idempotency-Key": "once"}


class Scene:
    """What one application has gone through, and what is asked about it before and after."""

    def __init__(self, door):
        self.app = door.new_app()
        self.desk = Desk(self.app)
        self.visitor, self.admin = self.app.visitor(), self.desk.admin()
        self.c = self.visitor.start("Opening hours")["id"]
        self.path = "/conversations/" + self.c
        first, second = (self.visitor.send(self.c, text)["id"] for text in ("Caf\u00e9 \U0001f600?", "x" * 5000))
        self.visitor.patch("%s/messages/%s" % (self.path, first), {"content": "edited"})
        self.admin.accept(self.c)
        self.admin.send(self.c, "yes")
        self.visitor.delete("%s/messages/%s" % (self.path, second))
        self.visitor.post(self.path + "/read", {"messageId": first})
        self.sent = self.visitor.post(self.path + "/messages", {"content": "twice"}, headers=KEY)
        self.signed = CONTACT | {"proof": self.proof(CONTACT)}
        self.visitor.put("/visitor", self.signed)
        tag = self.admin.post("/tags", {"name": "Caf\u00e9"}).json["tag"]["id"]
        self.admin.post(self.path + "/tags", {"tagIds": [tag]})
        self.other = self.app.visitor()
        # A key that may read, 70 times a minute, and one that is disabled.
        reader, key = self.app.new_key("--scope", "conversations:read", "--scope", "contacts:read")
        self.app.limit_key(70, reader)
        self.reader = self.app.visitor(self.visitor.id, key=key).at(TRACED)
        disabled, key = self.app.new_key()
        door.foyerctl("key", "disable", disabled)
        self.disabled = self.app.visitor(key=key)
        # One who has spent what he had in an hour, and one who has something left.
        self.narrow = door.new_app(second=0, minute=0, hour=4)
        self.full, self.half = self.narrow.visitor(), self.narrow.visitor()
        for _ in range(4):
            self.full.get("/conversations")
        self.half.get("/conversations")

    def proof(self, contact):
        """That the visitor is the one of this contact, as the application's secret signs it."""
        secret = self.app.database.foyerctl("app", "secret", self.app.id)["secret"]
        text = "\n".join((self.visitor.id, contact["email"], contact["phone"]))
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def at(self, door):
        """The same scene, seen through another door."""
        for one in (self.visitor, self.other, self.admin, self.reader, self.disabled, self.full, self.half):
            one.door = door
        return self

    def look(self):
        """What is asked without leaving a trace that the next one would see."""
        pages = [who.get(self.path + tail) for who in (self.visitor, self.admin)
                 for tail in ("", "/messages?limit=100", "/unread", "/changes", "/changes?after=3&limit=2")]
        pages += [self.visitor.get("/conversations"), self.admin.get("/conversations"), self.visitor.get("/visitor"),
                  self.admin.get("/tags"), *(self.admin.get(self.path + tail) for tail in ("/visitor", "/tags")),
                  self.reader.get("/me"), self.reader.put("/visitor", {}), self.disabled.get("/conversations")]
        tag = self.visitor.get(self.path + "/changes").headers.get("ETag")
        same = self.visitor.get(self.path + "/changes", headers={"If-None-Match": tag})
        refused = self.full.get("/conversations")
        told = [self.visitor.door.foyerctl(*words, self.app.id) for words in (
            ("app", "show"), ("key", "list"), ("limits", "show"))]
        return [(r.status, ID.sub(b"", r.body), r.headers.get("ETag"), r.headers.get("X-RateLimit-Limit"))
                for r in pages] + [same.status, refused.status, refused.headers.get("X-RateLimit-Reset"), told]


def compare(scene, before, door, how):
    """The answers from a restored database are those from the first."""
    after = scene.at(door).look()
    is_(after, before, how + ": all that can be asked is answered as before")
    replay = scene.visitor.post(scene.path + "/messages", {"content": "twice"}, headers=KEY)
    is_((replay.status, replay.body, replay.headers.get("Idempotency-Replayed")), (201, scene.sent.body, "true"),
        how + ": a retry gets its first answer")
    forged = scene.signed | {"phone": "+493054321"}
    is_([who.put("/visitor", contact).status for who, contact in (
        (scene.visitor, scene.signed), (scene.visitor, forged), (scene.other, CONTACT))], [200, 403, 409],
        how + ": a proof is as good as before, and an e-mail address still belongs to one visitor")
    other = scene.visitor.post(scene.path + "/messages", {"content": "other"}, headers=KEY)
    is_(other.status, 409, how + ": another request with its key is refused")
    left = scene.half.get("/conversations").headers.get("X-RateLimit-Remaining")
    is_(left, "2", how + ": who had spent one request has spent two by now")
    seq = scene.visitor.get(scene.path + "/changes").json["cursor"]
    scene.visitor.send(scene.c, "after")
    is_(scene.visitor.get("%s/changes?after=%d" % (scene.path, seq)).json["cursor"], seq + 1,
        how + ": the next change has the next number")
    ok(not failures(walk(door)), how + ": every route is served")
    is_([f for f in door.foyerctl("check") if not f["ok"]], [], how + ": foyerctl finds nothing wrong")


def logical(name, home):
    """The roles and one database, into a cluster that knows neither."""
    dump, roles = os.path.join(home, "foyer.dump"), os.path.join(home, "roles.sql")
    subprocess.run(["pg_dump", "-Fc", "-f", dump, name], check=True)
    text = subprocess.run(["pg_dumpall", "--roles-only"], check=True, capture_output=True, text=True).stdout
    with open(roles, "w", encoding="utf-8") as f:
        f.write("".join(line for line in text.splitlines(True) if re.search(r"\bfoyer_\w+", line)))
    target = Cluster(fsync="off")
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", roles], check=True,
                   env=target.environment)
    subprocess.run(["pg_restore", "--create", "--exit-on-error", "-d", "postgres", dump], check=True,
                   env=target.environment)
    return target


def main():
    first = Worker()
    scene = Scene(first)
    ok(not failures(walk(first)), "a database with traffic")
    before, name = scene.look(), first.database.name
    is_([status for status, *_ in before[:-4]], [200] * 17 + [403, 401],
        "all is shown, but to a key that may not write it, or that is disabled")
    target = logical(name, first.home)
    second = Worker(database=target.database(name))
    # A whole cluster, while it runs, and before the comparison writes to it.
    copy = Cluster(origin=target, fsync="off")
    third = Worker(database=copy.database(name))
    compare(scene, before, second, "pg_dump")
    second.finish()
    compare(scene, before, third, "pg_basebackup")
    third.finish()
    first.finish()


run(main)
