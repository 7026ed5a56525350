#!/usr/bin/python3
"""origin_test.py - which pages may use an application's key."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.site import Site
from lib.tap import run

REFUSED = "Origin is not allowed for this application"

# allowed origins of the application, kind of key, origins that pass, origins that do not
CASES = (
    (["example.com"], "live",
     ["https://example.com", "http://example.com", "https://EXAMPLE.com", "https://example.com:8443",
      "https://www.example.com", "HTTPS://WWW.Example.Com:1"],
     ["https://sub.example.com", "https://www.sub.example.com", "https://wwwexample.com", "https://notexample.com",
      "https://example.com.evil.org", "https://example.org", "https://evil.org/example.com",
      "https://example.com@evil.org", "https://evil.org#example.com", "https://evil.org?example.com",
      "https://evil.org:80@example.org", "https://example.co", "https://xample.com", "https://www.www.example.com",
      "https://example.comm", "null", "https://", "https://localhost", "http://app.localhost", "http://127.0.0.1",
      "http://[::1]", "https://example.com, https://a.org", "https://[example.com]", "https://*.example.com",
      "https://%65xample.com"]),
    (["www.example.com"], "live",
     ["https://www.example.com", "https://example.com"],
     ["https://sub.example.com", "https://com"]),
    (["*.example.com"], "live",
     ["https://example.com", "https://www.example.com", "https://a.b.c.example.com:81", "https://A.EXAMPLE.COM"],
     ["https://badexample.com", "https://example.com.evil.org", "https://.example.org", "https://com",
      "https://aexample.com", "https://evil.org/.example.com", "https://evil.org#.example.com",
      "https://evil.org?.example.com", "https://evil.org:80@.example.com", "https://evil.org\\.example.com",
      "https://evil.org .example.com"]),
    (["Shop.Example.COM"], "live",
     ["https://shop.example.com", "https://www.shop.example.com"],
     ["https://example.com"]),
    (["one.example", "*.two.example"], "live",
     ["https://one.example", "https://x.two.example", "https://two.example"],
     ["https://x.one.example", "https://three.example"]),
    (["example.com"], "test",
     ["https://example.com", "http://localhost", "http://localhost:3000", "http://LOCALHOST:3000",
      "https://app.localhost", "http://a.b.localhost:1", "http://127.0.0.1", "http://127.0.0.1:8080",
      "http://[::1]", "http://[::1]:8080"],
     ["http://localhost.evil.org", "http://notlocalhost", "http://127.0.0.2", "http://127.0.0.1.evil.org",
      "http://[::2]", "http://[::1].evil.org", "https://example.org", "http://0.0.0.0"]),
    ([], "live",
     ["https://anything.example", "null", "http://localhost"],
     []),
)


def main():
    site = Site()
    for origins, env, allowed, foreign in CASES:
        v = site.new_app(origins=origins, env=env).visitor()
        what = "with %s allowed, a %s key" % (" and ".join(origins) or "nothing in particular", env)
        status_is(v.get("/conversations"), 200, what + " serves a request without Origin")
        for origin in allowed:
            status_is(v.get("/conversations", headers={"Origin": origin}), 200, "%s serves %s" % (what, origin))
        for origin in foreign:
            refused(v.get("/conversations", headers={"Origin": origin}), "forbidden", REFUSED,
                    "%s refuses %s" % (what, origin))

    app = site.new_app(origins=["example.com"])
    app.set("--require-origin", "yes")
    v = app.visitor()
    refused(v.get("/conversations"), "forbidden", None, "with --require-origin yes a missing Origin is 403")
    status_is(v.get("/conversations", headers={"Origin": "https://example.com"}), 200, "an allowed Origin passes then")
    refused(v.get("/conversations", headers={"Origin": "https://example.org"}), "forbidden", REFUSED,
            "a foreign Origin does not pass then")
    app.set("--require-origin", "no")
    status_is(v.get("/conversations"), 200, "with --require-origin no it need not be sent")
    app.set("--origin", "example.net")
    refused(v.get("/conversations", headers={"Origin": "https://example.com"}), "forbidden", REFUSED,
            "new allowed origins replace the old ones at once")
    app.set("--no-origins")
    status_is(v.get("/conversations", headers={"Origin": "https://example.com"}), 200,
              "with --no-origins anything goes")
    app.set("--require-origin", "yes")
    refused(v.get("/conversations"), "forbidden", None, "without allowed origins, --require-origin wants some origin")
    status_is(v.get("/conversations", headers={"Origin": "https://any.example"}), 200, "and any origin will do then")
    site.finish()


run(main)
