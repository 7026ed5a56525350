#!/usr/bin/python3
"""apache_test.py - what Apache could do to Foyer's answers, files and processes, and does not."""
import concurrent.futures
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import http
from lib.expect import answers, refused, status_is
from lib.own import post
from lib.site import Site
from lib.tap import is_, ok, run

SETUPS = (("apache", ""), ("apache", "/chat"), ("apache-socket", ""), ("htaccess", "/chat"), ("cgi", "/chat"))


def left_alone(name, v, c):
    r = v.get("/conversations", headers={"Accept-Encoding": "gzip, br, deflate"})
    ok("Content-Encoding" not in r.headers, name + ": answers are not compressed", r)
    r = v.get("/conversations/%s/changes" % c)
    is_(v.get("/conversations/%s/changes" % c, headers={"If-None-Match": r.headers.get("ETag")}).status, 304,
        name + ": an ETag comes back as it went")
    r = v.get("/conversations", headers={"Range": "bytes=0-3"})
    is_([r.status, "Content-Range" in r.headers], [200, False], name + ": a range is not cut out of an answer")
    for method, path, code in (("GET", "/nowhere", "not_found"), ("PUT", "/conversations", "method_not_allowed")):
        refused(v.request(method, path), code, None, "%s: no page of Apache's replaces the %s of Foyer" % (name, code))
    refused(v.get("/conversations", headers={"Authorization": None}), "unauthorized", None, name + ": nor its 401")
    answers(v.get("/conversations?--version"), 200, lambda _: True, name + ": a query is no argument of the program")
    status_is(v.post("/conversations", {}, headers={"Expect": "100-continue"}), 201, name + ": 100-continue is served")


def never_empty(name, site, v):
    """An empty body starts a conversation."""
    before = v.get("/conversations").json["total"]
    for size in (131073, 1048577, 4194304):
        for fields, body in ((["Content-Length: %d" % size], b"x" * size),
                             (["Transfer-Encoding: chunked"], b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size))):
            given = fields + ["%s: %s" % pair for pair in v.headers.items()]
            r = http.parse("POST", "", site.raw(post(site.base + "/conversations", *given, body=body)))
            ok(r.status >= 400, "%s: %d bytes are refused (%s)" % (name, size, fields[0]), r)
    is_(v.get("/conversations").json["total"], before, name + ": and are never taken for an empty body")


def secrets(name, site):
    for path in ("/foyer.fcgi", "/.htaccess", "/unavailable.asis", "/foyer-unavailable", "/pgpass", "/pg_service.conf",
                 "/etc/pgpass", "/bin/foyer.fcgi"):
        refused(site.get(site.prefix + path), "not_found", None, "%s: %s is not to be had" % (name, path))


def lost(name, site, v, c):
    """The database refuses: Foyer's own 503 is not replaced."""
    site.database.alter("ALLOW_CONNECTIONS false")
    site.disconnect()
    refused(v.get("/conversations", fault=True), "unavailable", None, name + ": Foyer's own 503 arrives")
    site.database.alter("ALLOW_CONNECTIONS true")


def capped():
    """No more processes than the sample says, whatever comes; what waits is answered."""
    site = Site(server="apache", procs=3)
    v = site.new_app().visitor()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        statuses = [r.status for r in pool.map(lambda _: v.get("/conversations"), range(96))]
    is_(set(statuses), {200}, "96 requests, 24 at once, are answered by at most 3 processes")
    ok(1 <= len(site.server.workers()) <= 3, "and there are no more", site.server.workers())
    site.finish()


def main():
    for name, prefix in SETUPS:
        site, where = Site(server=name, prefix=prefix), "%s at %s/" % (name, prefix)
        v = site.new_app().visitor()
        c = v.start()["id"]
        left_alone(where, v, c)
        never_empty(where, site, v)
        secrets(where, site)
        lost(where, site, v, c)
        site.finish()
    capped()


run(main)
