"""rules.py - what holds for every response, whatever was asked. Each breach is one sentence."""
import re

JSON_TYPE = "application/json; charset=utf-8"
REQUEST_ID = re.compile(r"req_[0-7][0-9A-HJKMNP-TV-Z]{25}")
RATE = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
STATUS = {
    "bad_request": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "method_not_allowed": 405,
    "conflict": 409, "payload_too_large": 413, "unsupported_media_type": 415, "conversation_not_active": 422,
    "edit_window_expired": 422, "rate_limit_exceeded": 429, "internal_server_error": 500, "unavailable": 503,
}
UNMETERED = re.compile(r"X-Visitor-Id (header required|must be a valid UUID)|"
                       r"Origin is not allowed for this application")
METERED = re.compile(r"(Conversation|Message) not found|You can only modify your own messages")


def breaches(r, limitless=False):
    """Yields a sentence for each rule that the response breaks."""
    if len(r.headers.all("X-Request-Id")) != 1 or not REQUEST_ID.fullmatch(r.id):
        yield "X-Request-Id is req_ and a ULID"
    if r.headers.all("Cache-Control") != ["no-store"]:
        yield "Cache-Control is no-store"
    if "Transfer-Encoding" in r.headers:
        yield "the length is declared, not chunked"
    yield from length(r)
    yield from rate(r, limitless)
    if r.status >= 400 and r.method != "HEAD":
        yield from error(r, r.json if isinstance(r.json, dict) else {})


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


def rate(r, limitless):
    values = [value for name in RATE for value in r.headers.all(name)]
    if values and (len(values) != 3 or not all(re.fullmatch(r"\d+", value) for value in values)):
        yield "the X-RateLimit headers come together, once each, as numbers"
    body = r.json if isinstance(r.json, dict) else {}
    message, health = str(body.get("message")), re.search(r"/api/v1/health/(live|ready)(\?|$)", r.target)
    if values and (health or r.status in (401, 405, 413) or UNMETERED.fullmatch(message)):
        yield "a request that met no limiter carries no X-RateLimit header"
    metered = r.status < 300 or r.status in (304, 409, 415, 422, 429) or METERED.fullmatch(message)
    if metered and not health and not values and not limitless:
        yield "a request that a limiter admitted or refused carries the X-RateLimit headers"


def error(r, body):
    code = body.get("error")
    if STATUS.get(code) != r.status:
        yield "the code of an error is one of the closed set and has its status"
    if code == "rate_limit_exceeded":
        yield from refusal(r, body)
    elif set(body) != {"error", "message"} or not isinstance(body["message"], str) or not body["message"]:
        yield "an error has the members error and message"
    if (r.status == 405) != ("Allow" in r.headers):
        yield "405, and no other, has Allow"
    if r.status == 503 and r.headers.all("Retry-After") != ["1"]:
        yield "503 says Retry-After: 1"


def refusal(r, body):
    if list(body) and set(body) != {"error", "cause", "retryAfter", "window"}:
        yield "429 has the members error, cause, retryAfter and window"
    elif (body["cause"] not in ("per_visitor", "per_operator") or body["window"] not in ("second", "minute", "hour")
          or type(body["retryAfter"]) is not int or body["retryAfter"] < 1):
        yield "429 names its cause, its window and a whole number of seconds"
    elif r.headers.all("Retry-After") != [str(body["retryAfter"])] or r.headers.get("X-RateLimit-Remaining") != "0":
        yield "the headers of 429 agree with its body"
