"""rules.py - what holds for every response, whatever was asked. Each breach is one sentence."""
import re
import time

from .mounts import INTERNAL, UNAVAILABLE, mount_of

JSON_TYPE = "application/json; charset=utf-8"
REQUEST_ID = re.compile(r"req_[0-7][0-9A-HJKMNP-TV-Z]{25}")
RATE = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
STATUS = {
    "bad_request": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "method_not_allowed": 405,
    "conflict": 409, "payload_too_large": 413, "unsupported_media_type": 415, "conversation_not_active": 422,
    "edit_window_expired": 422, "rate_limit_exceeded": 429, "internal_server_error": 500, "unavailable": 503,
}
HEALTH = re.compile(r"/(api|traced|coded|wrapped)/v1/health(/live|/ready)?(\?|$)")
UNMETERED = re.compile(r"X-Visitor-Id (header required|must be a valid UUID)|"
                       r"Origin is not allowed for this application")
METERED = re.compile(r"(Conversation|Message|Tag) not found|You can only modify your own messages")
WINDOW, SLACK = 3600, 15    # seconds; how late a response may be looked at


def breaches(r, limitless=False, prefix=""):
    """Yields a sentence for each rule that the response breaks."""
    mount = mount_of(r.target, prefix)
    if len(r.headers.all("X-Request-Id")) != 1 or not REQUEST_ID.fullmatch(r.id):
        yield "X-Request-Id is req_ and a ULID"
    if r.headers.all("Cache-Control") != ["no-store"]:
        yield "Cache-Control is no-store"
    if "Transfer-Encoding" in r.headers:
        yield "the length is declared, not chunked"
    yield from length(r)
    yield from rate(r, limitless, mount)
    if r.method == "HEAD" or not r.body:
        return
    body = r.json if isinstance(r.json, dict) else {}
    if r.status >= 400:
        yield from error(r, body, mount)
    yield from ENVELOPES[mount.name](r, body, mount)


def length(r):
    declared, kind = r.headers.all("Content-Length"), r.headers.all("Content-Type")
    if r.status in (204, 304):
        if declared or kind or r.body:
            yield "204 and 304 have neither body nor length nor type"
        return
    if kind != [JSON_TYPE]:
        yield "Content-Type is " + JSON_TYPE
    if r.method == "HEAD":
        if r.body or len(declared) != 1 or not declared[0].isdigit() or declared == ["0"]:
            yield "HEAD has the length that GET would have, and no body"
    elif declared != [str(len(r.body))] or not isinstance(r.json, dict):
        yield "the body is a JSON object as long as Content-Length says"


def rate(r, limitless, mount):
    values = [value for name in RATE for value in r.headers.all(name)]
    if values and (len(values) != 3 or not all(re.fullmatch(r"\d+", value) for value in values)):
        yield "the X-RateLimit headers come together, once each, as numbers"
    elif values and not -SLACK <= int(values[2]) - time.time() <= WINDOW + 1:
        yield "X-RateLimit-Reset is an instant from now to a window later"
    elif values and not int(values[1]) <= int(values[0]):
        yield "X-RateLimit-Remaining is at most the limit"
    if mount.rated:
        if not values and not limitless:
            yield "%s: T-3, T-4, T-5: every response has the three X-RateLimit headers" % mount.name
        return
    body = r.json if isinstance(r.json, dict) else {}
    message, health = str(body.get("message")), HEALTH.search(r.target)
    if values and (health or r.status in (401, 405, 413) or UNMETERED.fullmatch(message)):
        yield "a request that met no limiter carries no X-RateLimit header"
    metered = r.status < 300 or r.status in (304, 409, 415, 422, 429) or METERED.fullmatch(message)
    if metered and not health and not values and not limitless:
        yield "a request that a limiter admitted or refused carries the X-RateLimit headers"


def error(r, body, mount):
    if (r.status == 405) != ("Allow" in r.headers):
        yield "405, and no other, has Allow"
    if (r.status == 401) != (r.headers.all("WWW-Authenticate") == ["Bearer"]):
        yield "401, and no other, has WWW-Authenticate: Bearer"
    if r.status == 503 and r.headers.all("Retry-After") != ["1"]:
        yield "503 says Retry-After: 1"
    if r.status == 429 and (not re.fullmatch(r"[1-9]\d*", r.headers.get("Retry-After") or "")
                            or r.headers.get("X-RateLimit-Remaining") != "0"):
        yield "T-6: 429 says Retry-After in whole seconds, and that nothing remains"
    if r.status not in (429, 503) and "Retry-After" in r.headers:
        yield "429 and 503, and no other, have Retry-After"
    if mount.name == "wrapped" and r.status == 429:
        if body != {"message": "Too Many Attempts."}:
            yield "W-16: the wrapped 429 is exactly its message"
        return
    try:
        code = mount.code(r)
    except (KeyError, TypeError):
        yield "%s: MB-1, T-11, W-1: an error has a code" % mount.name
        return
    if r.status not in mount.statuses.get(code, ()):
        yield "%s: the code of an error is one of the closed set and has its status" % mount.name
    elif r.status >= 500 and mount.told(r) != (UNAVAILABLE if r.status == 503 else INTERNAL[mount.name]):
        yield "%s: MB-6: a 5xx says one of a fixed list" % mount.name


# What the whole body is, in each mount.

def flat(r, body, mount):
    if r.status < 400:
        return
    if body.get("error") == "rate_limit_exceeded":
        yield from refusal(r, body)
    elif set(body) != {"error", "message"} or not isinstance(body["message"], str) or not body["message"]:
        yield "an error has the members error and message"


def refusal(r, body):
    if list(body) and set(body) != {"error", "cause", "retryAfter", "window"}:
        yield "429 has the members error, cause, retryAfter and window"
    elif (body["cause"] not in ("per_visitor", "per_operator", "per_key")
          or body["window"] not in ("second", "minute", "hour")
          or type(body["retryAfter"]) is not int or body["retryAfter"] < 1):
        yield "429 names its cause, its window and a whole number of seconds"
    elif r.headers.all("Retry-After") != [str(body["retryAfter"])]:
        yield "the headers of 429 agree with its body"


def traced(r, body, mount):
    if body.get("request_id") != r.id:
        yield "traced: MB-3, MB-4: request_id is in every body, and the same as X-Request-Id"
    if r.status < 400:
        if not {"data"} <= set(body) <= {"data", "request_id", "has_more", "cursor"}:
            yield "traced: MB-D7, MB-D8: a success has data, request_id, and has_more of a list"
    elif set(body) != {"error", "message", "request_id"} or not all(
            isinstance(value, str) and value for value in body.values()):
        yield "traced: MB-1: an error has error, message and request_id, all of them strings"


def coded(r, body, mount):
    if r.status < 400:
        if not {"data"} <= set(body) <= {"data", "meta"}:
            yield "coded: T-D10: a success has data, and a list meta"
        return
    told = body.get("error")
    if set(body) != {"error"} or not isinstance(told, dict) or set(told) != {"code", "message", "status"}:
        yield "coded: T-11: an error is an object with code, message and status"
    elif told["status"] != r.status or type(told["status"]) is not int:
        yield "coded: T-11: error.status is the status"
    elif r.status == 429:
        said = [r.headers.get("X-RateLimit-Limit"), r.headers.get("Retry-After")]
        if re.findall(r"\d+", str(told["message"])) != said:
            yield "coded: T-7: the message of 429 names the limit and the wait"


def wrapped(r, body, mount):
    if r.status == 429:
        return
    if body.get("success") is not (r.status < 400):
        yield "wrapped: W-4: success is whether the status is below 400"
    if r.status < 400:
        if not {"success", "data"} <= set(body) <= {"success", "data", "meta"}:
            yield "wrapped: W-D4: a success has success and data, and a list meta"
        return
    told = body.get("error")
    if set(body) != {"success", "error"} or not isinstance(told, dict) or not (
            {"code", "message"} <= set(told) <= {"code", "message", "details"}):
        yield "wrapped: W-1: an error has success and error, and that code, message and sometimes details"
    elif ("details" in told) != (r.status == 422 and told["code"] == "VALIDATION_ERROR"):
        yield "wrapped: W-18: 422 VALIDATION_ERROR has details, and no other"
    elif "details" in told and not (isinstance(told["details"], dict) and told["details"] and all(
            isinstance(texts, list) and texts and all(isinstance(text, str) and text for text in texts)
            for texts in told["details"].values())):
        yield "wrapped: W-2: details is field names and lists of sentences"


ENVELOPES = {"flat": flat, "traced": traced, "coded": coded, "wrapped": wrapped}
