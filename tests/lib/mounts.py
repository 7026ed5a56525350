"""mounts.py - the four contracts as a table: one row for each mount, written from the study of the four systems and
from the design, and not from the program's own table.

A test says what it means once, in the names of the flat mount; the row says what that looks like on the wire.
"""
import re

from .tap import differences, ok

# kind | flat | traced | coded | wrapped; "+" after a code: with details
PROBLEMS = """
route_unknown | 404 not_found | 404 not_found | 404 NOT_FOUND | 404 NOT_FOUND
method_unknown | 405 method_not_allowed | 405 method_not_allowed | 405 METHOD_NOT_ALLOWED | 405 METHOD_NOT_ALLOWED
body_too_large | 413 payload_too_large | 413 payload_too_large | 413 PAYLOAD_TOO_LARGE | 413 PAYLOAD_TOO_LARGE
unauthorized | 401 unauthorized | 401 unauthorized | 401 UNAUTHORIZED | 401 UNAUTHORIZED
forbidden | 403 forbidden | 403 forbidden | 403 FORBIDDEN | 403 FORBIDDEN
scope_missing | 403 forbidden | 403 forbidden | 403 FORBIDDEN | 403 FORBIDDEN
header_missing | 400 bad_request | 400 invalid_request | 400 MISSING_REQUIRED_FIELD | 400 VALIDATION_ERROR
malformed | 400 bad_request | 400 invalid_request | 400 VALIDATION_ERROR | 400 VALIDATION_ERROR
field_missing | 400 bad_request | 400 invalid_request | 400 MISSING_REQUIRED_FIELD | 422 VALIDATION_ERROR+
fields_invalid | 400 bad_request | 400 invalid_request | 400 VALIDATION_ERROR | 422 VALIDATION_ERROR+
status_invalid | 400 bad_request | 400 invalid_request | 400 VALIDATION_ERROR | 400 INVALID_STATUS
date_invalid | 400 bad_request | 400 invalid_request | 400 VALIDATION_ERROR | 400 INVALID_DATE
email_invalid | 400 bad_request | 400 invalid_handle | 400 VALIDATION_ERROR | 422 VALIDATION_ERROR+
phone_invalid | 400 bad_request | 400 invalid_handle | 400 INVALID_PHONE_FORMAT | 422 VALIDATION_ERROR+
media_type | 415 unsupported_media_type | 415 unsupported_media_type | 415 UNSUPPORTED_MEDIA_TYPE | 415 UNSUPPORTED_MEDIA_TYPE
conversation_not_found | 404 not_found | 404 not_found | 404 CONVERSATION_NOT_FOUND | 404 NOT_FOUND
message_not_found | 404 not_found | 404 not_found | 404 MESSAGE_NOT_FOUND | 404 NOT_FOUND
tag_not_found | 404 not_found | 404 not_found | 404 TAG_NOT_FOUND | 404 NOT_FOUND
already_assigned | 409 conflict | 409 conflict | 409 CONVERSATION_ALREADY_ASSIGNED | 409 CONVERSATION_ALREADY_ASSIGNED
idempotency_mismatch | 409 conflict | 409 conflict | 409 CONFLICT | 409 CONFLICT
email_taken | 409 conflict | 409 conflict | 409 DUPLICATE_CONTACT_EMAIL | 409 CONTACT_EXISTS
tag_taken | 409 conflict | 409 conflict | 409 DUPLICATE_TAG_NAME | 409 TAG_EXISTS
quota_reached | 409 conflict | 409 conflict | 409 PLAN_LIMIT_REACHED | 409 LIMIT_REACHED
conversation_not_active | 422 conversation_not_active | 409 conflict | 409 CONVERSATION_NOT_ACTIVE | 422 CONVERSATION_NOT_ACTIVE
edit_window_expired | 422 edit_window_expired | 409 conflict | 409 EDIT_WINDOW_EXPIRED | 422 EDIT_WINDOW_EXPIRED
rate_limited | 429 rate_limit_exceeded | 429 rate_limited | 429 RATE_LIMIT_EXCEEDED | 429 -
internal | 500 internal_server_error | 500 internal_error | 500 INTERNAL_ERROR | 500 SERVER_ERROR
unavailable | 503 unavailable | 503 unavailable | 503 UNAVAILABLE | 503 UNAVAILABLE
"""
NAMES = ("flat", "traced", "coded", "wrapped")
ROWS = [[cell.strip() for cell in line.split("|")] for line in PROBLEMS.strip().splitlines()]
KINDS = [row[0] for row in ROWS]
MISSING = {"traced": "Missing or invalid API key"}
INTERNAL = {"flat": "Internal server error", "traced": "Something went wrong", "coded": "Unexpected error",
            "wrapped": "Unexpected server error"}
UNAVAILABLE = "The service is temporarily unavailable"
TEXT = re.compile(r".+", re.S)
REQUEST_ID = re.compile(r"req_[0-7][0-9A-HJKMNP-TV-Z]{25}")
PLAIN = ("metadata",)    # what is in these is the client's own, names too


def snake(name):
    return re.sub(r"[A-Z]", lambda c: "_" + c.group().lower(), name)


def camel(name):
    return re.sub(r"_([a-z])", lambda c: c.group(1).upper(), name)


def renamed(value, how):
    if isinstance(value, list):
        return [renamed(child, how) for child in value]
    if isinstance(value, dict):
        return {how(name): child if name in PLAIN else renamed(child, how) for name, child in value.items()}
    return value


class Mount:
    """One row. The flat mount is the subject of the other tests; here it is one of four.

    page       the names of its list parameters, and how many items a page has by default and at most
    key_limit  requests of one key in any 60 seconds by default; 0: no limit
    """

    first_send, replayed, rated, strict = 201, 200, True, False

    def __init__(self):
        column = 1 + NAMES.index(self.name)
        self.table = {}
        for row in ROWS:
            status, code = row[column].split()
            self.table[row[0]] = int(status), code.rstrip("+"), code.endswith("+")
        self.statuses = {}
        for status, code, _ in self.table.values():
            self.statuses.setdefault(code, set()).add(status)
        self.unauthorized = MISSING.get(self.name, "Invalid or missing API key")

    # How the wire calls things; a test says camelCase.

    def say(self, value):
        return renamed(value, snake)

    def hear(self, value):
        return renamed(value, camel)

    def status(self, kind):
        return self.table[kind][0]

    # Bodies of answers, as matchers.

    def one(self, member, value):
        return self.envelope(value)

    def values(self, value):
        return self.envelope(value)

    def done(self, word):
        return self.envelope({word: True})

    def changes(self, items, cursor, more):
        return self.envelope(items) | {"meta": {"cursor": cursor, "has_more": more}}

    def envelope(self, data):
        return {"data": self.say(data)}

    # Bodies of answers, as data in the names of the tests.

    def object(self, r, member):
        return self.hear(r.json["data"])

    def items(self, r, member):
        return self.hear(r.json["data"])

    def feed(self, r):
        """The changes, the cursor and whether there are more."""
        meta = r.json.get("meta", r.json)
        return self.hear(r.json["data"]), meta["cursor"], meta["has_more"]

    # Errors.

    def message(self, kind, text):
        """The expected message, when the test says none or one in the words of the flat mount."""
        if kind == "unauthorized":
            return self.unauthorized
        if kind == "internal":
            return INTERNAL[self.name]
        return UNAVAILABLE if kind == "unavailable" else TEXT if text is None else text

    def code(self, r):
        return r.json["error"]["code"]

    def told(self, r):
        """The whole human part of an error, wherever the mount puts it."""
        return r.json["error"]["message"]

    def named(self, r):
        """The fields that a validation error names, in its order."""
        return [re.split(r"[ \[]", fault)[0] for fault in self.told(r).split("; ")]

    def refuses(self, r, kind, promise, text=None, fields=None):
        """Asserts that a request was refused: status and body whole. The fields are those at fault."""
        status = self.table[kind][0]
        found = [] if r.status == status else ["expected status %d, got %d" % (status, r.status)]
        found += differences(r.json, self.error(kind, text, fields))
        if fields and not found and self.named(r) != [self.field(name) for name in fields]:
            found.append("expected the fields %s, got %s" % (fields, self.named(r)))
        return ok(not found, "%s: %s" % (self.name, promise), *found, r if found else "")

    def field(self, name):
        return snake(name)

    def answers(self, r, status, body, promise):
        found = [] if r.status == status else ["expected status %d, got %d" % (status, r.status)]
        found += differences(r.json, body)
        return ok(not found, "%s: %s" % (self.name, promise), *found, r if found else "")

    def page_query(self, number, size):
        """The query for a page of that size, counted from 1; traced has other means."""
        return "page=%d&per_page=%d" % (number, size)


class Flat(Mount):
    name, base = "flat", "/api/v1"
    key_limit, replayed, rated = 0, 201, False
    size, size_default, bad_size = "limit", 20, "limit"

    def say(self, value):
        return value

    hear = say

    def field(self, name):
        return name

    def one(self, member, value):
        return {member: value}

    def values(self, value):
        return value

    def done(self, word):
        return {"success": True}

    def changes(self, items, cursor, more):
        return {"changes": items, "cursor": cursor, "hasMore": more}

    def list(self, member, items, total=None, size=20, number=1, **_):
        """Messages have no total."""
        counted = {} if member == "messages" else {"total": len(items) if total is None else total}
        return {member: items, **counted, "limit": size, "offset": (number - 1) * size}

    def object(self, r, member):
        return r.json[member] if member else r.json

    def items(self, r, member):
        return r.json[member]

    def feed(self, r):
        return r.json["changes"], r.json["cursor"], r.json["hasMore"]

    def message(self, kind, text):
        return INTERNAL["flat"] if kind == "internal" else UNAVAILABLE if kind == "unavailable" else text or TEXT

    def code(self, r):
        return r.json["error"]

    def told(self, r):
        return r.json["message"]

    def error(self, kind, text=None, fields=None):
        code = self.table[kind][1]
        if kind == "rate_limited":
            return {"error": code, "cause": re.compile("per_(key|visitor|operator)"), "retryAfter": counts,
                    "window": re.compile("second|minute|hour")}
        return {"error": code, "message": self.message(kind, text)}

    def page_query(self, number, size):
        return "offset=%d&limit=%d" % ((number - 1) * size, size)


class Traced(Mount):
    name, base = "traced", "/traced/v1"
    key_limit, first_send, strict = 120, 202, True
    size, size_default, bad_size = "limit", 50, "limit"

    def envelope(self, data):
        return {"data": self.say(data), "request_id": REQUEST_ID}

    def changes(self, items, cursor, more):
        return self.envelope(items) | {"cursor": cursor, "has_more": more}

    def list(self, member, items, more=False, **_):
        return self.envelope(items) | {"has_more": more}

    def code(self, r):
        return r.json["error"]

    def told(self, r):
        return r.json["message"]

    def error(self, kind, text=None, fields=None):
        text = "Rate limit exceeded" if kind == "rate_limited" else self.message(kind, text)
        return {"error": self.table[kind][1], "message": text, "request_id": REQUEST_ID}

    def page_query(self, number, size):
        raise NotImplementedError("traced has no numbers of pages")


class Coded(Mount):
    name, base = "coded", "/coded/v1"
    key_limit = 100
    size, size_default, bad_size = "per_page", 20, "per_page"

    def list(self, member, items, total=None, size=20, number=1, **_):
        total = len(items) if total is None else total
        return self.envelope(items) | {"meta": {"page": number, "per_page": size, "total": total,
                                                "total_pages": -(-total // size)}}

    def error(self, kind, text=None, fields=None):
        status, code, _ = self.table[kind]
        text = self.message(kind, text)
        if kind == "rate_limited":
            text = re.compile(r"Limit of \d+ requests per (second|minute|hour) reached\. Wait \d+ seconds?\.")
        return {"error": {"code": code, "message": text, "status": status}}


class Wrapped(Mount):
    name, base = "wrapped", "/wrapped/v1"
    key_limit = 600
    size, size_default, bad_size = "per_page", 50, "per_page"

    def envelope(self, data):
        return {"success": True, "data": self.say(data)}

    def list(self, member, items, total=None, size=50, number=1, **_):
        total = len(items) if total is None else total
        return self.envelope(items) | {"meta": {"current_page": number, "last_page": max(1, -(-total // size)),
                                                "per_page": size, "total": total}}

    def error(self, kind, text=None, fields=None):
        if kind == "rate_limited":
            return {"message": "Too Many Attempts."}
        _, code, detailed = self.table[kind]
        error = {"code": code, "message": "The given data was invalid" if detailed else self.message(kind, text)}
        if detailed:
            error["details"] = {self.field(name): sentences for name in fields} if fields else explained
        return {"success": False, "error": error}

    def named(self, r):
        error = r.json["error"]
        return list(error["details"]) if "details" in error else super().named(r)


def counts(value):
    """a whole number from 1"""
    return type(value) is int and value >= 1


def sentences(value):
    """a list of sentences"""
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text for text in value)


def explained(value):
    """an object whose members are lists of sentences"""
    return isinstance(value, dict) and bool(value) and all(sentences(texts) for texts in value.values())


MOUNTS = (Flat(), Traced(), Coded(), Wrapped())
FLAT, TRACED, CODED, WRAPPED = MOUNTS


def mount_of(target, prefix=""):
    """The mount that a target is below; an unknown path is answered as the flat one does."""
    path = target.partition("?")[0]
    return next((mount for mount in MOUNTS if (path + "/").startswith(prefix + mount.base + "/")), FLAT)
