#!/usr/bin/python3
"""operator_test.py - operators: their keys, their roles, and what they see."""
import pathlib
import sys
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, conversation, micros, participant, refused, status_is
from lib.operators import Desk
from lib.routes import Stage, metered
from lib.rules import RATE
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

PATH = "/conversations"


def keys(site, stage):
    op = stage.operator
    key = op.headers["Authorization"].split()[1]
    status_is(op.get(PATH), 200, "an operator needs nothing but its key")
    refused(op.get(PATH, headers={"Authorization": None}), "unauthorized", "Missing credentials",
            "without it, it is 401")
    for scheme in ("bearer", "BEARER"):
        status_is(op.get(PATH, headers={"Authorization": scheme + " " + key}), 200, scheme + " is a scheme")
    alone = {"Authorization": None, "X-Api-Key": key}
    status_is(op.get(PATH, headers=alone), 200, "X-Api-Key is the same thing")
    status_is(op.get(PATH, headers={"X-Api-Key": key}), 200, "both headers with the same key will do")
    other = stage.admin.headers["Authorization"].split()[1]
    refused(op.get(PATH, headers={"X-Api-Key": other}), "unauthorized", None, "two headers with different keys are 401")
    for bad in (key[:-1], key + "A", key[:-1] + "-", key.replace("op_test_", "op_prod_"), "op_test_", "OP" + key[2:]):
        refused(op.get(PATH, headers={"Authorization": "Bearer " + bad}), "unauthorized", "Invalid API key format",
                "a malformed operator key is told so: " + bad.replace(key[9:-2], "..."))
    for unknown in (key.replace("op_test_", "op_live_"), key.replace("op_test_", "dk_test_"), "op_test_" + "Z" * 32):
        refused(op.get(PATH, headers={"Authorization": "Bearer " + unknown}), "unauthorized", "Invalid API key",
                "an operator key that nobody has is invalid: " + unknown.replace(key[8:], "..."))
    leaver = stage.desk.operator("Leaver")
    status_is(leaver.get(PATH), 200, "a new operator's key works at once")
    site.foyerctl("operator", "revoke", leaver.id)
    refused(leaver.get(PATH), "unauthorized", "API key has been revoked", "a revoked operator's key is dead at once")
    refused(leaver.get(PATH, headers={"X-App-Id": str(uuid.uuid4())}), "unauthorized", "API key has been revoked",
            "a revoked operator is told so before its application is looked at")
    status_is(op.get(PATH), 200, "revoking an operator leaves the others alone")


def ignored(stage):
    """Headers that are for visitors only."""
    stage.app.set("--origin", "example.com", "--require-origin", "yes")
    for headers, what in (({"X-Visitor-Id": "nonsense"}, "a malformed X-Visitor-Id"),
                          ({"X-Visitor-Id": str(uuid.uuid4())}, "an X-Visitor-Id"),
                          ({"Origin": "https://evil.example"}, "a foreign Origin"),
                          ({"Origin": "null"}, "Origin: null"), ({}, "a missing Origin")):
        for asker, who in ((stage.operator, "an operator"),
                           (stage.operator.narrowed(stage.app.id), "a narrowed operator")):
            status_is(asker.get(PATH, headers=headers), 200, "%s of %s is not looked at" % (what, who))
    stage.app.set("--no-origins", "--require-origin", "no")


def applications(site, stage):
    """X-App-Id: optional; it narrows everything to one application."""
    op, admin, here = stage.operator, stage.admin, stage.app
    sibling = site.new_app(organization=here.organization)
    stranger = site.new_app()
    mine, its = stage.visitor.start("here")["id"], sibling.visitor().start("there")["id"]
    both = {c["id"]: c["applicationId"] for c in op.get(PATH).json["conversations"]}
    is_([both.get(mine), both.get(its)], [here.id, sibling.id], "an operator sees all applications of its organization")
    for application, shown, hidden in ((here, mine, its), (sibling, its, mine)):
        for asker in (op, admin):
            narrow = asker.narrowed(application.id)
            r = narrow.get(PATH)
            is_({c["applicationId"] for c in r.json["conversations"]}, {application.id},
                "X-App-Id narrows the list of an %s" % asker.role)
            is_(r.json["total"], len(r.json["conversations"]), "and its total")
            status_is(narrow.get(PATH + "/" + shown), 200, "an %s reads what X-App-Id names" % asker.role)
            for method, rest, body in (("GET", "", None), ("GET", "/messages", None), ("POST", "/accept", None),
                                       ("POST", "/messages", {"content": "x"}), ("DELETE", "", None)):
                r = narrow.request(method, "%s/%s%s" % (PATH, hidden, rest), **({"json": body} if body else {}))
                refused(r, "not_found", "Conversation not found",
                        "to an %s X-App-Id hides other applications: %s :id%s" % (asker.role, method, rest))
    status_is(op.narrowed(here.id.upper()).get(PATH), 200, "X-App-Id is a UUID in either case")
    for value, what in ((stranger.id, "of another organization"), (str(uuid.uuid4()), "unknown"),
                        ("nonsense", "no UUID"), (here.id.replace("-", ""), "without hyphens"),
                        ("{%s}" % here.id, "in braces"), (here.organization, "the organization's id")):
        for asker in (op, admin):
            refused(asker.narrowed(value).get(PATH), "unauthorized", None,
                    "an X-App-Id that is %s is 401 to an %s" % (what, asker.role))
    sibling.set("--suspended", "yes")
    for asker in (op, admin):
        r = asker.narrowed(sibling.id).get(PATH)
        refused(r, "forbidden", None, "an %s that names a suspended application is 403" % asker.role)
        ok(not any(name in r.headers for name in RATE), "and met no limiter", r)
        status_is(asker.get(PATH + "/" + its), 200, "an %s that does not name it is not stopped" % asker.role)
        status_is(asker.narrowed(here.id).get(PATH), 200, "nor one that names another")
    sibling.set("--suspended", "no")


def wrong_kind(stage):
    """A visitor's key on an operator's route, and the other way round."""
    target = stage.fresh(next(r for r in metered() if r.name == "GET /conversations/:id"), "operator")
    served = {(r.method, r.path, role) for r in metered() for role in r.callers}
    for route in metered():
        for role in ("visitor", "operator", "admin"):
            if (route.method, route.path, role) in served:
                continue
            r = stage.ask(route, role, target)
            refused(r, "forbidden", None, "%s with the key of the %s is 403" % (route.name, role))
            ok(not any(name in r.headers for name in RATE), "and has met no limiter", r)
            headers = {"Authorization": stage.caller(role).headers["Authorization"][:-1] + "?"}
            status_is(stage.ask(route, role, target, headers=headers), 401, "with a malformed key it is 401")
    status_is(stage.operator.get("/conversations/" + target.conversation), 200, "nothing has happened")


def list_of(asker, query=""):
    r = asker.get(PATH + query)
    return [c["id"] for c in r.json["conversations"]], r.json["total"]


def views(site):
    """Who sees which conversations in the list."""
    app = site.new_app()
    sibling = site.new_app(organization=app.organization)
    desk = Desk(app)
    op, colleague, admin = desk.operator("Olga"), desk.operator("Otto"), desk.admin()
    v, latest, ids = app.visitor(), 0, {}
    for name, steps in (("pending", ()), ("mine", (op.accept,)), ("closed", (op.accept, op.resolve)),
                        ("left", (op.accept, op.leave)), ("theirs", (colleague.accept,)),
                        ("theirs closed", (colleague.accept, colleague.resolve)), ("admin's", (admin.accept,)),
                        ("sibling", ())):
        until(lambda: time.time_ns() // 1_000_000 > latest, "the next millisecond")    # the order of equals is open
        c = (sibling.visitor() if name == "sibling" else v).start(name)
        for step in steps:
            c = step(c["id"])
        ids[name], latest = c["id"], micros(c["updatedAt"]) // 1000
    site.new_app().visitor().start("another organization's")

    def sees(asker, query, names, promise):
        is_(list_of(asker, query), ([ids[name] for name in names], len(names)), promise)

    seen = ["sibling", "left", "closed", "mine", "pending"]
    everything = list(ids)[::-1]
    sees(op, "", seen, "an operator sees pending conversations and its own, the latest first")
    sees(admin, "", everything, "an admin sees all of the organization")
    sees(colleague, "", ["sibling", "theirs closed", "theirs", "left", "pending"], "so does each operator its own")
    sees(op, "?assignedTo=me", ["closed", "mine"], "assignedTo=me leaves what is assigned to the operator")
    sees(admin, "?assignedTo=me", ["admin's"], "also for an admin")
    sees(op, "?status=pending", ["sibling", "left", "pending"], "status narrows")
    sees(op, "?status=active", ["mine"], "an operator does not see what is active elsewhere")
    sees(op, "?status=closed", ["closed"], "nor what is closed")
    sees(op, "?status=closed&status=active", ["closed", "mine"], "status may repeat")
    sees(op, "?status=closed&status=closed", ["closed"], "also with the same value")
    sees(admin, "?status=active&status=pending&status=closed", everything, "all statuses are everything")
    sees(admin, "?status=closed", ["theirs closed", "closed"], "an admin sees what others have closed")
    sees(op, "?status=pending&assignedTo=me", [], "nothing pending is assigned")
    sees(op, "?applicationId=" + sibling.id, ["sibling"], "applicationId narrows to an application")
    sees(op, "?applicationId=" + app.id.upper(), seen[1:], "in either case")
    sees(op, "?applicationId=%s&status=active&assignedTo=me" % app.id, ["mine"], "filters combine")
    sees(op.narrowed(app.id), "?applicationId=" + sibling.id, [], "applicationId does not widen what X-App-Id narrows")
    for query, page in (("?limit=2", everything[:2]), ("?limit=2&offset=3", everything[3:5]),
                        ("?offset=7", everything[7:]), ("?offset=8", [])):
        is_(list_of(admin, query), ([ids[name] for name in page], 8), "the total is of all pages: " + query)
    for bad, fault in (("status=open", "status"), ("status=", "status"), ("status=pending&status=x", "status"),
                       ("status=pending,active", "status"), ("status=pending%2Cactive", "status"),
                       ("status=PENDING", "status"), ("applicationId=x", "applicationId"),
                       ("assignedTo=you", "assignedTo"), ("assignedTo=" + op.id, "assignedTo"),
                       ("assignedTo=me&assignedTo=me", "assignedTo"),
                       ("applicationId=%s&applicationId=%s" % (app.id, app.id), "applicationId")):
        r = op.get(PATH + "?" + bad)
        ok(r.status == 400 and r.json["error"] == "bad_request" and r.json["message"].startswith(fault + " "),
           "%s is refused by its name" % bad.replace(app.id, ":id").replace(op.id, ":operator"), r)
    refused(op.get(PATH + "?limit=0"), "bad_request", "limit must be an integer from 1 to 100", "the limit has bounds")
    is_(sorted(list_of(v, "?status=closed&status=x&assignedTo=you&applicationId=x")[0]),
        sorted(id for name, id in ids.items() if name != "sibling"), "a visitor's filters are ignored")
    v.send(ids["pending"], "bump")
    is_(list_of(op)[0][:2], [ids["pending"], ids["sibling"]], "a message moves a conversation to the top")
    is_(list_of(op, "?limit=1")[0] + list_of(op, "?limit=1&offset=1")[0], [ids["pending"], ids["sibling"]],
        "of all pages")
    answers(op.get(PATH + "?status=active"), 200, {
        "conversations": [conversation(id=ids["mine"], applicationId=app.id, status="active", subject="mine",
                                       assignedTo=op.id) | {"unreadCount": 0}],
        "total": 1, "limit": 20, "offset": 0}, "a list shows each conversation with its unreadCount")
    unread(op, colleague, v, ids)
    one_by_one(op, colleague, admin, v, ids)


def unread(op, colleague, v, ids):
    first = v.send(ids["mine"], "one")["id"]
    v.send(ids["mine"], "two")
    op.send(ids["mine"], "reply")

    def counts(asker):
        return {c["id"]: c["unreadCount"] for c in asker.get(PATH).json["conversations"]}

    is_([counts(op)[ids[name]] for name in ("mine", "pending", "left")], [2, 1, 0],
        "unreadCount is of the visitor's messages, neither of operators' nor of the system's")
    op.post("/conversations/%s/read" % ids["mine"], {"messageId": first})
    op.post("/conversations/%s/read" % ids["pending"], {"messageId": v.send(ids["pending"], "three")["id"]})
    is_([counts(op)[ids["mine"]], counts(op)[ids["pending"]], counts(colleague)[ids["pending"]]], [1, 0, 2],
        "and after the operator's own marker")
    is_(all("unreadCount" not in c for c in v.get(PATH).json["conversations"]), True, "a visitor's list has none")


def one_by_one(op, colleague, admin, v, ids):
    """What a list does not show is 404, like what does not exist."""
    for name in ids:
        for asker, hidden in ((op, ("theirs", "theirs closed", "admin's")), (colleague, ("mine", "closed", "admin's")),
                              (admin, ())):
            for rest in ("", "/messages", "/unread", "/changes"):
                r = asker.get("/conversations/%s%s" % (ids[name], rest))
                who = "%s's GET :id%s of %s" % (asker.name, rest, name)
                if name not in hidden:
                    status_is(r, 200, who + " is 200")
                    continue
                like = asker.get("/conversations/%s%s" % (uuid.uuid4(), rest))
                is_((r.status, r.body), (404, like.body), who + " is 404, as of nothing")
    answers(admin.get("/conversations/" + ids["theirs"]), 200, {
        "conversation": conversation(id=ids["theirs"], status="active", subject="theirs", assignedTo=colleague.id)
        | {"participants": [participant(v.id), participant(colleague.id, "operator")]}},
        "an admin sees whose a conversation is, and does not take part by looking")


def limits(site):
    """Operators have windows of their own, whatever they name."""
    app = site.new_app()
    sibling = site.new_app(organization=app.organization)
    desk = Desk(app, second=0, minute=0, hour=4)
    op, other, stranger = desk.operator(), desk.operator(), Desk(site.new_app()).operator()
    asked = [who.get(PATH) for who in (op, op.narrowed(app.id), op.narrowed(sibling.id), op, op)]
    is_([(r.status, r.headers.get("X-RateLimit-Limit"), r.headers.get("X-RateLimit-Remaining")) for r in asked],
        [(200, "4", "3"), (200, "4", "2"), (200, "4", "1"), (200, "4", "0"), (429, "4", "0")],
        "an operator's requests count together, in all applications of its organization")
    refused(asked[4], "rate_limit_exceeded", None, "one too many is refused")
    is_((asked[4].json["cause"], asked[4].json["window"]), ("per_operator", "hour"), "as a request of the operator")
    is_(other.get(PATH).headers.get("X-RateLimit-Remaining"), "3", "another operator has its own windows")
    is_(stranger.get(PATH).headers.get("X-RateLimit-Limit"), "1000", "another organization has its own limits")
    status_is(app.visitor().get(PATH), 200, "and visitors have theirs")
    Desk(sibling, hour=5)
    is_(op.get(PATH).headers.get("X-RateLimit-Limit"), "5", "the limits may be set by any application's name")


def main():
    site = Site()
    app = site.new_app()
    stage = Stage(app, Desk(app))
    keys(site, stage)
    ignored(stage)
    applications(site, stage)
    wrong_kind(stage)
    views(site)
    limits(site)
    site.finish()


run(main)
