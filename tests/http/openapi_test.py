#!/usr/bin/python3
"""openapi_test.py - docs/openapi.yaml says what the program does: no more, no less, and a liar is caught."""
import copy
import json
import pathlib
import re
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import http, openapi
from lib.faults import targets
from lib.operators import Desk
from lib.routes import CALLERS, ROW, Stage, Target, ask, routes
from lib.site import Site
from lib.tap import is_, ok, run

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
DOCUMENTED = openapi.description()


# --- the sources -------------------------------------------------------------------------------------------------

def source(name):
    return (SOURCES / name).read_text()


def fields(text):
    """The names of the fields of each table of src/route.c."""
    tables = re.findall(r"struct field (\w+)\[\] = \{\n(.*?)\n\};", text, re.S)
    return {name: {found.lower() for found in re.findall(r"\bFIELD_(LIMIT|OFFSET)\b", body)}
            | set(re.findall(r'\.name = "(\w+)"', body)) for name, body in tables} | {"NULL": set()}


def coded():
    """Of each method and path in src/route.c who may call, and the fields of body and query."""
    text, found = source("route.c"), {}
    known = fields(text)
    for method, path, callers, body, query in ROW.findall(text):
        route = found.setdefault((method, re.sub(r":(\w+)", r"{\1}", path)), [set(), set(), set()])
        route[0] |= set(CALLERS[callers])
        route[1] |= known[body]
        route[2] |= known[query]
    return found


def callers(operation):
    """Who may call, by what is said about keys and X-Visitor-Id."""
    if operation.get("security") == []:
        return set(CALLERS["NONE"])
    needed = [p["required"] for p in operation["parameters"] if p["name"] == "X-Visitor-Id"]
    return set(CALLERS[{(): "OPERATOR", (True,): "VISITOR", (False,): "BOTH"}[tuple(needed)]])


def described():
    """The same of each documented operation."""
    found = {}
    for method, template in DOCUMENTED.operations:
        operation = DOCUMENTED.inlined(DOCUMENTED.document["paths"][template][method.lower()])
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        found[method, template] = [
            callers(operation), set(body.get("properties", {})),
            {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}]
    return found


def tables():
    program, documented = coded(), described()
    ok(len(program) > 15, "the routes of src/route.c are found", program)
    is_(sorted(documented), sorted(program), "the paths and methods are those of src/route.c")
    for route in sorted(set(program) & set(documented)):
        is_(documented[route], program[route], "%s %s: callers, body and query are those of src/route.c" % route)


def texts(response):
    """Status aside, code and texts that an error response may have; no texts: any."""
    schemas = [response["content"]["application/json"]["schema"]] if "content" in response else []
    while schemas:
        schema = schemas.pop()
        schemas += schema.get("allOf", ())
        code = schema.get("properties", {}).get("error", {}).get("const")
        if code:
            message = schema["properties"].get("message", {})
            return code, message.get("enum", [message["const"]] if "const" in message else [])
    return None, []


def problems():
    """Codes and texts are those of src/problems.def, but for the three that say more than their text."""
    coded = re.findall(r'^X\(\w+, "(\w+)", (\d+), "(\w+)", "([^"]*)"\)', source("problems.def"), re.M)
    documented, codes = set(), set()
    for responses in DOCUMENTED.all_responses():
        for status, response in responses.items():
            code, messages = texts(DOCUMENTED.inlined(response))
            codes |= {(status, code)} if code else set()
            documented |= {(status, code, message) for message in messages}
    ok(len(coded) > 30, "the problems of src/problems.def are found", coded)
    is_(sorted(codes), sorted({(status, code) for _, status, code, _ in coded}), "codes and statuses are the program's")
    is_(sorted(documented - {row[1:] for row in coded}), [], "every documented text is one of the program's")
    open_ended = {"fields_invalid", "edit_window_expired", "rate_limited"}
    is_(sorted(row[1:] for row in coded if row[0] not in open_ended and row[1:] not in documented and
               row[1] != "400"), [], "every text of the program is documented, 400 aside")


# --- every documented response -----------------------------------------------------------------------------------

def stages(site):
    """Callers of a good application, of a suspended one, and of one whose windows are full."""
    apps = [site.new_app() for _ in range(4)]
    good, suspended, full, good_abroad = (Stage(app, Desk(app)) for app in apps)
    good.abroad, good.colleague = good_abroad, good.desk.operator("Otto")
    suspended.app.set("--suspended", "yes")
    for role in CALLERS["BOTH"]:
        full.caller(role).get("/conversations")
    full.app.limit(hour=1)
    full.desk.limit(hour=1)
    return good, suspended, full


def met(route, role, good, suspended, full):
    """The answers that a caller can get from a route, while the database is well."""
    named = route.names("id")
    target = good.fresh(route, role) if named else Target(str(uuid.uuid4()))
    yield good.ask(route, role, target)
    yield good.ask(route, role, target, headers={"X-%d" % i: "x" for i in range(101)})
    if not route.callers:
        return
    yield good.ask(route, role, target, headers={"Authorization": None})
    yield good.ask(route, role, target, headers={"X-Visitor-Id": None, "Idempotency-Key": "a b"})
    yield suspended.ask(route, role, target, headers={"X-App-Id": suspended.app.id})
    yield full.ask(route, role, target)
    if route.exclusive:
        yield ask(good.operator if role == "visitor" else good.visitor, route, target)
    if route.carries:
        for body, headers in ((b" " * 131073, {}), (b"{}", {"Content-Type": "text/plain"})):
            yield good.caller(role).request(route.method, target.path(route), headers, body=body)
    if route.fields:
        again = good.fresh(route, role) if named else target
        yield good.ask(route, role, again, headers={"Idempotency-Key": "again"})
        yield good.ask(route, role, again, another=True, headers={"Idempotency-Key": "again"})
    for vain in targets(good, route, role, good.fresh(route, role)) if named else ():
        yield good.caller(role).request(route.method, vain.target.path(route) + "?" + vain.query,
                                        **({"body": vain.target.bytes(route)} if route.carries else {}))
    if route.path.endswith("/changes"):
        yield good.ask(route, role, target, headers={"If-None-Match": "*"})


def outages(site, good, seen):
    """A fault in the database, then no database."""
    site.sql("ALTER TABLE foyer.api_key RENAME TO key; ALTER TABLE foyer.operator RENAME TO op; "
             "CREATE OR REPLACE FUNCTION foyer_api.ready(OUT status text, OUT \"schemaVersion\" integer) "
             "LANGUAGE sql AS $$ SELECT 'ok', 1 / 0 $$")
    everywhere(good, seen)
    site.database.alter("ALLOW_CONNECTIONS false")
    site.database.disconnect()
    everywhere(good, seen)


def everywhere(good, seen):
    target = Target(str(uuid.uuid4()))
    for route in routes():
        caller = good.caller((route.callers or ("visitor",))[-1])
        r = caller.request(route.method, target.path(route), fault=True,
                           **({"body": target.bytes(route)} if route.carries else {}))
        seen[route.name].add(str(r.status))


def walk(site):
    good, suspended, full = stages(site)
    seen = {route.name: set() for route in routes()}
    for route in routes():
        for role in route.callers or ("visitor",):
            seen[route.name] |= {str(r.status) for r in met(route, role, good, suspended, full)}
    outages(site, good, seen)
    for name, statuses in seen.items():
        method, path = name.split(" ")
        is_(sorted(statuses), sorted(DOCUMENTED.responses(method, DOCUMENTED.template(path))),
            "%s is answered in all documented ways, and in no other" % name)


# --- a liar ------------------------------------------------------------------------------------------------------

def tampered(r, change=None, status=None, without=None, extra=(), body=None):
    """A copy of a response, with a lie in it; change gets the JSON of the body."""
    if change:
        told = copy.deepcopy(r.json)
        change(told)
        body = json.dumps(told).encode()
    headers = [pair for pair in r.headers.pairs if pair[0] != without] + list(extra)
    return http.Response(r.method, r.target, status or r.status, headers, r.body if body is None else body)


def put(*places, value):
    """Puts a value at a place of a JSON value; Ellipsis takes away what is there."""
    def change(node):
        for place in places[:-1]:
            node = node[place]
        if value is ...:
            del node[places[-1]]
        else:
            node[places[-1]] = value
    return change


def lies(site):
    """Pairs of a sentence and a tampered response; the sentence None: as it came."""
    app = site.new_app()
    v, admin = app.visitor(), Desk(app).admin()
    c = v.start("Hours")["id"]
    m = v.send(c, "x")["id"]
    one, mine, all_ = v.get("/conversations/" + c), v.get("/conversations"), admin.get("/conversations")
    feed, messages = v.get("/conversations/%s/changes" % c), v.get("/conversations/%s/messages" % c)
    missing = v.get("/conversations/" + str(uuid.uuid4()))
    stranger = v.get("/conversations", headers={"Authorization": None})
    nowhere, method = v.get("/nowhere"), v.delete("/conversations")
    app.limit(hour=1)
    full = v.get("/conversations")
    app.limit(hour=1000)
    gone = admin.delete("/conversations/" + c)
    for r in (one, mine, all_, feed, messages, missing, stranger, nowhere, method, full, gone):
        yield None, r
    conversation = ("conversation",)
    for name in one.json["conversation"]:
        yield "a conversation without " + name, tampered(one, put(*conversation, name, value=...))
    for name in messages.json["messages"][0]:
        yield "a message without " + name, tampered(messages, put("messages", 0, name, value=...))
    for value in (None, 5, True, "", "2025-01-15T10:30:05Z", "2025-01-15 10:30:05.000Z",
                  "2025-01-15T10:30:05.000+00:00"):
        yield "createdAt %r" % value, tampered(one, put(*conversation, "createdAt", value=value))
    for value in (None, 7, c.upper(), "{%s}" % c, c[:-1]):
        yield "id %r" % value, tampered(one, put(*conversation, "id", value=value))
    yield "a subject that is a number", tampered(one, put(*conversation, "subject", value=5))
    yield "an empty subject", tampered(one, put(*conversation, "subject", value=""))
    yield "a status that there is not", tampered(one, put(*conversation, "status", value="open"))
    yield "a member too many", tampered(one, put(*conversation, "colour", value=None))
    yield "a member too many in a participant", tampered(one, put(*conversation, "participants", 0, "name", value="x"))
    yield "a member too many around the conversation", tampered(one, put("ok", value=True))
    yield "a member named twice", tampered(one, body=one.body.replace(b'"subject"', b'"status":"pending","subject"'))
    yield "unreadCount in a visitor's list and not in all", tampered(all_, lambda told: told["conversations"].append(
        {name: value for name, value in told["conversations"][0].items() if name != "unreadCount"}))
    yield "participants in a list", tampered(mine, put("conversations", 0, "participants", value=[]))
    yield "a total that is a text", tampered(mine, put("total", value="1"))
    yield "no total", tampered(mine, put("total", value=...))
    yield "a total in a list of messages", tampered(messages, put("total", value=1))
    yield "a change of two types", tampered(feed, put("changes", 0, "messageId", value=m))
    yield "a change of an unknown type", tampered(feed, put("changes", 0, "type", value="typing"))
    yield "a change without its object", tampered(feed, put("changes", 0, "conversation", value=...))
    yield "no ETag", tampered(feed, without="ETag")
    yield "an ETag without quotes", tampered(feed, without="ETag", extra=[("ETag", "2")])
    yield "an undocumented status", tampered(one, status=202)
    yield "a status of another route", tampered(one, status=201)
    yield "no X-Request-Id", tampered(one, without="X-Request-Id")
    yield "a malformed X-Request-Id", tampered(one, without="X-Request-Id", extra=[("X-Request-Id", "req_1")])
    yield "no Cache-Control", tampered(one, without="Cache-Control")
    yield "a body that may be cached", tampered(one, without="Cache-Control", extra=[("Cache-Control", "private")])
    yield "X-RateLimit-Remaining below zero", tampered(one, without="X-RateLimit-Remaining",
                                                       extra=[("X-RateLimit-Remaining", "-1")])
    for header in ("Retry-After: 1", "Allow: GET", 'ETag: "1"', "Idempotency-Replayed: true",
                   "WWW-Authenticate: Bearer"):
        yield "a GET of a conversation with %s" % header, tampered(one, extra=[tuple(header.split(": "))])
    yield "HTML", tampered(one, body=b"<html>", without="Content-Type", extra=[("Content-Type", "text/html")])
    yield "no body", tampered(one, body=b"")
    yield "a body with 204", tampered(gone, body=b"{}")
    yield "401 without WWW-Authenticate", tampered(stranger, without="WWW-Authenticate")
    yield "401 with rate headers", tampered(stranger, extra=[("X-RateLimit-Limit", "3")])
    yield "405 without Allow", tampered(method, without="Allow")
    yield "429 without Retry-After", tampered(full, without="Retry-After")
    yield "429 without X-RateLimit-Reset", tampered(full, without="X-RateLimit-Reset")
    yield "429 with a message", tampered(full, put("message", value="Too many requests"))
    yield "429 without a window", tampered(full, put("window", value=...))
    yield "429 with a fraction of a second", tampered(full, put("retryAfter", value=0.5))
    for value in ("forbidden", "no_such_code", None):
        yield "404 with the code %s" % value, tampered(missing, put("error", value=value))
    for value in ("Gone", "Message not found", "", None):
        yield "404 with the message %r" % value, tampered(missing, put("message", value=value))
    yield "an error with a member too many", tampered(missing, put("detail", value="x"))
    yield "200 of an unknown path", tampered(nowhere, status=200)
    yield "404 of an unknown path that names a resource", tampered(nowhere, put("message", value="Message not found"))


def liar(site):
    for what, r in lies(site):
        found = list(openapi.breaches(r, site.base))
        if what is None:
            is_(found, [], "%s %s %d is accepted as it came" % (
                r.method, openapi.description().template(r.target[len(site.base):].partition("?")[0]) or r.target, r.status))
        else:
            ok(found, "the validator refuses " + what, r)


def main():
    tables()
    problems()
    site = Site()
    liar(site)
    walk(site)
    site.finish()


run(main)
