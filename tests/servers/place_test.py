#!/usr/bin/python3
"""place_test.py - each set-up serves at the root of a site and below a path."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import refused, status_is
from lib.servers import SERVERS
from lib.site import Site
from lib.tap import is_, ok, run


def main():
    for name in SERVERS:
        for prefix in ("", "/chat", "/a/deeper-place_1"):
            where = "%s at %s/: " % (name, prefix)
            site = Site(server=name, prefix=prefix)
            v = site.new_app().visitor()
            status_is(v.post("/conversations", {"subject": "here"}), 201, where + "a conversation is started")
            refused(site.get(prefix + "/nowhere"), "not_found", None, where + "Foyer answers for the rest of the place")
            outside = site.get("/nowhere", foreign=True)
            is_(outside.status, 404, where + "nothing is elsewhere")
            ok(("X-Request-Id" in outside.headers) == (prefix == ""), where + "and of the rest of the site Foyer is not "
               "asked", outside)
            site.finish()


run(main)
