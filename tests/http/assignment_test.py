#!/usr/bin/python3
"""assignment_test.py - whose conversation it is: accept, leave, resolve, subject, delete, and who may send."""
import concurrent.futures
import pathlib
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME, answers, conversation, message, micros, participant, refused, status_is
from lib.operators import Desk
from lib.rules import RATE
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

CLOSED = "Conversation is closed"
GONE = "Conversation not found"


def act(who, c, verb, **rest):
    return who.post("/conversations/%s/%s" % (c, verb), **rest)


def send(who, c, text="x"):
    return who.post("/conversations/%s/messages" % c, {"content": text})


def newest(who, c):
    return who.get("/conversations/%s/messages?order=desc&limit=1" % c).json["messages"]


def system(c, text):
    return message(conversationId=c, senderId=None, senderRole="system", type="system", content=text)


def life(app, v, op, admin, colleague):
    """From pending to closed, and what it leaves behind."""
    c = v.start("Lamp")["id"]
    known = {"id": c, "applicationId": app.id, "subject": "Lamp"}
    mine = known | {"status": "active", "assignedTo": op.id}
    us = [participant(v.id), participant(op.id, "operator")]
    r = act(op, c, "accept")
    answers(r, 200, {"conversation": conversation(**mine) | {"participants": us}}, "accept answers the conversation")
    accepted = r.json["conversation"]
    ok(accepted["updatedAt"] > accepted["createdAt"], "accept moves updatedAt", r)
    is_(accepted["participants"][1]["joinedAt"], accepted["updatedAt"], "the operator takes part from then on")
    answers(v.get("/conversations/" + c), 200, {"conversation": accepted}, "the visitor sees the same")
    answers(v.get("/conversations/%s/messages" % c), 200,
            {"messages": [system(c, op.name + " joined the conversation")], "limit": 20, "offset": 0},
            "a system message says who joined")
    is_(newest(v, c)[0]["createdAt"], accepted["updatedAt"], "at the instant of updatedAt")

    answers(send(op, c, "Hello"), 201, {"message": message(conversationId=c, senderId=op.id, senderRole="operator",
                                                           content="Hello")}, "the assigned operator sends")
    r = act(op, c, "leave", json={})
    answers(r, 200, {"conversation": conversation(**known) | {"participants": us[:1]}},
            "leave answers a pending conversation, without who has left")
    ok(r.json["conversation"]["updatedAt"] > accepted["updatedAt"], "leave moves updatedAt", r)
    answers(op.get("/conversations/%s/messages?order=desc&limit=1" % c), 200,
            {"messages": [system(c, op.name + " left the conversation")], "limit": 1, "offset": 0},
            "a system message says who left")
    status_is(send(colleague, c), 403, "after leave nobody is assigned")
    answers(act(colleague, c, "accept"), 200, {"conversation": conversation(**known | {
        "status": "active", "assignedTo": colleague.id})
        | {"participants": [us[0], participant(colleague.id, "operator")]}}, "another operator can accept it then")
    colleague.leave(c)
    again = op.accept(c)
    is_([p["userId"] for p in again["participants"]], [v.id, op.id], "who has left can accept again")
    is_(again["participants"][1]["joinedAt"], again["updatedAt"], "and takes part from then on")
    answers(send(admin, c, "Boss here"), 201, {"message": message(conversationId=c, senderId=admin.id,
                                                                  senderRole="admin", content="Boss here")},
            "an admin sends wherever it likes")
    r = act(op, c, "resolve")
    answers(r, 200, {"conversation": conversation(**mine | {"status": "closed", "closedAt": TIME})
                     | {"participants": us + [participant(admin.id, "admin")]}},
            "resolve answers a closed conversation")
    done = r.json["conversation"]
    is_(done["closedAt"], done["updatedAt"], "closed at the instant of the change")
    answers(v.get("/conversations/%s/messages?order=desc&limit=1" % c), 200,
            {"messages": [system(c, op.name + " resolved the conversation")], "limit": 1, "offset": 0},
            "a system message says who resolved it")
    answers(op.get("/conversations/" + c), 200, {"conversation": done}, "who resolved it still sees it")
    times = [micros(m["createdAt"]) for m in v.get("/conversations/%s/messages" % c).json["messages"]]
    ok(all(b - a >= 1000 for a, b in zip(times, times[1:])), "system messages too are a millisecond apart", times)
    return c


def closed(app, v, op, admin, c):
    """What a closed conversation refuses."""
    state = v.get("/conversations/" + c).body
    for verb in ("resolve", "leave"):
        refused(act(op, c, verb), "conversation_not_active", CLOSED, "%s of what is closed is 422" % verb)
        refused(act(admin, c, verb), "not_found", GONE, "%s by anybody but the assigned one is 404" % verb)
    for who in (op, admin, Desk(app).operator("New")):
        refused(act(who, c, "accept"), "conflict", None, "%s cannot accept what is closed" % who.name)
    for who in (v, op, admin):
        refused(send(who, c), "conversation_not_active", "Cannot send message: conversation is closed",
                "nobody sends to what is closed: %s" % getattr(who, "name", "the visitor"))
    is_(v.get("/conversations/" + c).body, state, "nothing of that has changed the conversation")


def refusals(site, app, v, op, admin, colleague):
    c = v.start()["id"]
    for who in (op, admin):
        for verb in ("leave", "resolve"):
            refused(act(who, c, verb), "not_found", GONE, "%s cannot %s what is pending" % (who.name, verb))
        refused(who.patch("/conversations/%s/subject" % c, {"subject": "x"}), "not_found", GONE,
                "%s cannot name what is pending" % who.name)
    op.accept(c)
    for who, what in ((op, "its own"), (colleague, "a colleague's"), (admin, "an operator's")):
        refused(act(who, c, "accept"), "conflict", None, "%s cannot accept %s" % (who.name, what))
    for who in (colleague, admin):
        for verb in ("leave", "resolve"):
            refused(act(who, c, verb), "not_found", GONE, "%s cannot %s what is an operator's" % (who.name, verb))
        refused(who.patch("/conversations/%s/subject" % c, {"subject": "x"}), "not_found", GONE,
                "%s cannot name what is an operator's" % who.name)
    is_(v.get("/conversations/" + c).json["conversation"]["assignedTo"], op.id, "it is still the first one's")
    stranger = Desk(site.new_app())
    for name in (c, v.start()["id"], str(uuid.uuid4()), "x"):
        for who in (stranger.operator("Stranger"), stranger.admin("Strange admin")):
            for verb in ("accept", "leave", "resolve"):
                refused(act(who, name, verb), "not_found", GONE, "%s of another organization's is 404" % verb)
    for verb in ("accept", "leave", "resolve"):
        for body, fault in ((b"{}", None), (b" {} ", None), (b'{"x": 1}', "x is not a known field"),
                            (b"[]", "body must be a JSON object"), (b"{", "body is not valid JSON")):
            r = act(op, str(uuid.uuid4()), verb, body=body)
            refused(r, "bad_request" if fault else "not_found", fault or GONE,
                    "%s takes no fields: %s" % (verb, body.decode()))


def subjects(app, v, op):
    c = v.start()["id"]
    before = op.accept(c)
    path = "/conversations/%s/subject" % c
    r = op.patch(path, {"subject": "  A lamp \u2603 "})
    answers(r, 200, {"conversation": before | {"subject": "A lamp \u2603", "updatedAt": TIME}},
            "subject answers the conversation, with the name trimmed")
    ok(r.json["conversation"]["updatedAt"] > before["updatedAt"], "a new subject moves updatedAt", r)
    answers(v.get("/conversations/" + c), 200, r.json, "the visitor sees it")
    is_([m["type"] for m in newest(v, c)], ["system"], "no system message tells of it")
    is_(newest(v, c)[0]["content"], op.name + " joined the conversation", "the newest is older")
    for body, fault in (({}, "subject is required"), ({"subject": None}, "subject is required"),
                        ({"subject": ""}, "subject must be 1 to 500 characters"),
                        ({"subject": " \u3000 "}, "subject must be 1 to 500 characters"),
                        ({"subject": "x" * 501}, "subject must be 1 to 500 characters"),
                        ({"subject": 1}, "subject must be a string"),
                        ({"subject": "a\0"}, "subject must not contain NUL"),
                        ({"subject": "a", "colour": 1}, "colour is not a known field")):
        refused(op.patch(path, body), "bad_request", fault, "a subject is refused: " + fault)
    is_(op.name_it(c, "x" * 500)["subject"], "x" * 500, "a subject may have 500 characters")
    op.resolve(c)
    is_(op.name_it(c, "afterwards")["subject"], "afterwards", "the assigned operator names also what is closed")


def sending(site, v, op, admin, colleague):
    c = v.start()["id"]
    r = send(op, c)
    refused(r, "forbidden", None, "an operator cannot send to what is pending")
    ok(all(name in r.headers for name in RATE), "a refusal of that kind counts", r)
    answers(send(admin, c, "Hi"), 201, {"message": message(conversationId=c, senderId=admin.id, senderRole="admin",
                                                           content="Hi")}, "an admin can")
    is_([(p["userId"], p["role"]) for p in v.get("/conversations/" + c).json["conversation"]["participants"]],
        [(v.id, "visitor"), (admin.id, "admin")], "an admin who writes takes part")
    send(admin, c)
    is_(len(v.get("/conversations/" + c).json["conversation"]["participants"]), 2, "once")
    is_(v.get("/conversations/" + c).json["conversation"]["status"], "pending", "and the conversation stays pending")
    op.accept(c)
    refused(send(colleague, c), "not_found", GONE, "what is a colleague's cannot be sent to, as it cannot be seen")
    status_is(send(op, c), 201, "the assigned operator can send")
    status_is(send(v, c), 201, "so can the visitor")
    is_([p["role"] for p in v.get("/conversations/" + c).json["conversation"]["participants"]],
        ["visitor", "admin", "operator"], "participants are listed in joining order")
    refused(send(Desk(site.new_app()).admin(), c), "not_found", GONE, "an admin of another organization cannot")
    c = v.start()["id"]
    is_(admin.accept(c)["participants"][1]["role"], "admin", "an admin can accept, and takes part as admin")
    admin.leave(c)
    is_([p["role"] for p in v.get("/conversations/" + c).json["conversation"]["participants"]], ["visitor"],
        "and leave again")


def deletion(site, v, op, admin, colleague):
    c = v.start()["id"]
    m = v.send(c, "x")["id"]
    refused(op.delete("/conversations/" + c), "forbidden", None, "an operator cannot delete what is pending")
    op.accept(c)
    r = op.delete("/conversations/" + c)
    refused(r, "forbidden", None, "nor what is its own")
    ok(all(name in r.headers for name in RATE), "a refusal of that kind counts", r)
    refused(colleague.delete("/conversations/" + c), "not_found", GONE, "to others it is 404")
    refused(Desk(site.new_app()).admin().delete("/conversations/" + c), "not_found", GONE,
            "to an admin of another organization too")
    status_is(v.get("/conversations/" + c), 200, "it is still there")
    status_is(admin.delete("/conversations/" + c), 204, "an admin deletes it")
    for who in (v, op, colleague, admin):
        name = getattr(who, "name", "the visitor")
        for method, rest in (("GET", ""), ("GET", "/messages"), ("GET", "/unread"), ("GET", "/changes"),
                             ("DELETE", "/messages/" + m)):
            refused(who.request(method, "/conversations/%s%s" % (c, rest)), "not_found", GONE,
                    "then it is 404 to %s: %s :id%s" % (name, method, rest.replace(m, ":message")))
        refused(send(who, c), "not_found", GONE, "%s cannot send to it" % name)
        is_([x["id"] for x in who.get("/conversations").json["conversations"] if x["id"] == c], [],
            "and it is in no list of %s" % name)
    for who in (op, admin):
        refused(act(who, c, "accept"), "not_found", GONE, "%s cannot accept it" % who.name)
        refused(who.delete("/conversations/" + c), "not_found", GONE, "%s cannot delete it" % who.name)
    is_(site.sql("SELECT count(*) FROM foyer.message WHERE conversation_id = '%s'" % c), "2", "its rows are kept")


def race(site, app):
    """Sixteen operators accept at once: one gets it, and the others are told so."""
    c = app.visitor().start()["id"]
    desk = Desk(app)
    operators = [desk.operator("Olga %d" % i) for i in range(16)]
    gate, holder = threading.Barrier(16), site.database.session()
    holder.lock_conversation(c)

    def accept(op):
        gate.wait()
        return act(op, c, "accept")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(accept, op) for op in operators]
        workers = len(site.server.workers())
        until(lambda: site.database.blocked() == min(16, workers), "every worker waits for the conversation")
        holder.run("COMMIT")
        answered = [future.result() for future in asked]
    holder.close()
    is_(sorted(r.status for r in answered), [200] + [409] * 15, "of sixteen at once one accepts")
    winner = next((op for op, r in zip(operators, answered) if r.status == 200), operators[0])
    is_([r.json["error"] for r in answered if r.status != 200], ["conflict"] * 15,
        "the others are told of the conflict")
    after = winner.get("/conversations/" + c).json["conversation"]
    is_([after["assignedTo"], [p["userId"] for p in after["participants"]][1:]], [winner.id, [winner.id]],
        "the conversation is the winner's, who alone takes part")
    is_([m["content"] for m in newest(winner, c)], [winner.name + " joined the conversation"], "and alone is announced")
    is_(len(winner.get("/conversations/%s/messages" % c).json["messages"]), 1, "once")


def main():
    site = Site(procs=16)
    app = site.new_app()
    desk, v = Desk(app), app.visitor()
    op, colleague, admin = desk.operator("Zo\u00eb O'Neil"), desk.operator("Otto"), desk.admin("Ada")
    c = life(app, v, op, admin, colleague)
    closed(app, v, op, admin, c)
    refusals(site, app, v, op, admin, colleague)
    subjects(app, v, op)
    sending(site, v, op, admin, colleague)
    deletion(site, v, op, admin, colleague)
    race(site, app)
    site.finish()


run(main)
