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
from lib.mounts import FLAT, MOUNTS
from lib.operators import Desk
from lib.routes import CALLERS, Stage, Target, routes
from lib.site import Site
from lib.tap import is_, ok, run

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
DOCUMENTED = openapi.description()
ROW = re.compile(r'\{\s*METHOD_(\w+),\s*"([^"]*)",\s*CALLER_(\w+),\s*(\w+),\s*(\w+),([^{}]*)\}')
PAGE = {"limit", "offset", "order", "after", "before"}    # what a list of the flat mount has besides its filters


# --- the sources -------------------------------------------------------------------------------------------------

def source(name):
    return (SOURCES / name).read_text()


def fields(text):
    """The names of the fields of each table of src/route.c."""
    tables = re.findall(r"struct field (\w+)\[\] = \{\n(.*?)\n\};", text, re.S)
    return {name: {found.lower() for found in re.findall(r"\{ (STATUS)\b", body)}
            | set(re.findall(r'\.name = "(\w+)"', body)) for name, body in tables}


def coded():
    """Of each method and path in src/route.c who may call, and the fields of body and query; not those of a page."""
    text, found = source("route.c"), {}
    known = fields(text)
    for method, path, callers, body, query, _ in ROW.findall(text):
        route = found.setdefault((method, re.sub(r":(\w+)", r"{\1}", path)), [set(), set(), set()])
        route[0] |= set(CALLERS[callers])
        route[1] |= known[body]
        route[2] |= known[query]
    return found


def paged():
    """The methods and paths of lists."""
    return {(method, re.sub(r":(\w+)", r"{\1}", path)) for method, path, *_, rest in ROW.findall(source("route.c"))
            if ".list =" in rest}


def callers(operation):
    """Who may call, by what is said about keys and X-Visitor-Id."""
    if operation.get("security") == []:
        return set(CALLERS["NONE"])
    needed = [p["required"] for p in operation["parameters"] if p["name"] == "X-Visitor-Id"]
    return set(CALLERS[{(): "OPERATOR", (True,): "VISITOR", (False,): "BOTH"}[tuple(needed)]])


def described(mount):
    """The same of each documented operation of a mount, in its own names."""
    found, lists = {}, paged()
    for method, template in DOCUMENTED.operations:
        if not template.startswith(mount.base + "/"):
            continue
        path = template[len(mount.base):]
        operation = DOCUMENTED.inlined(DOCUMENTED.document["paths"][template][method.lower()])
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        query = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        away = PAGE | {"page", "per_page", "before_id", "since", "until"} if (method, path) in lists else set()
        found[method, path] = [callers(operation), set(body.get("properties", {})), query - away]
    return found


def tables():
    program = coded()
    ok(len(program) > 25, "the routes of src/route.c are found", program)
    for mount in MOUNTS:
        documented = described(mount)
        is_(sorted(documented), sorted(program), "%s: the paths and methods are those of src/route.c" % mount.name)
        for route in sorted(set(program) & set(documented)):
            who, body, query = program[route]
            is_(documented[route], [who, set(map(mount.field, body)), set(map(mount.field, query))],
                "%s: %s %s: callers, body and query are those of src/route.c" % (mount.name, *route))


def shapes(response):
    """The schemas of the object "error" is in, one for each form that the response may have."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return [shape["properties"] for shape in schema.get("oneOf", [schema]) if "error" in shape.get("properties", {})]


def told(response):
    """The pairs of code and text that an error response may have; None: any text."""
    for shape in shapes(response):
        error = shape["error"].get("properties")
        code, message = (error["code"], error["message"]) if error else (shape["error"], shape.get("message", {}))
        for each in code.get("enum", [code.get("const")]):
            for text in message.get("enum", [message.get("const")]):
                yield each, text


def kinds():
    """The rows of src/kinds.def: of each kind, status and code in each mount."""
    text = re.sub(r"/\*.*?\*/", "", source("kinds.def"), flags=re.S)
    return {kind.lower(): re.findall(r'\((\d+), "(\w*)"', row)
            for kind, row in re.findall(r"X\((\w+),(.*?)\)\)", text, re.S)}


def problems():
    """Statuses and codes are those of src/kinds.def in every mount; in the flat one, texts those of problems.def."""
    program = kinds()
    ok(len(program) > 20 and all(len(row) == len(MOUNTS) for row in program.values()),
       "the kinds of src/kinds.def are found", program)
    for i, mount in enumerate(MOUNTS):
        codes = {(status, code) for status, response in responses(mount) for code, _ in told(response)}
        wanted = {row[i] for row in program.values()} - {("429", "RATE_LIMITED")}    # wrapped has no place for it
        is_(sorted(codes), sorted(wanted), "%s: codes and statuses are the program's" % mount.name)
    rows = re.findall(r'^X\(\w+, "(\w+)", (\w+), "([^"]*)"\)', source("problems.def"), re.M)
    texts = {(status, text) for status, response in responses(FLAT) for _, text in told(response)}
    ok(len(rows) > 30, "the problems of src/problems.def are found", rows)
    is_(sorted(text for _, text in texts if text and text not in [row[2] for row in rows]
               and not text.startswith("Missing required scope: ")), [], "every documented text is one of the program's")
    open_ended = {"edit_window_expired", "rate_limited", "scope_missing", "email_taken", "tag_taken", "quota_reached"}
    is_(sorted(row[2] for row in rows if row[0] not in open_ended and row[2] not in {text for _, text in texts}
               and program[row[1].lower()][0][0] != "400"), [], "every text of the program is documented, 400 aside")


def responses(mount):
    """Status and response of everything that is documented of a mount."""
    documents = list(DOCUMENTED.document["x-other-responses"][mount.base].values())
    documents += [DOCUMENTED.document["paths"][template][method.lower()]["responses"]
                  for method, template in DOCUMENTED.operations if template.startswith(mount.base + "/")]
    for document in documents:
        for status, response in document.items():
            yield status, DOCUMENTED.inlined(response)


# --- every documented response -----------------------------------------------------------------------------------

def stages(site):
    """Callers of a good application, of a suspended one, and of one whose windows are full."""
    apps = [site.new_app() for _ in range(4)]
    for app in apps:
        app.limit_key(0)
    good, suspended, full, good_abroad = (Stage(app, Desk(app)) for app in apps)
    good.abroad, good.colleague = good_abroad, good.desk.operator("Otto")
    suspended.app.set("--suspended", "yes")
    for role in CALLERS["BOTH"]:
        full.caller(role).get("/conversations")
    full.app.limit(hour=1)
    full.desk.limit(hour=1)
    return good, suspended, full


def ask(mount, caller, route, target, another=False, headers=None, query=None, **rest):
    """Sends the example of a route, in the names of a mount."""
    body = target.body(route, another)
    told = {} if not route.carries else rest or ({"body": b""} if body is None else {"json": mount.say(body)})
    query = query or route.example.query
    return caller.at(mount).request(route.method, target.path(route) + ("?" + query if query else ""), headers=headers,
                                    **told)


def met(mount, route, role, good, suspended, full):
    """The answers that a caller can get from a route, while the database is well."""
    def fresh():
        return good.fresh(route, role) if ":" in route.path else Target(str(uuid.uuid4()))

    def put(*args, **named):
        return ask(mount, good.caller(role), route, *args, **named)
    target = fresh()
    yield put(target, headers={"Idempotency-Key": "first-in-" + mount.name})
    yield put(target, headers={"Idempotency-Key": "first-in-" + mount.name})
    yield put(target, headers={"X-%d" % i: "x" for i in range(101)})
    if not route.callers:
        return
    yield put(target, headers={"Authorization": None})
    yield put(target, headers={"X-Visitor-Id": None, "Idempotency-Key": "a b"})
    yield ask(mount, suspended.caller(role), route, target, headers={"X-App-Id": suspended.app.id})
    yield ask(mount, full.caller(role), route, target)
    yield put(target, query="%s=0&limit=0" % mount.size)
    yield put(Target(str(uuid.uuid4())))
    if route.exclusive:
        yield ask(mount, good.operator if role == "visitor" else good.visitor, route, target)
    if route.carries:
        for body, headers in ((b" " * 131073, {}), (b"{}", {"Content-Type": "text/plain"}), (b'{"colour": 1}', {})):
            yield put(fresh(), headers=headers, body=body)
    if route.fields:
        again = fresh()
        yield put(again, headers={"Idempotency-Key": "again-in-" + mount.name})
        yield put(again, another=True, headers={"Idempotency-Key": "again-in-" + mount.name})
    for vain in targets(good, route, role, good.fresh(route, role)) if route.names("id") else ():
        yield put(vain.target, query=vain.query)
    if route.path.endswith("/changes"):
        yield put(target, headers={"If-None-Match": "*"})


def outages(site, good, seen):
    """A fault in the database, then no database."""
    site.sql("ALTER TABLE foyer.api_key RENAME TO key; ALTER TABLE foyer.operator RENAME TO op; "
             "CREATE OR REPLACE FUNCTION foyer_api.ready(OUT status text, OUT \"schemaVersion\" integer) "
             "LANGUAGE sql AS $$ SELECT 'ok', 1 / 0 $$; "
             "CREATE OR REPLACE FUNCTION foyer_api.health(OUT status text, OUT version text, "
             "OUT \"timestamp\" timestamptz) LANGUAGE sql AS $$ SELECT 'ok', (1 / 0)::text, now() $$")
    everywhere(good, seen)
    site.database.alter("ALLOW_CONNECTIONS false")
    site.database.disconnect()
    everywhere(good, seen)


def everywhere(good, seen):
    target = Target(str(uuid.uuid4()))
    for mount in MOUNTS:
        for route in routes():
            caller = good.caller((route.callers or ("visitor",))[-1]).at(mount)
            body = target.body(route)
            r = caller.request(route.method, target.path(route), fault=True,
                               **({} if not route.carries or body is None else {"json": mount.say(body)}))
            seen[mount, route.name].add(str(r.status))


def walk(site):
    good, suspended, full = stages(site)
    seen = {(mount, route.name): set() for mount in MOUNTS for route in routes()}
    for mount in MOUNTS:
        for route in routes():
            for role in route.callers or ("visitor",):
                seen[mount, route.name] |= {str(r.status) for r in met(mount, route, role, good, suspended, full)}
    outages(site, good, seen)
    for (mount, name), statuses in seen.items():
        method, path = name.split(" ")
        is_(sorted(statuses), sorted(DOCUMENTED.responses(method, DOCUMENTED.template(mount.base + path))),
            "%s: %s is answered in all documented ways, and in no other" % (mount.name, name))



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
        found = list(openapi.breaches(r, site.prefix))
        if what is None:
            is_(found, [], "%s %s %d is accepted as it came" % (
                r.method, openapi.description().template(r.target[len(site.prefix):].partition("?")[0]) or r.target,
                r.status))
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
