#!/usr/bin/python3
"""mounts_story_test.py - one list of scenes, played in every mount and asserted through its row of lib/mounts.py."""
import json
import pathlib
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME, UUID, UUID7, anything, conversation, message, participant
from lib.mounts import CODED, FLAT, MOUNTS, TRACED, WRAPPED
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, ok, run

NOWHERE = str(uuid.uuid4())


class Scene:
    """A visitor, an operator, an admin, and a conversation which the operator has accepted."""

    def __init__(self, site, mount):
        self.site, self.mount = site, mount
        self.app = site.new_app()
        self.app.limit_key(0)
        desk = Desk(self.app)
        self.v, self.o, self.a = (who.at(mount) for who in (self.app.visitor(), desk.operator(), desk.admin()))
        self.c = self.v.start("Story")["id"]
        self.o.accept(self.c)
        self.path = "/conversations/" + self.c
        self.messages = self.path + "/messages"

    def say(self, **fields):
        return self.mount.say(fields)


def create(s):
    mount = s.mount
    r = s.v.post("/conversations", {"subject": " Hello "})
    body = conversation(subject="Hello", applicationId=s.app.id) | {"participants": [participant(s.v.id)]}
    mount.answers(r, 201, mount.one("conversation", body),
                  "W-4, W-5, W-D4, MB-D7, MB-D10, T-D10: a creation is 201 and the new conversation")
    c = mount.object(r, "conversation")["id"]
    mount.answers(s.v.get("/conversations/" + c), 200, mount.one("conversation", body | {"id": c}),
                  "W-5, MB-D16, T-D14: the conversation is there")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [s.v.post("/conversations", {"subject": "Once"}, headers=key) for _ in range(2)]
    is_([r.status for r in answers], [201, mount.replayed],
        "%s: MB-D18: a creation is 201, and its replay %d" % (mount.name, mount.replayed))
    is_([mount.object(r, "conversation")["id"] for r in answers[1:]], [mount.object(answers[0], "conversation")["id"]],
        "%s: MB-D18: the replay has the original conversation" % mount.name)
    is_([r.headers.get("Idempotency-Replayed") for r in answers], [None, "true"],
        "%s: and says that it is one" % mount.name)


def send(s):
    mount = s.mount
    r = s.v.post(s.messages, s.say(content="Hi", contentFormat="plain"))
    body = message(content="Hi", conversationId=s.c, senderId=s.v.id)
    mount.answers(r, mount.first_send, mount.one("message", body),
                  "MB-22, MB-D11, MB-D12, MB-D13, T-D11, T-D13, W-D6: a send is %d and the stored message" % mount.first_send)
    m = mount.object(r, "message")
    is_([x["id"] for x in mount.items(s.v.get(s.messages), "messages") if x["type"] == "text"], [m["id"]],
        "%s: MB-22, MB-D15: the message has been committed when the answer comes, and is listed" % mount.name)
    for content in ("", " ", "x" * 5001, 5):
        mount.refuses(s.v.post(s.messages, {"content": content}), "fields_invalid",
                      "MB-D11, T-12, T-D12, W-2: content is 1 to 5000 characters of text", fields=["content"])
    for body in ({}, {"content": None}):
        mount.refuses(s.v.post(s.messages, body), "field_missing", "MB-7, T-12, T-19, W-18: and required",
                      fields=["content"])
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [s.v.post(s.messages, {"content": "Once"}, headers=key) for _ in range(3)]
    is_([r.status for r in answers], [mount.first_send] + [mount.replayed] * 2,
        "%s: MB-23, MB-D12: a replay is %d" % (mount.name, mount.replayed))
    mount.answers(answers[1], mount.replayed, mount.one("message", mount.object(answers[0], "message")),
                  "MB-23, MB-D12: with the original message")
    is_(s.site.sql("SELECT count(*) FROM foyer.message WHERE content = 'Once' AND conversation_id = '%s'" % s.c), "1",
        "%s: MB-23: one row was made" % mount.name)


def twins(s):
    """The same key from several clients at once makes one row."""
    mount, key, answers = s.mount, {"Idempotency-Key": uuid.uuid4().hex}, []
    threads = [threading.Thread(target=lambda: answers.append(s.v.post(s.messages, {"content": "Twin"}, headers=key)))
               for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_(sorted(r.status for r in answers), sorted([mount.first_send] + [mount.replayed] * 5),
        "%s: MB-23: of six at once one is the first and five are replays" % mount.name)
    is_(len({mount.object(r, "message")["id"] for r in answers}), 1, "%s: MB-23: all of one message" % mount.name)


def edit(s):
    mount = s.mount
    m = s.v.send(s.c, "Befor")["id"]
    r = s.v.patch("%s/%s" % (s.messages, m), {"content": "Before"})
    mount.answers(r, 200, mount.one("message", message(id=m, content="Before", conversationId=s.c, senderId=s.v.id,
                                                       editedAt=TIME)), "T-D13: an edit is the message as it is now")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    is_([s.v.patch("%s/%s" % (s.messages, m), {"content": "x"}, headers=key).status for _ in range(2)], [200, 200],
        "%s: an edit is 200 the second time too" % mount.name)
    mount.answers(s.v.delete("%s/%s" % (s.messages, m)), 200, mount.done("deleted"),
                  "T-D16: a deletion is acknowledged")
    mount.refuses(s.v.patch("%s/%s" % (s.messages, m), {"content": "x"}), "message_not_found",
                  "MB-14, T-15: a deleted message is gone", "Message not found")
    mount.refuses(s.o.patch("%s/%s" % (s.messages, s.v.send(s.c, "y")["id"]), {"content": "x"}), "forbidden",
                  "another's message cannot be edited", "You can only modify your own messages")


def read(s):
    mount = s.mount
    m = s.v.send(s.c, "Read me")["id"]
    mount.answers(s.o.get(s.path + "/unread"), 200, mount.values({"unreadCount": lambda n: n >= 1}),
                  "the unread messages are counted")
    mount.answers(s.o.post(s.path + "/read", s.say(messageId=m)), 200, mount.done("read"),
                  "MB-D20: a marker is acknowledged")
    mount.answers(s.o.get(s.path + "/unread"), 200, mount.values({"unreadCount": 0}), "MB-D20: and nothing is left")
    if mount is not FLAT:
        mount.refuses(s.o.post(s.path + "/read", {"messageId": m}), "fields_invalid",
                      "a name of the flat mount is not known")


def changes(s):
    mount = s.mount
    c = s.v.start("Changes")["id"]
    path = "/conversations/%s/changes" % c
    m = s.v.send(c, "one")["id"]
    plain = conversation(id=c, subject="Changes", applicationId=s.app.id)
    body = [{"seq": 1, "type": "conversation", "conversation": plain},
            {"seq": 2, "type": "message", "message": message(id=m, content="one", senderId=s.v.id)}]
    r = s.v.get(path)
    mount.answers(r, 200, mount.changes(body, 2, False), "changes are in the envelope, with cursor and has_more")
    mount.answers(s.v.get(path + "?limit=1"), 200, mount.changes(body[:1], 1, True), "a page of them says that more wait")
    mount.answers(s.v.get(path + "?after=2"), 200, mount.changes([], 2, False), "none is an empty page")
    r = s.v.get(path + "?after=2", headers={"If-None-Match": r.headers.get("ETag")})
    is_([r.status, r.body], [304, b""], "%s: MB-4: when there is nothing new, 304 without a body" % mount.name)
    s.v.delete("/conversations/%s/messages/%s" % (c, m))
    mount.answers(s.v.get(path + "?after=2"), 200, mount.changes(
        [{"seq": 3, "type": "message.deleted", "messageId": m}], 3, False),
        "the names inside are the mount's, the types are the same")
    one = s.v.send(c, "Read")["id"]
    s.v.post("/conversations/%s/read" % c, s.say(messageId=one))
    seq = int(s.v.get(path).headers.get("ETag").strip('"'))
    mount.answers(s.v.get("%s?after=%d" % (path, seq - 1)), 200, mount.changes(
        [{"seq": seq, "type": "read", "userId": s.v.id, "messageId": one}], seq, False),
        "MB-D14: what has been read is told by the change feed")
    for query, field in (("after=x", "after"), ("limit=0", "limit"), ("limit=101", "limit")):
        mount.refuses(s.v.get(path + "?" + query), "fields_invalid", "changes?%s is refused" % query, fields=[field])


def operators(s):
    mount = s.mount
    c = s.v.start("Work")["id"]
    path = "/conversations/" + c
    known = conversation(id=c, subject="Work", applicationId=s.app.id, updatedAt=TIME)
    both = [participant(s.v.id), participant(s.o.id, "operator")]
    mount.refuses(s.o.patch(path + "/subject", {"subject": "x"}), "conversation_not_found",
                  "T-18: a pending conversation has no subject to change", "Conversation not found")
    mount.answers(s.o.post(path + "/accept"), 200, mount.one("conversation", known | {
        "status": "active", "assignedTo": s.o.id, "participants": both}), "an operator accepts")
    mount.refuses(s.o.post(path + "/accept"), "already_assigned", "MB-15, T-16, W-11: once",
                  "Conversation is already assigned")
    mount.answers(s.o.post(path + "/leave"), 200, mount.one("conversation", known | {"participants": both[:1]}),
                  "gives it back")
    s.o.accept(c)
    mount.answers(s.o.patch(path + "/subject", {"subject": "Done"}), 200, mount.one("conversation", known | {
        "status": "active", "subject": "Done", "assignedTo": s.o.id, "participants": both}),
        "MB-D19: changes the subject")
    mount.answers(s.o.post(path + "/resolve"), 200, mount.one("conversation", known | {
        "status": "closed", "subject": "Done", "assignedTo": s.o.id, "closedAt": TIME, "participants": both}),
        "and closes it")
    for who, what in ((s.v, "its visitor"), (s.o, "its operator")):
        mount.refuses(who.post(path + "/messages", {"content": "x"}), "conversation_not_active",
                      "MB-15, MB-16, T-27, W-15: %s sends to a closed conversation" % what)
    for step in ("resolve", "leave"):
        mount.refuses(s.o.post(path + "/" + step), "conversation_not_active",
                      "MB-15, W-15: a second end by " + step, None)
    mount.refuses(s.o.delete(path), "forbidden", "only an admin deletes", "Only an admin can do this")
    r = s.a.delete(path)
    is_([r.status, r.body], [204, b""], "%s: MB-4: a conversation is deleted with 204" % mount.name)
    mount.refuses(s.v.get(path), "conversation_not_found", "MB-14, T-15, W-9: and gone for everybody",
                  "Conversation not found")


def identity(s):
    mount = s.mount
    key_id, key = s.app.new_key("--name", "Reader", "--scope", "messages:read", "--scope", "conversations:read")
    r = s.v.get("/me", headers={"Authorization": "Bearer " + key})
    mount.answers(r, 200, mount.one("caller", {
        "id": key_id, "kind": "key", "name": "Reader", "applicationId": s.app.id,
        "organizationId": s.app.organization, "role": None,
        "scopes": lambda given: sorted(given) == ["conversations:read", "messages:read"]}),
        "T-D6: /me tells a key's name, tenant and scopes")
    mount.answers(s.o.get("/me"), 200, mount.one("caller", {
        "id": s.o.id, "kind": "operator", "name": "Olga", "applicationId": None,
        "organizationId": s.app.organization, "role": "operator", "scopes": None}),
        "T-D6: and who an operator is")
    mount.answers(s.a.narrowed(s.app.id).get("/me"), 200, mount.one("caller", {
        "id": s.a.id, "kind": "operator", "name": "Ada", "applicationId": s.app.id,
        "organizationId": s.app.organization, "role": "admin", "scopes": None}), "T-D6: and to what it is narrowed")
    for what, headers in (("nobody", {}), ("a bad key", {"Authorization": "Bearer x", "X-Api-Key": "y"})):
        r = s.site.get(s.site.prefix + mount.base + "/health", headers=headers)
        mount.answers(r, 200, mount.values({"status": "ok", "version": "1", "timestamp": TIME}),
                      "T-D7: /health answers " + what)
    for path, body in (("/health/live", {"status": "ok"}), ("/health/ready", {"status": "ok", "schemaVersion": anything})):
        mount.answers(s.site.get(s.site.prefix + mount.base + path), 200, mount.values(body), "so does " + path)


def envelopes(s):
    """What holds for every response is in lib/rules.py; here is that it is there to be seen."""
    mount = s.mount
    answers = [s.v.get("/conversations"), s.v.post("/conversations", {}), s.v.get("/nowhere"),
               s.v.get("/conversations/" + NOWHERE), s.v.request("DELETE", "/conversations"),
               s.v.get("/conversations", headers={"Authorization": None}), s.v.head("/conversations"),
               s.v.post(s.messages, body=b"{")]
    ok(all(r.headers.get("X-Request-Id") for r in answers), "%s: MB-4: each response has X-Request-Id" % mount.name)
    is_(len({r.id for r in answers}), len(answers), "%s: MB-5: and each its own" % mount.name)
    if mount is TRACED:
        is_([(r.json or {}).get("request_id") for r in answers if r.body], [r.id for r in answers if r.body],
            "traced: MB-3, MB-4: each body repeats it as request_id")
        is_([set(map(type, r.json.values())) for r in answers if r.status >= 400], [{str}] * 5,
            "traced: MB-1, MB-2: an error is three strings")
    if mount is CODED:
        is_([r.json["error"]["status"] for r in answers if r.status >= 400], [r.status for r in answers
                                                                               if r.status >= 400],
            "coded: T-11: error.status is the status")
    if mount is WRAPPED:
        is_([r.json["success"] for r in answers if r.body], [r.status < 400 for r in answers if r.body],
            "wrapped: W-1, W-4: success is in every body, and true of successes alone")
    if mount.rated:
        is_([sum(name in r.headers for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"))
             for r in answers], [3] * len(answers), "%s: T-3, T-4, T-5: each response has the rate headers" % mount.name)
    conversation_id = s.v.start("Ids")["id"]
    ok(UUID7.fullmatch(conversation_id), "%s: MB-D10, T-D10: ids are UUIDs" % mount.name, conversation_id)


def transport(s):
    """Keys, JSON, and nothing that would let a page of another origin use a key."""
    mount = s.mount
    for env in ("live", "test"):
        key = s.app.new_key("--env", env)[1]
        is_([key[:8], s.v.get("/conversations", headers={"Authorization": "Bearer " + key}).status],
            ["dk_%s_" % env, 200], "%s: MB-D2, MB-D3, W-D1: a %s key is a bearer" % (mount.name, env))
    mount.refuses(s.v.post("/conversations", body=b"subject=x",
                           headers={"Content-Type": "application/x-www-form-urlencoded"}), "media_type",
                  "MB-D1: bodies are JSON")
    answers = [s.v.get("/conversations", headers={"Origin": "https://example.com"}),
               s.v.request("OPTIONS", "/conversations", headers={"Origin": "https://example.com"})]
    is_([name for r in answers for name, _ in r.headers.pairs if name.lower().startswith("access-control-")], [],
        "%s: MB-D6: no answer allows a page of another origin to use a key" % mount.name)
    limits = dict(pair.split("=", 1) for pair in s.site.sql(
        "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON oid = setrole "
        "WHERE rolname = 'foyer_web'").splitlines())
    is_([limits["statement_timeout"], limits["lock_timeout"]], ["5s", "2s"],
        "%s: T-D18: an answer does not take 15 seconds, whatever the database does" % mount.name)


def requests(s):
    """What a mount does with names, unknown parameters and ids that are none."""
    mount = s.mount
    unknown = s.v.get("/conversations?colour=1")
    if mount.strict:
        mount.refuses(unknown, "fields_invalid", "MB-7: an unknown parameter is refused",
                      "colour is not a known parameter", ["colour"])
        mount.refuses(s.v.get("/conversations/x"), "fields_invalid", "MB-7: a path id that is no UUID is refused",
                      "id must be a valid UUID", ["id"])
        mount.refuses(s.v.patch(s.messages + "/x", {"content": "x"}), "fields_invalid",
                      "MB-7: so is a message's", "message_id must be a valid UUID", ["messageId"])
        mount.refuses(s.o.delete(s.path + "/tags/x"), "fields_invalid", "MB-7: and a tag's",
                      "tag_id must be a valid UUID", ["tagId"])
    else:
        is_(unknown.status, 200, "%s: an unknown parameter is ignored" % mount.name)
        mount.refuses(s.v.get("/conversations/x"), "conversation_not_found", "an id that is no UUID names nothing",
                      "Conversation not found")
    other = s.say(contentFormat="plain") if mount is FLAT else {"contentFormat": "plain"}
    wrong = {"content_format": "plain"} if mount is FLAT else other
    r = s.v.post(s.messages, {"content": "x"} | wrong)
    mount.refuses(r, "fields_invalid", "MB-7, MB-D10, T-D10, W-3: names are the mount's own, the others are unknown")
    ok(list(wrong)[0] in json.dumps(r.json) or mount.field("contentFormat") in json.dumps(r.json),
       "%s: and the answer has the name that was sent" % mount.name, r)


def across(site):
    """One tenant, four mounts: the same things, and one Idempotency-Key for all of them."""
    app = site.new_app()
    v = app.visitor()
    c = v.start("Shared")["id"]
    path, key = "/conversations/%s/messages" % c, {"Idempotency-Key": uuid.uuid4().hex}
    answers = [v.at(mount).post(path, {"content": "One for all"}, headers=key) for mount in MOUNTS]
    is_([r.status for r in answers], [201, 200, 200, 200], "a key that the flat mount has seen is replayed in the others")
    is_(len({mount.object(r, "message")["id"] for mount, r in zip(MOUNTS, answers)}), 1, "as the same message")
    for mount, r in zip(MOUNTS, answers):
        mount.answers(r, mount.replayed if mount is not FLAT else 201, mount.one("message", message(
            content="One for all", conversationId=c, senderId=v.id)), "MB-23: in the mount's own words")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    is_([v.at(mount).post("/conversations", {"subject": "x"}, headers=key).status for mount in (TRACED, FLAT, WRAPPED)],
        [201, 201, 200], "the flat mount repeats the first status, whoever was first")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    is_([v.at(mount).post(path, {"content": "sent"}, headers=key).status for mount in (TRACED, FLAT, CODED)],
        [202, 201, 200], "and 201 of a message that was first sent with 202")
    for mount in MOUNTS:
        mount.refuses(v.at(mount).post(path, {"content": "Another"}, headers=key), "idempotency_mismatch",
                      "MB-23: another body under the key is 409")


SCENES = (create, send, twins, edit, read, changes, operators, identity, envelopes, transport,
          requests)


def main():
    site = Site()
    for mount in MOUNTS:
        scene = Scene(site, mount)
        for play in SCENES:
            play(scene)
    across(site)
    site.finish()


run(main)
