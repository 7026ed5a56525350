#!/usr/bin/python3
"""generator_test.py - requests made of docs/openapi.yaml, good ones and broken ones, to a running site: every answer is
one that is documented there, none is a fault, and what the document calls good is accepted.

A new operation of the document is met by itself. FOYER_FUZZ_SEED is another seed than the fixed one, FOYER_FUZZ_ROUNDS
another number of rounds over all operations.

The generator is ours because it is small: the schemas of what a request may hold have six keywords, and its paths and
keys must name what is there, which no generator of samples knows.
"""
import json
import os
import pathlib
import random
import re
import sys
import urllib.parse
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import openapi
from lib.operators import Desk
from lib.fcgi import Worker
from lib.tap import diag, is_, ok, run

SEED = int(os.environ.get("FOYER_FUZZ_SEED", "20250115"))
ROUNDS = int(os.environ.get("FOYER_FUZZ_ROUNDS", "12"))
WORDS = ["a", "Z", "0", " ", "\u00e9", "\u4e2d", "\U0001f600", '"', "\\", "\n", "\u2028", "'", "<", "&", "%"]
OTHERS = [None, True, 0, -1, 1.5, "", " ", [], {}, [[]], "\0", "x" * 6000, "\u00a0" * 3, 10 ** 30]
MISSING = object()


class Generator:
    """Values of a schema, and values that are none of it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.description = openapi.description()

    def text(self, low, high):
        length = self.random.choice([low, high, self.random.randint(low, min(high, 60))])
        # White space at the ends does not count, so there is none.
        inner = "".join(self.random.choice(WORDS) for _ in range(max(0, length - 2)))
        return ("x" + inner + "y")[:length] if length > 1 else "x" * length

    def good(self, schema):
        """A value that the schema allows; null only where nothing else is."""
        kind = schema.get("type")
        kind = next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                part = schema[name][0] if name == "allOf" else self.random.choice(schema[name])
                return self.good({k: v for k, v in schema.items() if k != name} | part)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if kind == "object":
            required = schema.get("required", ())
            return {name: self.good(part) for name, part in schema.get("properties", {}).items()
                    if name in required or self.random.random() < 0.7}
        if kind == "array":
            return [self.good(schema["items"]) for _ in range(self.random.randint(schema.get("minItems", 1), 3))]
        if kind == "integer":
            low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
            return self.random.choice([low, high, self.random.randint(low, high)])
        if kind == "boolean":
            return self.random.random() < 0.5
        if schema.get("format") == "date-time":
            return "20%02d-01-1%dT10:30:05.%03dZ" % tuple(self.random.randint(0, top) for top in (40, 9, 999))
        if schema.get("format") == "email":
            return "x%d@example.com" % self.random.getrandbits(32)
        if schema.get("format") == "uuid":
            return str(uuid.UUID(int=self.random.getrandbits(128)))
        if "pattern" in schema:
            return self.example(schema)
        return self.text(schema.get("minLength", 1), schema.get("maxLength", 40))

    @staticmethod
    def example(schema):
        """A string of a pattern is not made up: the document has one."""
        examples = schema.get("examples") or [schema.get("default", "x")]
        return examples[0]

    def broken(self, value):
        """A value in which something is of another kind, missing, unknown or too large."""
        if isinstance(value, dict) and self.random.random() < 0.8:
            value, names = dict(value), list(value)
            kind = self.random.randrange(3)
            if kind == 0 or not names:
                value[self.random.choice(["colour", "", "\u00e9", "__proto__"])] = self.random.choice(OTHERS)
            elif kind == 1:
                value.pop(self.random.choice(names))
            else:
                value[self.random.choice(names)] = self.random.choice(OTHERS)
            return value
        return self.random.choice(OTHERS)


class Operation:
    """One method of one path of the document."""

    def __init__(self, description, method, template):
        node = description.document["paths"][template]
        self.method, self.template = method, template
        node = description.inlined({"parameters": node.get("parameters", []) + node[method.lower()].get("parameters", []),
                                    "body": node[method.lower()].get("requestBody", {}),
                                    "security": node[method.lower()].get("security")})
        self.parameters = [flat(parameter) for parameter in node["parameters"]]
        self.keyless = node["security"] == []
        body = flat(node["body"]) if node["body"] else {}
        self.body = body.get("content", {}).get("application/json", {}).get("schema")
        self.needs_body = body.get("required", False)

    def of(self, place):
        return [p for p in self.parameters if p["in"] == place]


def flat(node):
    """A reference with something beside it has become an allOf of one."""
    return node if "allOf" not in node or "in" in node else node["allOf"][0] | {k: v for k, v in node.items()
                                                                               if k != "allOf"}


def mount():
    """What the paths of the document stand below: its server's path."""
    server = openapi.description().document["servers"][0]
    url = server["url"]
    for name, variable in server.get("variables", {}).items():
        url = url.replace("{%s}" % name, variable["default"])
    return urllib.parse.urlsplit(url).path.rstrip("/")


class Client:
    """Sends the requests of operations as callers for whom there is something to find."""

    def __init__(self, worker, generator):
        self.worker, self.generator, self.random = worker, generator, generator.random
        app = worker.new_app()
        app.database.foyerctl("limits", "set", app.id, "key", "--minute", 100000)
        desk = Desk(app)
        self.callers = {"visitor": app.visitor(), "operator": desk.operator(), "admin": desk.admin()}
        self.renew()

    def renew(self):
        """For each caller a conversation in which it may do everything, a message of its own in it, and a tag on it."""
        own = {role: self.callers["visitor"].start("Generated")["id"] for role in self.callers}
        for role in ("operator", "admin"):
            self.callers[role].accept(own[role])
        self.own = {role: (id, self.callers[role].send(id, "hello")["id"]) for role, id in own.items()}
        self.ids = list(self.own.values())
        admin = self.callers["admin"]
        tags = [admin.post("/tags", {"name": uuid.uuid4().hex}).json["tag"]["id"] for _ in range(4)]
        for id in own.values():
            admin.post("/conversations/%s/tags" % id, {"tagIds": tags})
        self.found = {"tagId": tags}

    def learn(self, node, name=""):
        """Keeps the ids in an answer: that of a tag, or of one of its tags, is good for what is called tagId."""
        if isinstance(node, dict) and "id" in node:
            self.found.setdefault(name.removesuffix("s") + "Id", []).append(node["id"])
        for key, child in node.items() if isinstance(node, dict) else [(name, child) for child in node]:
            if isinstance(child, (dict, list)):
                self.learn(child, key)

    def named(self, name):
        """An id, or a list of one, that fits a name in camelCase or snake_case; or None."""
        name = re.sub("_(.)", lambda found: found[1].upper(), name)
        if name.endswith("Ids"):
            return [self.named(name[:-1])]
        known = self.found.get(name) or ([message for _, message in self.ids] if name == "messageId" else [])
        return self.random.choice(known) if known else None

    def path(self, operation, role, good):
        """The path with ids of what is there, or not; another parameter is made of its schema."""
        conversation, message = self.random.choice([self.own[role], *self.ids])
        known = {"id": conversation, "messageId": message}

        def value(found):
            schema = next((p["schema"] for p in operation.of("path") if p["name"] == found[1]), {})
            made = known.get(found[1]) or self.named(found[1]) or str(self.generator.good(schema))
            if not good and self.random.random() < 0.3:
                made = self.random.choice([str(uuid.uuid4()), "x", "%", "%2f", "..", "\u00e9", made.upper(), made + "0"])
            return made if made.startswith("%") else urllib.parse.quote(made, safe="")
        return mount() + re.sub(r"\{(\w+)\}", value, operation.template)

    def query(self, operation, good):
        pairs = []
        for parameter in operation.of("query"):
            if self.random.random() > 0.4:
                continue
            value = self.generator.good(parameter["schema"])
            if parameter["name"] in ("after", "before") and parameter["schema"].get("format") == "uuid":
                value = self.random.choice(self.ids)[1]
            if not good and self.random.random() < 0.5:
                value = self.random.choice(["", "x", -1, "1.0", "0x1", 10 ** 30, "\u00e9", ["a", "b"]])
            pairs += [(parameter["name"], one) for one in (value if isinstance(value, list) else [value])]
        if not good and self.random.random() < 0.3:
            pairs += self.random.choice([pairs[:1], [("colour", "red")], [("", "")]])
        return urllib.parse.urlencode(pairs)

    def body(self, operation, good):
        """The bytes of a body, or None."""
        if operation.body is None or (not operation.needs_body and self.random.random() < 0.1):
            return None
        value = self.generator.good(operation.body)
        value |= {name: self.named(name) or value[name] for name in value}
        if not good:
            value = self.generator.broken(value)
        data = json.dumps(value, ensure_ascii=self.random.random() < 0.5).encode()
        if not good and self.random.random() < 0.2:
            data = self.random.choice([data[:-1], data + b"}", b"\xff" + data, b"", b"[" * 20, data.replace(b'"', b"'")])
        return data

    def headers(self, caller, good):
        named = {}
        if self.random.random() < 0.2:
            named["Idempotency-Key"] = str(uuid.UUID(int=self.random.getrandbits(128)))
        if not good and self.random.random() < 0.4:
            name = self.random.choice([*caller.headers, "Content-Type", "Idempotency-Key", "Origin", "If-None-Match"])
            named[name] = self.random.choice([None, "", "x", "\u00e9", "*", "a, b", "x" * 300, str(uuid.uuid4())])
        return named

    def send(self, operation, role, good):
        caller = self.callers[role]
        query = self.query(operation, good)
        target = self.path(operation, role, good) + ("?" + query if query else "")
        body = self.body(operation, good)
        fields = {name: value for name, value in (caller.headers | self.headers(caller, good)).items()
                  if value is not None}
        if body is not None and "Content-Type" not in fields:
            fields["Content-Type"] = "application/json"
        r = self.worker.request(operation.method, target, fields, body=body)
        if r.status < 300 and r.json is not None:
            self.learn(r.json)
        return r


def main():
    worker = Worker()
    generator = Generator(SEED)
    client = Client(worker, generator)
    description = openapi.description()
    operations = sorted((Operation(description, *one) for one in description.operations),
                        key=lambda o: (o.template.split("/")[1], o.method, o.template))
    counts, refused, accepted = {}, [], set()
    for number in range(ROUNDS):
        place = None
        for operation in operations:
            if operation.template.split("/")[1] != place:
                place = operation.template.split("/")[1]
                client.renew()
            for role in client.callers:
                for good in (True, False):
                    before = len(worker.broken)
                    r = client.send(operation, role, good)
                    counts[r.status] = counts.get(r.status, 0) + 1
                    if len(worker.broken) > before:
                        diag("round %d of seed %d" % (number, SEED), r)
                    if good and r.status in (400, 413, 415):
                        refused.append((operation.method, operation.template, r))
                    if good and r.status < 300:
                        accepted.add((operation.method, operation.template))
    diag("%d rounds of %d operations, seed %d; answers by status: %s" %
         (ROUNDS, len(operations), SEED, sorted(counts.items())))
    is_([repr(r) for method, template, r in refused if not contradiction(r)][:3], [],
        "no request that the document calls good is called malformed, seed %d" % SEED)
    is_(sorted({(o.method, o.template) for o in operations} - accepted), [], "every operation succeeds for somebody")
    ok({400, 401, 404} <= set(counts), "broken requests are refused", counts)
    worker.finish()


def contradiction(r):
    """What a schema cannot say: of two parameters, and that some are an operator's."""
    return re.search(r"cannot be combined|needs before|is not a known parameter", r.body.decode())


run(main)
