#!/usr/bin/python3
"""docs_test.py [DEMO.ENV] - the examples of docs/api.md do what they say, and what is listed is so.

The examples run from top to bottom, as somebody would paste them: against a site of the test's own, or against the one
that contrib/quickstart runs, whose demo.env is named.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME, UUID, anything
from lib.site import Site
from lib.tap import is_, is_json, ok, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```sh\n(.*?)^```\n(?:\nAnswer: `(\d{3})`\n(?:\n```json\n(.*?)^```\n)?)?", re.M | re.S)

# The curl of the examples says what it did in the file "sent", and leaves its answer in "got".
CURL = r"""
set -eu
curl() {
    command curl -q --noproxy '*' -w '%{stderr}%{method} %{url_effective} %{http_code}\n' "$@" 2>>sent | tee got
    sleep "$PACE"
}
"""


class Example:
    """A block of shell, the heading above it, and what it is said to answer."""

    def __init__(self, match):
        self.code, self.status, self.answer = match.groups()
        self.heading = re.findall(r"^#+ (.*)$", TEXT[:match.start()], re.M)[-1]
        self.sent, self.got = [], ""


def play(examples, env, pace):
    """Runs the examples in one shell, and lets each keep what it sent and got."""
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(os.path.join(home, "var"))
        with open(os.path.join(home, "var", "demo.env"), "w", encoding="utf-8") as f:
            f.writelines("%s=%s\n" % pair for pair in env.items())
        script = CURL + "".join("%s\nmkdir %d; touch sent got; mv sent got %d\n" % (example.code, i, i)
                                for i, example in enumerate(examples))
        done = subprocess.run(["bash", "-c", script], cwd=home, env=os.environ | {"PACE": str(pace)}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        is_([done.returncode, done.stderr], [0, ""], "the examples run from top to bottom without a word of complaint")
        for i, example in enumerate(examples):
            place = pathlib.Path(home, str(i))
            if place.exists():
                example.sent = [line.split(" ") for line in (place / "sent").read_text().splitlines()]
                example.got = (place / "got").read_text(encoding="utf-8")


def pattern(value, name=None):
    """What a documented value may be in a real answer: ids, times and some numbers are not the same."""
    if isinstance(value, dict):
        return {name: pattern(child, name) for name, child in value.items()}
    if isinstance(value, list):
        return [pattern(child) for child in value]
    if name in ("total", "schemaVersion"):
        return anything
    return next((kind for kind in (UUID, TIME) if isinstance(value, str) and kind.fullmatch(value)), value)


def answers(examples):
    for example in examples:
        if example.status is None:
            continue
        is_([status for *_, status in example.sent[-1:]], [example.status], "%s: the example is answered %s" % (
            example.heading, example.status))
        if example.answer:
            try:
                got = json.loads(example.got)
            except ValueError:
                got = example.got
            is_json(got, pattern(json.loads(example.answer)), "%s: and the answer is of that form" % example.heading)


def sections(examples):
    """Each route of the table has a section, and its example asks for that method and path."""
    rows = re.findall(r"^\| (\w+) \| `(/[^`]*)` \|", TEXT, re.M)
    ok(len(rows) > 15, "the table of routes is found", rows)
    for route in dict.fromkeys("%s %s" % row for row in rows):
        shown = [example for example in examples if example.heading == route and example.status]
        asked = {"%s %s" % (method, re.sub(r"\?.*|^.*/api/v1", "", re.sub(UUID.pattern, ":id", url)))
                 for example in shown for method, url, _ in example.sent[-1:]}
        is_(asked, {re.sub(r":\w+", ":id", route)}, "%s has a section, whose example asks for it" % route)


def faults():
    """Every sentence that src/field.c has for a faulty field is in the document."""
    source = (ROOT / "src" / "field.c").read_text()
    calls = re.findall(r"request_invalid\(rq,(.*?)\);", source, re.S)
    formats = {"".join(re.findall(r'"([^"]*)"', call.replace('"query",', ""))) for call in calls} - {""}
    texts = re.findall(r"^\| [^|]+ \| `([^`]+)` \|$", TEXT, re.M)
    ok(len(formats) > 8, "the sentences of src/field.c are found", sorted(formats))
    for form in sorted(formats):
        sentence = re.compile(r"\w+ " + re.sub(r"%(s|ld|zu|d)", ".+", re.escape(form).replace(r"\ ", " ")))
        ok(any(sentence.fullmatch(text) for text in texts), "the sentence is documented: " + form, texts)


def settings():
    """What deploying sets for the role is what docs/configuration.md lists."""
    source = (ROOT / "sql" / "deploy" / "roles.sql").read_text()
    values = re.search(r"\(VALUES ((?:(?!VALUES).)*)\) AS s\(setting, value\)", source, re.S)[1]
    set_ = re.findall(r"\('(\w+)', '([^']+)'\)", values)
    ok(len(set_) > 3, "the settings of the role foyer_web are found", set_)
    listed = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| [^|]+ \|$", CONFIGURATION, re.M)
    is_([pair for pair in listed if pair[0] in dict(set_)], set_, "the settings of the role foyer_web are listed")


def log_lines(site):
    """Lines of requests have the fields that docs/configuration.md lists."""
    listed = dict(re.findall(r"^\| `(\w+)` \| (always|when|on|only)[^|]* \| [^|]+ \|$", CONFIGURATION, re.M))
    always = {name for name, present in listed.items() if present == "always"}
    lines = [line for line in site.log_lines() if line.get("msg") == "request"]
    is_(set().union(*lines) | {"sent"}, set(listed), "the fields of the log are those that are listed")
    is_([line for line in lines if not always <= set(line)], [], "each line has the fields that are always there")


def python():
    """What the blocks of Python define."""
    here = {}
    for code in re.findall(r"^```python\n(.*?)^```$", TEXT, re.M | re.S):
        exec(compile(code, "docs/api.md", "exec"), here)
    return here


def proof(site):
    """The proof in Python is the one that is asked for."""
    app = site.new_app()
    v, secret = app.visitor(), site.foyerctl("app", "secret", app.id)["secret"]
    made = python()["proof"](secret, v.id, "ada@example.org", "+441234567890")
    r = v.put("/visitor", {"email": "ada@example.org", "phone": "+441234567890", "proof": made})
    is_([r.status, r.json.get("visitor", {}).get("verified")], [200, True], "the proof in Python verifies")


def client(env, pace):
    """The client in Python sees what is there, waits, and sees what comes."""
    here = python()
    base = env["FOYER_URL"] + "/api/v1/conversations"
    headers = {"Authorization": "Bearer " + env["FOYER_API_KEY"], "X-App-Id": env["FOYER_APP_ID"],
               "X-Visitor-Id": str(uuid.uuid4())}

    def post(url, **body):
        r = subprocess.run(["curl", "-q", "-sS", "--noproxy", "*", url, "--json", json.dumps(body)]
                           + [word for header in headers.items() for word in ("-H", "%s: %s" % header)],
                           capture_output=True, check=True)
        time.sleep(pace)
        return json.loads(r.stdout)

    url = "%s/%s" % (base, post(base, subject="Follow me")["conversation"]["id"])
    post(url + "/messages", content="one")
    changes = here["follow"](url, headers, every=0.05)
    seen = [next(changes) for _ in range(2)]
    later = threading.Timer(0.5, post, (url + "/messages",), {"content": "two"})
    later.start()
    seen.append(next(changes))
    later.join()
    is_([(change["seq"], change["type"], change.get("message", {}).get("content")) for change in seen],
        [(1, "conversation", None), (2, "message", "one"), (3, "message", "two")],
        "the client in Python gets what is there, and then what comes")


def demo(site):
    """What the demo.env of a quickstart would have, for a site of our own; and an admin's key."""
    app = site.new_app()
    site.foyerctl("limits", "set", app.id, "operator", "--second", 1000)
    return {"FOYER_URL": "http://127.0.0.1:%d%s" % (site.server.port, site.prefix), "FOYER_APP_ID": app.id,
            "FOYER_API_KEY": app.key, "FOYER_OPERATOR_KEY": app.new_operator()["key"],
            "FOYER_ADMIN_KEY": app.new_operator("admin")["key"]}


def quickstart(path):
    """The demo.env of a quickstart, with an admin's key."""
    env = dict(line.split("=", 1) for line in pathlib.Path(path).read_text().splitlines())

    def foyerctl(*words):
        return json.loads(subprocess.run([env["FOYERCTL"], "--json", *words], check=True, capture_output=True,
                                         env=os.environ | {"FOYER_ADMIN_DB": env["FOYER_ADMIN_DB"]}).stdout)

    organization = foyerctl("app", "show", env["FOYER_APP_ID"])["organizationId"]
    admin = foyerctl("operator", "create", organization, "Ada", "--role", "admin", "--env", "test")
    return env | {"FOYER_ADMIN_KEY": admin["key"]}


def main():
    examples = [Example(match) for match in EXAMPLE.finditer(TEXT)]
    site = None if sys.argv[1:] else Site()
    env = quickstart(sys.argv[1]) if sys.argv[1:] else demo(site)
    pace = 0.4 if sys.argv[1:] else 0    # a quickstart has the usual limits
    play(examples, env, pace)
    answers(examples)
    sections(examples)
    faults()
    settings()
    client(env, pace)
    if site:
        proof(site)
        log_lines(site)
        site.finish()


run(main)
