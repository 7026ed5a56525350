#!/usr/bin/python3
"""openapi.py - makes docs/openapi.yaml, for all mounts, of docs/openapi.in.yaml, which has the names of the flat one.

    docs/openapi.py            writes docs/openapi.yaml
    docs/openapi.py --check    exits with 1 when that would change it

Statuses and codes of the mounts come from tests/lib/mounts.py. A component whose name has no dot is of the flat
mount, or of all; those of the others begin with the mount's name, or with snake where the three share it.
"""
import copy
import pathlib
import sys

import yaml

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from lib.mounts import INTERNAL, MOUNTS, UNAVAILABLE, renamed, snake

SOURCE, MADE = ROOT / "docs" / "openapi.in.yaml", ROOT / "docs" / "openapi.yaml"
HEADER = "# Made by docs/openapi.py of docs/openapi.in.yaml; do not edit. docs/api.md is the description for people.\n"
RATE = {"X-RateLimit-Limit": "RateLimitLimit", "X-RateLimit-Remaining": "RateLimitRemaining",
        "X-RateLimit-Reset": "RateLimitReset"}
# Problems that a request can have before it comes to a limiter; the flat mount then has no rate headers.
UNMETERED = {"route_unknown", "method_unknown", "body_too_large", "unauthorized", "origin_refused",
             "application_suspended", "caller_wrong", "scope_missing", "internal", "unavailable"}
DESCRIBED = {
    400: "A header, the body or the query is missing, malformed or out of range.",
    401: "No key, a bad one, or `X-App-Id` is not the key's application.",
    403: "The caller may not do this.",
    404: "There is no such thing, or the caller does not see it.",
    405: "The path has no such method.",
    409: "It does not go together with what is there.",
    413: "The body is larger than 128 KiB.",
    415: "The `Content-Type` of the body is not JSON: neither `application/json` nor `application/*+json`.",
    422: "The request is well-formed, but cannot be obeyed.",
    429: "A window is full. Of several, the one that opens last is told.",
    500: "Something that nobody foresaw. The log tells more, under the `X-Request-Id`.",
    503: "The database does not answer, or has another schema. Whether a write was made is unknown: retry it with the "
         "same `Idempotency-Key`.",
}
# The rate headers of 429.
TOLD = {"RateLimitLimit": "Requests allowed in the window that is full.",
        "RateLimitRemaining": "Requests left in it: 0.",
        "RateLimitReset": "When the request would be admitted, in Unix seconds, rounded up."}
ABSENT = "content is required"
LATE = ("Message 01946983-6892-7a10-9b4c-6d7e8f901a2b can no longer be modified. The 15-minute edit window expired at "
        "2025-01-15T10:45:07.250Z.")


def ref(kind, name):
    return {"$ref": "#/components/%s/%s" % (kind, name)}


def closed(properties, required=None):
    """An object with these members and no other."""
    return {"type": "object", "additionalProperties": False,
            "required": list(properties) if required is None else required, "properties": properties}


class Contract:
    """What one mount makes of the source: the half that tests/lib/mounts.py has no matchers for."""

    def __init__(self, mount, source):
        self.mount, self.source, self.flat = mount, source, mount.name == "flat"
        self.how = str if self.flat else snake
        self.components = {"parameters": {}, "headers": {}, "responses": {}, "schemas": {}, "examples": {}}

    def name(self, name):
        return name if self.flat else self.mount.name + "." + name

    def say(self, value):
        return copy.deepcopy(value) if self.flat else renamed(value, snake)

    def schema(self, name):
        return ref("schemas", name if self.flat else "snake." + name)

    def example(self, name):
        return self.say(self.source["components"]["examples"][name]["value"])

    # --- successes

    def body(self, schema, value):
        """The envelope of a value that is neither a list nor flat."""
        properties, example = {"data": schema}, {"data": value}
        if self.mount.name == "traced":
            properties["request_id"] = ref("schemas", "traced.RequestId")
            example["request_id"] = "req_01JHMR6QY8T3V5W7X9Y0Z1A2B3"
        if self.mount.name == "wrapped":
            properties, example = {"success": {"const": True}} | properties, {"success": True} | example
        return properties, example

    def one(self, answer):
        member, schema = answer["one"], self.schema(answer["schema"])
        values = {name: self.example(name) for name in answer["examples"]}
        if self.flat:
            return closed({member: schema}), {name: {member: value} for name, value in values.items()}
        return closed(self.body(schema, None)[0]), {name: self.body(schema, v)[1] for name, v in values.items()}

    def values(self, answer):
        schema, value = closed(members(answer["values"], self.how)), self.say(answer["example"])
        if self.flat:
            return schema, {"example": value}
        properties, example = self.body(schema, value)
        return closed(properties), {"example": example}

    def done(self, answer):
        word = "success" if self.flat else answer["done"]
        return self.values({"values": {word: {"const": True}}, "example": {word: True}})

    def list(self, answer):
        member = answer["list"]
        items = [self.example(name) for name in answer["examples"]]
        shapes = [self.page(member, {"type": "array", "maxItems": 100, "items": self.schema(name)}, items,
                            answer.get("counted")) for name in answer["schema"]]
        return (shapes[0][0] if len(shapes) == 1 else {"anyOf": [shape for shape, _ in shapes]},
                {"example": shapes[0][1]})

    def page(self, member, array, items, counted):
        name, natural = self.mount.name, {"type": "integer", "minimum": 0}
        size = {"type": "integer", "minimum": 1, "maximum": 100}
        if self.flat:
            properties = {member: array} | ({"total": natural} if counted else {}) | {"limit": size, "offset": natural}
            example = {member: items} | ({"total": 1} if counted else {}) | {"limit": 20, "offset": 0}
            return closed(properties), example
        properties, example = self.body(array, items)
        if name == "traced":
            properties["has_more"], example["has_more"] = {"type": "boolean"}, False
        else:
            numbers = {"coded": ("page", "per_page", "total", "total_pages"),
                       "wrapped": ("current_page", "last_page", "per_page", "total")}[name]
            properties["meta"] = closed({
                number: size if number == "per_page" else
                natural | ({"minimum": 1} if number in ("page", "current_page", "last_page") else {})
                for number in numbers})
            example["meta"] = {number: self.mount.size_default if number == "per_page" else 1 for number in numbers}
        return closed(properties), example

    def changes(self, answer):
        array = {"type": "array", "maxItems": 100, "items": self.schema("Change")}
        items = self.example("Changes")
        cursor = {"type": "integer", "format": "int64", "minimum": 0,
                  "description": "The last `seq` returned, or the request's `after` when there is none."}
        more = {"type": "boolean", "description": "More is waiting."}
        if self.flat:
            return (closed({"changes": array, "cursor": cursor, "hasMore": more}),
                    {"example": {"changes": items, "cursor": 7, "hasMore": False}})
        properties, example = self.body(array, items)
        tail, told = {"cursor": cursor, "has_more": more}, {"cursor": 7, "has_more": False}
        if self.mount.name == "traced":
            return closed(properties | tail), {"example": example | told}
        return closed(properties | {"meta": closed(tail)}), {"example": example | {"meta": told}}

    def successes(self, operation):
        """Status and response of each success."""
        answer, method = operation["answer"], operation["method"]
        status = answer.get("status", 200)
        status = self.mount.first_send if status == "send" else status
        shown = {}
        for form in ("one", "values", "done", "list", "changes"):
            if form in answer:
                schema, examples = getattr(self, form)(answer)
                shown = {"content": {"application/json": {"schema": schema} | (
                    examples if set(examples) == {"example"} else
                    {"examples": {name: {"value": value} for name, value in examples.items()}})}}
        tag = {"ETag": ref("headers", "ETag")} if operation.get("conditional") else {}
        headers = self.headers(bool(operation.get("callers"))) | tag
        if operation.get("callers") and method != "GET":
            headers["Idempotency-Replayed"] = ref("headers", "IdempotencyReplayed")
        yield status, {"description": answer["description"], "headers": headers, **shown}
        if self.mount.replayed == 200 and status in (201, 202):
            headers = headers | {"Idempotency-Replayed": ref("headers", "IdempotencyReplayedAlways")}
            yield 200, {"description": "The answer to a retry: the same thing again.", "headers": headers, **shown}
        if operation.get("conditional"):
            yield 304, {"description": "Nothing has changed since. No body; the request has not been counted.",
                        "headers": headers}

    def headers(self, metered=True):
        """The headers of a response, given whether a limiter was asked, where that matters."""
        found = {"X-Request-Id": ref("headers", "RequestId"), "Cache-Control": ref("headers", "CacheControl")}
        if self.mount.rated or metered:
            found |= {name: ref("headers", value) for name, value in RATE.items()}
        return found

    # --- problems

    def error(self, kinds):
        """Schema and example of a body that tells one of these kinds of problems, all of one status."""
        codes = list(dict.fromkeys(self.mount.table[kind][1] for kind, _ in kinds))
        texts = [text for _, problem in kinds for text in problem.get("texts", [None])]
        told = self.texts(kinds, texts)
        status = self.mount.table[kinds[0][0]][0]
        code = {"const": codes[0]} if len(codes) == 1 else {"enum": codes}
        text = next(iter(told.get("enum", [told.get("const", LATE if "pattern" in told else ABSENT)])))
        if self.flat:
            return (closed({"error": code, "message": told}), {"error": codes[0], "message": text})
        if self.mount.name == "traced":
            return (closed({"error": code, "message": told, "request_id": ref("schemas", "traced.RequestId")}),
                    {"error": codes[0], "message": text, "request_id": "req_01JHMR6QY8T3V5W7X9Y0Z1A2B3"})
        if self.mount.name == "coded":
            return (closed({"error": closed({"code": code, "message": told, "status": {"const": status}})}),
                    {"error": {"code": codes[0], "message": text, "status": status}})
        return self.wrapped_error(kinds, code, told, codes[0], text)

    def wrapped_error(self, kinds, code, told, example, text):
        details = [kind for kind, _ in kinds if self.mount.table[kind][2]]
        plain = [(kind, problem) for kind, problem in kinds if not self.mount.table[kind][2]]
        shapes, shown = [], None
        if details:
            shapes.append(closed({"success": {"const": False}, "error": ref("schemas", "wrapped.ValidationError")}))
            shown = {"success": False, "error": {"code": "VALIDATION_ERROR", "message": "The given data was invalid",
                                                 "details": {"content": ["content is required"]}}}
        if plain:
            codes = list(dict.fromkeys(self.mount.table[kind][1] for kind, _ in plain))
            code = {"const": codes[0]} if len(codes) == 1 else {"enum": codes}
            shapes.append(closed({"success": {"const": False}, "error": closed({"code": code, "message": told})}))
            shown = shown or {"success": False, "error": {"code": codes[0], "message": text}}
        return shapes[0] if len(shapes) == 1 else {"oneOf": shapes}, shown

    def texts(self, kinds, texts):
        """The schema of the message. Clients go by the code: only what is fixed is promised."""
        kind = kinds[0][0]
        if kind == "unauthorized" and not self.flat:
            return {"const": self.mount.unauthorized}
        if kind == "internal":
            return {"const": INTERNAL[self.mount.name]}
        if kind == "unavailable":
            return {"const": UNAVAILABLE}
        if self.flat and kind == "edit_window_expired":
            return {"type": "string", "pattern": r"^Message [0-9a-f-]{36} can no longer be modified\. The [0-9]+-(minute"
                    r"|second) edit window expired at [0-9-]+T[0-9:]+\.[0-9]{3}Z\.$"} if len(kinds) == 1 else TEXT
        if self.flat and None not in texts:
            return {"const": texts[0]} if len(texts) == 1 else {"enum": texts}
        return TEXT

    def refusal(self):
        """Schema and example of 429."""
        name = self.mount.name
        if self.flat:
            return closed({
                "error": {"type": "string", "const": "rate_limit_exceeded"},
                "cause": {"type": "string", "enum": ["per_visitor", "per_operator", "per_key"]},
                "retryAfter": {"type": "integer", "minimum": 1, "description": "The same as the header."},
                "window": {"type": "string", "enum": ["second", "minute", "hour"]},
            }), {"error": "rate_limit_exceeded", "cause": "per_visitor", "retryAfter": 5, "window": "minute"}
        if name == "traced":
            return (closed({"error": {"const": "rate_limited"}, "message": {"const": "Rate limit exceeded"},
                            "request_id": ref("schemas", "traced.RequestId")}),
                    {"error": "rate_limited", "message": "Rate limit exceeded",
                     "request_id": "req_01JHMR6QY8T3V5W7X9Y0Z1A2B3"})
        if name == "coded":
            return (closed({"error": closed({
                "code": {"const": "RATE_LIMIT_EXCEEDED"}, "status": {"const": 429},
                "message": {"type": "string", "pattern": "^Limit of [0-9]+ requests per (second|minute|hour) reached\\. "
                                                         "Wait [0-9]+ seconds?\\.$"}})}),
                    {"error": {"code": "RATE_LIMIT_EXCEEDED", "status": 429,
                               "message": "Limit of 100 requests per minute reached. Wait 12 seconds."}})
        return closed({"message": {"const": "Too Many Attempts."}}), {"message": "Too Many Attempts."}

    def problem(self, status, kinds):
        """A reference to the response for these problems, which are (kind, problem) pairs."""
        return self.shared(status, self.response(status, kinds))

    def response(self, status, kinds):
        schema, example = self.refusal() if status == 429 else self.error(kinds)
        metered = status not in (500, 503) and any(p["name"] not in UNMETERED for _, p in kinds)
        headers = self.headers(metered)
        if status == 401:
            headers["WWW-Authenticate"] = ref("headers", "WwwAuthenticate")
        if status == 405:
            headers["Allow"] = self.source["components"]["headers"]["Allow"]    # no operation has it
        if status == 429:
            headers |= {name: ref("headers", value + "Told") for name, value in RATE.items()}
        if status in (429, 503):
            headers["Retry-After"] = ref("headers", "RetryAfter" if status == 429 else "RetrySoon")
        return {"description": DESCRIBED[status], "headers": headers,
                "content": {"application/json": {"schema": schema, "example": example}}}

    def shared(self, status, response):
        """A reference to an equal response, which the operations share."""
        known = self.components["responses"]
        for name, other in known.items():
            if other == response:
                return ref("responses", name)
        stem = self.name("Status%d" % status)
        alike = sum(name.split("-")[0] == stem for name in known)
        name = stem + ("-%d" % (alike + 1) if alike else "")
        known[name] = response
        return ref("responses", name)

    def problems(self, operation):
        """The names of all problems of an operation, in the order of the checks."""
        callers, method = operation.get("callers", []), operation["method"]
        exclusive = len(callers) == 1
        body, query = operation.get("body"), self.query(operation)
        if callers:
            yield from ("unauthorized", "application_suspended")
            if "visitor" in callers or exclusive:
                yield "origin_refused"
            if exclusive:
                yield "caller_wrong"
            if "visitor" in callers:
                yield from ("scope_missing",) if operation.get("scope") else ()
                yield "header_missing"
            yield from ("malformed", "rate_limited")
        if body is not None:
            yield from ("body_too_large", "media_type", "fields_invalid")
            if body.get("required"):
                yield "field_missing"
            if body.get("properties"):
                yield "idempotency_mismatch"
        if query:
            yield "fields_invalid"
        if any(name in ("status",) for name in query):
            yield "status_invalid"
        if any(name in ("Since", "Before") for name in query):
            yield "date_invalid"
        yield from operation.get("problems", ())
        if self.flat and operation.get("cursors"):
            yield "message_not_found"    # the one that a cursor names
        if callers:
            yield from ("internal", "unavailable")

    def failures(self, operation):
        by_status, scope = {}, operation.get("scope")
        for name in dict.fromkeys(self.problems(operation)):
            problem = copy.deepcopy(self.source["problems"][name]) | {"name": name}
            if "texts" in problem:
                problem["texts"] = [text.replace("{scope}", scope or "") for text in problem["texts"]]
            by_status.setdefault(self.mount.status(problem["kind"]), []).append((problem["kind"], problem))
        for status, kinds in sorted(by_status.items()):
            yield status, self.problem(status, kinds)

    # --- requests

    def query(self, operation):
        """The names of the parameters in the query."""
        answer, name = operation["answer"], self.mount.name
        if "list" not in answer:
            return operation.get("query", [])
        own = {"flat": ["Limit", "OffsetOrCursor" if operation.get("cursors") else "Offset"]
               + (["OrderUp", "AfterMessage", "BeforeMessage"] if operation.get("cursors") else []),
               "traced": ["TracedLimit", "Before", "BeforeId", "Since", "Until"],
               "coded": ["Page", "CodedPerPage", "OrderDown", "Since", "Until"],
               "wrapped": ["Page", "WrappedPerPage", "OrderDown", "Since", "Until"]}[name]
        return own + operation.get("query", [])

    def parameters(self, operation):
        callers, method = operation.get("callers", []), operation["method"]
        if callers == ["visitor"]:
            names = ["AppId", "VisitorId", "Origin"]
        elif callers == ["operator"]:
            names = ["AppIdOfOperator"]
        else:
            names = ["AppIdOfEither", "VisitorIdOfEither", "Origin"] if callers else []
        if callers and method != "GET":
            names.append("IdempotencyKey")
        names += ["IfNoneMatch"] if operation.get("conditional") else []
        return [self.parameter(name) for name in names + self.query(operation)]

    def parameter(self, name):
        given = self.source["components"]["parameters"][name]
        if self.flat or given["in"] != "query" or snake(given["name"]) == given["name"]:
            return ref("parameters", name)
        self.components["parameters"]["snake." + name] = given | {"name": snake(given["name"])}
        return ref("parameters", "snake." + name)

    def request(self, body):
        schema = {"type": "object", "additionalProperties": False}
        required = [self.how(name) for name in body.get("required", [])]
        schema |= {"required": required} if required else {}
        schema |= {"properties": members(body["properties"], self.how)} if "properties" in body else {}
        return {"required": bool(required), "content": {"application/json": {
            "schema": schema, "example": self.say(body.get("example", {}))}}}

    def operation(self, given):
        made = {"tags": [given["tag"]], "operationId": given["id"] if self.flat else
                self.mount.name + given["id"][0].upper() + given["id"][1:], "summary": given["summary"]}
        if "description" in given:
            made["description"] = given["description"]
        if not given.get("callers"):
            made["security"] = []
        parameters = self.parameters(given)
        if parameters:
            made["parameters"] = parameters
        if given.get("body") is not None:
            made["requestBody"] = self.request(given["body"])
        made["responses"] = {str(status): response for status, response in
                             sorted([*self.successes(given), *self.failures(given)], key=lambda pair: pair[0])}
        return made

    def paths(self):
        found = {}
        for name, given in self.source["operations"].items():
            method, path = name.split(" ")
            given = given | {"method": method}
            item = found.setdefault(self.mount.base + path, {})
            captures = [ref("parameters", {"id": "ConversationId", "messageId": "MessageId", "tagId": "TagId"}[word])
                        for word in path_names(path)]
            if captures:
                item["parameters"] = captures
            item[method.lower()] = self.operation(given)
        return found

    def others(self):
        """Of other paths and other methods."""
        return {what: {str(status): self.response(status, [(kind, self.source["problems"][kind] | {"name": kind})])}
                for what, status, kind in (("path", 404, "route_unknown"), ("method", 405, "method_unknown"))}


TEXT = {"type": "string", "minLength": 1}


def path_names(path):
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def members(properties, how):
    """The properties of an object, for the flat mount or for the others."""
    return {how(name): schema if how is not snake else snaked(schema) for name, schema in properties.items()}


def snaked(node):
    """A schema with its members in snake_case, and references to such schemas."""
    if isinstance(node, list):
        return [snaked(child) for child in node]
    if not isinstance(node, dict):
        return node
    made = {}
    for name, child in node.items():
        if name == "properties":
            made[name] = members(child, snake)
        elif name == "required":
            made[name] = [snake(member) for member in child]
        elif name in ("$ref", "mapping"):
            made[name] = moved(child)
        else:
            made[name] = snaked(child)
    return made


def moved(child):
    """A reference, or a mapping of them, to the schemas in snake_case."""
    if isinstance(child, dict):
        return {name: moved(target) for name, target in child.items()}
    return child.replace("/schemas/", "/schemas/snake.")


def used(node, found):
    """Collects the references of a node."""
    if isinstance(node, list):
        for child in node:
            used(child, found)
    elif isinstance(node, dict):
        for name, child in node.items():
            if name == "$ref":
                found.add(child)
            elif name == "mapping":
                found.update(child.values())
            used(child, found)
    return found


def needed(document):
    """Takes away the components that nobody uses, and what only those use."""
    while True:
        references = used(document, set())
        unused = [(kind, name) for kind, components in document["components"].items() if kind != "securitySchemes"
                  for name in components if "#/components/%s/%s" % (kind, name) not in references]
        if not unused:
            return {kind: found for kind, found in document["components"].items() if found}
        for kind, name in unused:
            del document["components"][kind][name]


def made():
    source = yaml.load(SOURCE.read_text(encoding="utf-8"), yaml.SafeLoader)
    parts = source["components"]
    components = {"securitySchemes": parts["securitySchemes"], "parameters": dict(parts["parameters"]),
                  "headers": dict(parts["headers"]), "responses": {}, "schemas": dict(parts["schemas"])}
    components["headers"]["IdempotencyReplayedAlways"] = components["headers"]["IdempotencyReplayed"] | {
        "required": True, "description": "This is the answer to a retry."}
    components["headers"] |= {name + "Told": components["headers"][name] | {"required": True, "description": text}
                              for name, text in TOLD.items()}
    components["schemas"] |= {"snake." + name: snaked(schema) for name, schema in parts["schemas"].items()}
    components["schemas"]["traced.RequestId"] = {
        "type": "string", "pattern": "^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$", "description": "The same as X-Request-Id."}
    components["schemas"]["wrapped.ValidationError"] = closed({
        "code": {"const": "VALIDATION_ERROR"}, "message": {"const": "The given data was invalid"},
        "details": {"type": "object", "minProperties": 1, "description": "Of each field at fault, what is wrong.",
                    "additionalProperties": {"type": "array", "minItems": 1, "items": TEXT}}})
    document = {"openapi": "3.1.0", "info": source["info"], "servers": [{
        "url": "{site}", "description": "The site on which Foyer runs, with the path below which it shows it, if any.",
        "variables": {"site": {"default": "http://127.0.0.1:8080"}}}],
        "tags": source["tags"], "security": [{"bearer": []}, {"apiKey": []}], "paths": {}, "x-other-responses": {}}
    for mount in MOUNTS:
        contract = Contract(mount, source)
        document["paths"] |= contract.paths()
        document["x-other-responses"][mount.base] = contract.others()
        for kind, found in contract.components.items():
            components.setdefault(kind, {}).update(found)
    document["components"] = components
    document["components"] = needed(document)
    return document


class Dumper(yaml.SafeDumper):
    """Without aliases, and with short schemas and lists on one line."""

    def ignore_aliases(self, data):
        return True

    def represent_mapping(self, tag, mapping, flow_style=None):
        schema = any(name in mapping for name in ("$ref", "type", "const"))
        nested = any(isinstance(value, dict) for value in mapping.values())
        return super().represent_mapping(tag, mapping, schema and not nested and len(str(mapping)) < 90)

    def represent_sequence(self, tag, sequence, flow_style=None):
        nested = any(isinstance(value, (dict, list)) for value in sequence)
        return super().represent_sequence(tag, sequence, not nested and len(str(sequence)) < 90)


def main():
    text = HEADER + yaml.dump(made(), Dumper=Dumper, sort_keys=False, width=118, allow_unicode=True)
    if sys.argv[1:] == ["--check"]:
        if not MADE.exists() or MADE.read_text(encoding="utf-8") != text:
            sys.exit("docs/openapi.yaml is not what docs/openapi.py makes")
    else:
        MADE.write_text(text, encoding="utf-8")


main()
