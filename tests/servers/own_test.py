#!/usr/bin/python3
"""own_test.py - what the web servers answer by themselves: that, nothing else, and the documentation has it."""
import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import http
from lib.own import OWN, REQUESTS, SETTINGS
from lib.servers import SERVERS, relaxed
from lib.site import Site
from lib.tap import is_, run

TEXT = (pathlib.Path(os.environ["FOYER_ROOT"]) / "docs" / "deployment.md").read_text(encoding="utf-8")


def answered(site, request):
    """The status of the server's own answer; None when the answer is Foyer's."""
    r = http.parse("", "", site.raw(request))
    return None if "X-Request-Id" in r.headers else r.status


def alone(name, site, own):
    for what, request in REQUESTS.items():
        is_(answered(site, request(site.base + "/health/live")), own.get(what), "%s: %s is answered by %s" % (
            name, what, "the web server" if what in own else "Foyer"))


def nobody(name, site, own):
    """All workers have ended, and the web server has not."""
    site.server.pool.stop()
    is_(site.get(site.base + "/health/live", foreign=True).status, own["no process listens"],
        "%s: it answers when no process listens" % name)
    site.server.pool.start()


def tables():
    """The tables of the document: the section, the header, and the rows."""
    for section in TEXT.split("\n## "):
        for table in re.findall(r"(?:^\|.*\n)+", section, re.M):
            header, _, *rows = ([cell.strip() for cell in line.strip("|\n").split(" | ")] for line in table.splitlines())
            yield section.partition("\n")[0].lower(), header, rows


def documented(server):
    """Returns what the document has a setting against. The server names a column, or the section."""
    status, instead = {}, []
    for section, header, rows in tables():
        if header[0] == "asked" and (server in header or section == server):
            column = header.index(server if server in header else "status")
            rows = [row for row in rows if row[column].isdigit()]
            status |= {row[0]: int(row[column]) for row in rows}
            instead += [row[0] for row in rows if row[-1].startswith("`")]
    is_(status, OWN[server], "docs/deployment.md has what %s answers by itself, and nothing else" % server)
    return instead


def with_settings(server, instead):
    """All of those settings together."""
    SERVERS["changed"] = SERVERS[server]._replace(kind=relaxed(SERVERS[server].kind, SETTINGS[server]))
    site = Site(server="changed")
    for what in instead:
        is_(answered(site, REQUESTS[what](site.base + "/health/live")), None,
            "%s: with the documented setting %s is answered by Foyer" % (server, what))
    del SERVERS["changed"]
    site.finish()


def main():
    for server in OWN:
        with_settings(server, documented(server))
    for name, set_up in SERVERS.items():
        site = Site(server=name)
        alone(name, site, set_up.own)
        if hasattr(site.server, "pool"):
            nobody(name, site, set_up.own)
        site.finish()


run(main)
