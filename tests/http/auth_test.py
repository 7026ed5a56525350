#!/usr/bin/python3
"""auth_test.py - keys, applications and visitor ids: who is told what is wrong."""
import datetime
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.site import Site
from lib.tap import is_, ok, run
from lib.wait import until

PATH = "/conversations"


def keys(app, v):
    key = app.key
    refused(v.get(PATH, headers={"Authorization": None}), "unauthorized", "Missing credentials",
            "a request without a key is told so")
    body = key[len("dk_test_"):]
    parts = {"whole": body, "cut": body[:-1], "short": body[:-2]}
    for bad in ("dk_test_{cut}", "dk_test_{whole}A", "dk_test_{cut}-", "dk_test_{cut}_", "dk_test_{whole}-",
                "dk_test_{whole}\u00e9", "dk_test_{cut}\u00e9", "dk_test_{short}\u00e9", "dk_prod_{whole}",
                "dk_{whole}", "sk_test_{whole}", "DK_TEST_{whole}", "dk_test_", "x", "{whole}", "op_test_{cut}",
                "dk_test_ {cut}"):
        for name, value in (("Authorization", "Bearer " + bad), ("X-Api-Key", bad)):
            refused(v.get(PATH, headers={"Authorization": None, name: value.format(**parts)}), "unauthorized",
                    "Invalid API key format", "%s: %s is malformed" % (name, value))
    for unknown in ("dk_test_" + "A" * 32, "dk_live_" + body, "op_test_" + body, "op_live_" + "0" * 32,
                    "dk_test_" + body.swapcase()):
        refused(v.get(PATH, headers={"Authorization": "Bearer " + unknown}), "unauthorized", "Invalid API key",
                "a well-formed key that nobody has is invalid")


def schemes(app, v):
    key = app.key
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        status_is(v.get(PATH, headers={"Authorization": scheme + " " + key}), 200, scheme + " is a scheme")
    for value in ("Basic " + key, "Bearer", "Bearer" + key, key, "Token " + key, "Bearer, " + key):
        is_(v.get(PATH, headers={"Authorization": value}).status, 401,
            "Authorization: %s is 401" % value.replace(key, "KEY"))
    status_is(v.get(PATH, headers={"Authorization": None, "X-Api-Key": key}), 200, "X-Api-Key is the same thing")
    status_is(v.get(PATH, headers={"X-Api-Key": key}), 200, "both headers with the same key will do")
    other = app.new_key("--env", "test")[1]
    for headers in ({"X-Api-Key": other}, {"Authorization": "Bearer " + other, "X-Api-Key": key},
                    {"X-Api-Key": "x"}, {"Authorization": "Bearer x", "X-Api-Key": key}):
        refused(v.get(PATH, headers=headers), "unauthorized", None, "two headers with different keys are 401")
    status_is(v.get(PATH, headers={"Authorization": "Bearer " + other}), 200, "an application may have several keys")
    status_is(v.get(PATH, headers={"Authorization": "Bearer " + app.new_key("--env", "live")[1]}), 200,
              "a live key is as good as a test key")


def applications(site, app, v):
    refused(v.get(PATH, headers={"X-App-Id": None}), "unauthorized", "Missing X-App-Id header",
            "a key without X-App-Id is told so")
    other = site.new_app()
    sibling = site.new_app(organization=app.organization)
    for value, what in ((other.id, "another application"), (sibling.id, "a sibling of the same organization"),
                        (str(uuid.uuid4()), "an unknown application"), ("nonsense", "no UUID"),
                        (app.id.replace("-", ""), "a UUID without hyphens"), ("{%s}" % app.id, "a UUID in braces"),
                        (app.id + "0", "a UUID and a digit more"), (app.organization, "the organization")):
        refused(v.get(PATH, headers={"X-App-Id": value}), "unauthorized", "X-App-Id does not match API key",
                "X-App-Id that is %s does not match" % what)
    status_is(v.get(PATH, headers={"X-App-Id": app.id.upper()}), 200, "X-App-Id is a UUID in either case")


def lifetimes(app, v):
    key_id, key = app.new_key()
    headers = {"Authorization": "Bearer " + key}
    status_is(v.get(PATH, headers=headers), 200, "a new key works")
    app.database.foyerctl("key", "revoke", key_id)
    refused(v.get(PATH, headers=headers), "unauthorized", "API key has been revoked", "a revoked key is dead at once")
    refused(v.get(PATH, headers=headers | {"X-App-Id": str(uuid.uuid4())}), "unauthorized", "API key has been revoked",
            "a revoked key is told so before its application is looked at")
    status_is(v.get(PATH), 200, "revoking a key leaves the others alone")

    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    headers = {"Authorization": "Bearer " + app.new_key("--expires", soon.isoformat())[1]}
    answers = []
    until(lambda: answers.append(v.get(PATH, headers=headers)) or answers[-1].status != 200, "the key expires")
    is_(answers[0].status, 200, "a key works until it expires")
    refused(answers[-1], "unauthorized", "API key has expired", "an expired key is told so")


def visitors(v):
    refused(v.get(PATH, headers={"X-Visitor-Id": None}), "bad_request", "X-Visitor-Id header required",
            "a visitor must say who it is")
    id = v.id
    for bad, what in (("x", "a letter"), ("123", "a number"), (id.replace("-", ""), "a UUID without hyphens"),
                      ("{%s}" % id, "a UUID in braces"), ("urn:uuid:" + id, "a URN"), (id + "0", "a digit too long"),
                      (id[:-1], "a digit too short"), (id[:-1] + "g", "not hexadecimal"), ("-" * 36, "all hyphens"),
                      (id.replace("-", "_"), "a UUID with underscores"), (id.replace("-", " "), "a UUID with blanks"),
                      (id[:8] + id[9:13] + "-" + id[13:], "a UUID with a hyphen elsewhere"), (id + "," + id, "two"),
                      (id + ", " + id, "a list"), ("\u0660" + id[1:], "a UUID with a foreign digit")):
        refused(v.get(PATH, headers={"X-Visitor-Id": bad}), "bad_request", "X-Visitor-Id must be a valid UUID",
                "X-Visitor-Id that is %s is malformed" % what)
    for good, what in ((uuid.UUID(int=0), "the nil UUID"), (uuid.uuid1(), "version 1"), (uuid.uuid4(), "version 4"),
                       (uuid.uuid5(uuid.NAMESPACE_DNS, "foyer"), "version 5"),
                       (uuid.UUID(int=(1 << 128) - 1), "the last UUID"),
                       ("12345678-1234-f234-0234-123456789abc", "no known version")):
        status_is(v.get(PATH, headers={"X-Visitor-Id": good}), 200, "a visitor id may be any UUID: " + what)


def order(site):
    """Of several faults the first in the order key, application, origin, suspension, visitor is told."""
    app = site.new_app(origins=["example.com"])
    app.set("--suspended", "yes")
    v = app.visitor(id="nobody")
    worst = {"Authorization": "Bearer dk_test_" + "B" * 32, "X-App-Id": None, "Origin": "https://evil.example"}
    steps = ((("unauthorized", "Invalid API key"), "Authorization", "Bearer " + app.key),
             (("unauthorized", "Missing X-App-Id header"), "X-App-Id", str(uuid.uuid4())),
             (("unauthorized", "X-App-Id does not match API key"), "X-App-Id", app.id),
             (("forbidden", "Origin is not allowed for this application"), "Origin", "https://example.com"))
    for (code, text), name, better in steps:
        refused(v.get(PATH, headers=worst), code, text, "of all faults left, the first is told: " + text)
        worst[name] = better
    r = v.get(PATH, headers=worst)
    refused(r, "forbidden", None, "a suspended application is told so before its visitor is looked at")
    ok("Origin" not in r.json["message"], "a suspension is not blamed on the origin", r)
    app.set("--suspended", "no")
    refused(v.get(PATH, headers=worst), "bad_request", "X-Visitor-Id must be a valid UUID", "the visitor comes last")
    status_is(v.get(PATH, headers=worst | {"X-Visitor-Id": str(uuid.uuid4())}), 200, "after the suspension all is well")


def wrong_kind(site, app, v):
    operator = {"Authorization": "Bearer " + app.new_operator()["key"]}
    for headers in (operator, operator | {"X-Visitor-Id": None}, operator | {"X-App-Id": None}):
        refused(v.post(PATH, {}, headers=headers), "forbidden", None, "an operator's key on a visitor's route is 403")
    refused(v.post(PATH, {}, headers=operator | {"X-App-Id": str(uuid.uuid4())}), "unauthorized", None,
            "an operator's key with a foreign application is 401, not 403")
    refused(v.post(PATH, headers=operator, body=b"{"), "forbidden", None, "the wrong kind of key comes before the body")


def main():
    site = Site()
    app = site.new_app()
    v = app.visitor()
    keys(app, v)
    schemes(app, v)
    applications(site, app, v)
    lifetimes(app, v)
    visitors(v)
    order(site)
    wrong_kind(site, app, v)
    site.finish()


run(main)
