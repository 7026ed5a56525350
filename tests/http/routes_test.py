#!/usr/bin/python3
"""routes_test.py - what methods and paths name."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, anything, refused, status_is
from lib.fcgi import Worker
from lib.site import Site
from lib.tap import is_, ok, run

NOBODY = "9b2cf5a4-0a0e-4c5e-8a51-3d0b9a1f7e55"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def unknown_paths(site, v, conversation):
    paths = [site.prefix + path for path in ("/", "/api", "/api/v1", "/api/v1/", "/api/v2/conversations",
                                             "/conversations", "/health/live")]
    paths += [site.base + path for path in (
        "/nowhere", "/Conversations", "/conversation", "/conversations/", "/conversationsx", "/health/",
        "/health/live/", "/health/LIVE", "/conversations/%s/" % conversation,
        "/conversations/%s/nowhere" % conversation,
        "/conversations/%s/messages/" % conversation, "/conversations%2F" + conversation,
        "/conversations/%s%%2Fmessages" % conversation)]
    for path in paths:
        for headers, who in ((v.headers, "a visitor"), ({}, "somebody without a key")):
            refused(site.get(path, headers=headers), "not_found", None, "%s learns that there is no path %s" % (
                who, path.replace(conversation, ":id")))
    refused(site.request("OPTIONS", site.base + "/nowhere"), "not_found", None, "OPTIONS of an unknown path is 404")


def other_methods(site, v, conversation):
    for path, allowed in (("/conversations", {"GET", "POST"}),
                          ("/conversations/%s/messages" % conversation, {"GET", "POST"}),
                          ("/conversations/not-a-uuid/messages", {"GET", "POST"}),
                          ("/health/live", {"GET"}), ("/health/ready", {"GET"})):
        name = path.replace(conversation, ":id")
        for method in sorted(METHODS - allowed):
            r = v.request(method, path)
            refused(r, "method_not_allowed", None, "%s %s is 405" % (method, name))
            named = {word.strip() for word in (r.headers.get("Allow") or "").split(",")}
            is_(named - {"HEAD"}, allowed, "the Allow of %s %s lists the methods of the path" % (method, name))
        refused(site.request("PUT", site.base + path), "method_not_allowed", None, "PUT %s is 405 without a key" % name)
    for method in ("POST", "PUT", "PATCH", "OPTIONS"):
        r = v.request(method, "/conversations/" + conversation)
        refused(r, "method_not_allowed", None, "%s /conversations/:id is 405" % method)
        ok("GET" in (r.headers.get("Allow") or ""), "the Allow of %s /conversations/:id has GET" % method, r)


def head(site, v, conversation):
    for path in ("/conversations", "/conversations?limit=1", "/conversations/" + conversation,
                 "/conversations/%s/messages" % conversation, "/conversations/" + NOBODY, "/nowhere", "/health/live",
                 "/health/ready", "/conversations?limit=0"):
        got, told = v.get(path), v.head(path)
        is_([told.status, told.body, told.headers.get("Content-Length"), told.headers.get("Content-Type")],
            [got.status, b"", str(len(got.body)), got.headers.get("Content-Type")],
            "HEAD %s is GET without the body" % path.replace(conversation, ":id"))
    is_([r.status for r in (v.request("HEAD", "/conversations", headers={"Authorization": None}),)], [401],
        "HEAD without a key is 401")


def ids(site, v, conversation):
    r = v.get("/conversations/" + conversation.upper())
    is_(r.json and r.json["conversation"]["id"], conversation, "an id in upper case names the same conversation")
    status_is(v.post("/conversations/%s/messages" % conversation.upper(), {"content": "x"}), 201,
              "an id in upper case takes a message")
    flat = conversation.replace("-", "")
    for bad in ("0", "not-a-uuid", "%7B" + conversation + "%7D", flat, "urn:uuid:" + conversation, conversation + "0",
                conversation[:-1], conversation[:-1] + "g", conversation.replace("-", "_"), flat[:4] + "-" + flat[4:],
                conversation[:-3] + "%C3%A9", conversation + "%20", "%20" + conversation, "-", "%2D"):
        for path in ("/conversations/" + bad, "/conversations/%s/messages" % bad):
            name = path.replace(conversation, ":id")
            refused(v.get(path), "not_found", "Conversation not found", "%s names nothing" % name)
            refused(v.get(path, headers={"Authorization": None}), "unauthorized", "Missing credentials",
                    "%s is a known route: without a key 401" % name)
    refused(v.post("/conversations/not-a-uuid/messages", {"content": "x"}), "not_found", "Conversation not found",
            "a message to an id that is no UUID is 404")


def encoding(site, v, conversation):
    for path in ("/%63onversations/" + conversation, "/conversations/" + conversation.replace("-", "%2D"),
                 "/conversations/%s/%%6D%%65ssages" % conversation, "/conversations/%s?" % conversation,
                 "/conversations/%s?x=/nowhere" % conversation):
        status_is(v.get(path), 200, "%s is the same path" % path.replace(conversation, ":id"))
    status_is(v.get("/conversations/%253" + conversation[1:]), 404, "a path is decoded once, not twice")


def health(site, v):
    for headers, who in (({}, "anyone"), ({"Authorization": "Bearer nonsense", "X-Visitor-Id": "x"}, "a wrong key")):
        answers(site.get(site.base + "/health/live", headers=headers), 200, {"status": "ok"}, who + " may ask for life")
        answers(site.get(site.base + "/health/ready", headers=headers), 200,
                {"status": "ok", "schemaVersion": anything}, who + " may ask for readiness")
    status_is(site.get(site.base + "/health/live?x=1&x=2"), 200, "health ignores a query")
    status_is(site.get(site.base + "/health/live", headers={"Range": "bytes=0-1"}), 200, "a range is ignored")


def prefix():
    """Of the rest of the site a web server does not ask Foyer; but one that does is told that there is nothing."""
    inside = ["/chat/", "/chat/chat/api/v1/health/live", "/chat/health/live"]
    outside = ["/api/v1/health/live", "/chat", "/chatty/api/v1/health/live", "/chatapi/v1/health/live",
               "/Chat/api/v1/health/live"]
    for door, paths in ((Site(procs=1, prefix="/chat"), inside), (Worker(prefix="/chat"), inside + outside)):
        v = door.new_app().visitor()
        conversation = v.start()["id"]
        status_is(v.get("/conversations/" + conversation), 200, "below FOYER_PREFIX the routes are there")
        answers(door.get("/chat/api/v1/health/live"), 200, {"status": "ok"}, "health is there below FOYER_PREFIX")
        for path in paths:
            refused(door.get(path), "not_found", None, "with FOYER_PREFIX=/chat there is no " + path)
        door.finish()


def main():
    site = Site()
    v = site.new_app().visitor()
    conversation = v.start()["id"]
    unknown_paths(site, v, conversation)
    other_methods(site, v, conversation)
    head(site, v, conversation)
    ids(site, v, conversation)
    encoding(site, v, conversation)
    health(site, v)
    prefix()
    ok(site.raw(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1."), "an HTTP/1.0 client is answered")
    site.finish()


run(main)
