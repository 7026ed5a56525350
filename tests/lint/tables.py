#!/usr/bin/python3
"""tables.py - the tables of src/, the functions of sql/ and the documents say the same.

The documents may be laid out as they like around these:
    docs/api.md            a table row `| code | status | …` for each code that the flat mount has in kinds.def, the
                           text of each row of problems.def, and a row `| METHOD | path |` for each route; cells may
                           be in backquotes
    docs/configuration.md  a table row `| FOYER_NAME | default |` for each row of options.def
    docs/foyer.fcgi.8      an item `.It Ev FOYER_NAME` for each
    docs/install.md        a line `apt install gcc …` with what contrib/lib/packages has for a build from an archive
"""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.tap import is_, ok, run, skip

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = {path.name: path.read_text() for path in (ROOT / "src").glob("*.[ch]")}
FUNCTIONS = {path.name[:-4]: path.read_text() for path in (ROOT / "sql/functions").glob("*.sql")}
UNSHOWN = {"rate_limited", "edit_window_expired", "scope_missing"}  # their answers say more than their text


def rows(name):
    """The rows of a .def file: symbols and numbers as they stand, strings without quotes."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "src" / name).read_text(), flags=re.S)
    return [[cell.strip('"') for cell in re.findall(r'"(?:[^"\\]|\\.)*"|[^\s,"]+', row)]
            for row in re.findall(r"^X\((.*)\)$", text, re.M)]


def kinds():
    """The rows of kinds.def: the kind, and a pair of status and code for each mount."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "src/kinds.def").read_text(), flags=re.S)
    return {row[1]: [(status, code) for status, code in re.findall(r'\((\d+), "(\w+)"', row[2])]
            for row in re.finditer(r"X\((\w+),(.*?\))\)\s*(?=X\(|$)", text, re.S)}


def twice(values):
    return sorted({value for value in values if values.count(value) > 1})


# ---- route.c, as the compiler reads it


def split(text):
    """The items of an initializer: what is between commas outside of any braces and parentheses."""
    items, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "{(") - (c in "})")
        if c == "," and depth == 0:
            items.append(text[start:i])
            start = i + 1
    return [item.strip() for item in items + [text[start:]] if item.strip()]


def initializers(text, kind):
    """The items of each array of structs of that kind, by its name."""
    found = {}
    for match in re.finditer(r"struct %s (\w+)\[\]\s*=\s*\{(.*?)\n?\};" % kind, text, re.S):
        found[match[1]] = [split(item[1:-1]) for item in split(match[2])]
    return found


def routes():
    """The rows of route.c, with the numbers of parameters that body and query add to the call."""
    text = subprocess.run([os.environ.get("CC", "cc"), "-E", "-P", "-D_GNU_SOURCE", "-Isrc", "src/route.c"],
                          cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sent = {name: sum(".name = \"" in ", ".join(f) and not re.search(r"\.unsent = (1|true)", ", ".join(f))
                      for f in fields) for name, fields in initializers(text, "field").items()}
    for row in initializers(text, "route")["routes"]:
        method, path, callers, body, query, call = row[:6]
        named = dict(item[1:].split(" = ") for item in row if item.startswith("."))
        page = {"LIST_RESOURCES": 8, "LIST_MESSAGES": 10}.get(named.get("list"), 0)
        yield {"method": method.removeprefix("METHOD_"), "path": path.strip('"'),
               "callers": callers.removeprefix("CALLER_"), "call": call.removeprefix("QUERY_"),
               "conditional": named.get("conditional") in ("1", "true"),
               "scope": named.get("scope", "").strip('"'), "fields": sent[body] + sent[query] + page}


# ---- sql/


def parameters(function):
    """The input parameters of a function, in order."""
    head = re.search(r"CREATE OR REPLACE FUNCTION [\w.]+\((.*?)\)\s*(?:RETURNS|LANGUAGE)", FUNCTIONS[function], re.S)
    return [item.split()[0] for item in split(head[1]) if not item.startswith("OUT ")]


def body(function):
    return FUNCTIONS[function].split("$$")[1]


def header(function):
    return "".join(re.findall(r"^-- ?(.*\n)", FUNCTIONS[function], re.M))


def outcomes(function):
    """The outcomes that a function gives, and not one that it calls: what it assigns, and the arms of its CASEs."""
    given = re.findall(r"outcome := (.*?);", body(function), re.S)
    words = {word for text in given for word in re.findall(r"(?:^|, )\s*'(\w+)'", text)}
    arms = set(re.findall(r"(?:THEN|ELSE)\s*'(\w+)'", body(function))) & {row[1] for row in rows("problems.def")}
    return words | arms | set(re.findall(r'"outcome": "(\w+)"', body(function)))


def columns(kind):
    text = (ROOT / "sql/deploy/replies.sql").read_text()
    return re.findall(r'^ +"?([\w.]+)"?', re.search(r"CREATE TYPE %s AS \((.*?)\);" % re.escape(kind), text, re.S)[1],
                      re.M)


def test_problems():
    problems = rows("problems.def")
    names = [row[1] for row in problems]
    given = set().union(*(outcomes(f) for f in FUNCTIONS if not f.startswith("foyer_admin."))) - {"ok"}
    used = set(re.findall(r"PROBLEM_(\w+)", "".join(text for name, text in SOURCES.items() if name != "problem.c")))
    is_(twice(names) + twice([row[0] for row in problems]), [], "no two problems have one name")
    is_([row[1] for row in problems if row[0].lower() != row[1]], [], "the symbol of a problem is its name")
    is_(sorted(given - set(names)), [], "every outcome of a function is a problem")
    is_([row[1] for row in problems if row[1] not in given and row[0] not in used], [],
        "every problem is found out by a function or by the program")
    ok(len(given) > 10, "there are outcomes", sorted(given))


def test_kinds():
    table, used = kinds(), [row[2] for row in rows("problems.def")]
    is_(sorted({kind for kind in used if kind not in table}), [], "every problem is of a kind")
    is_(sorted(set(table) - set(used)), [], "every kind is that of a problem")
    is_([kind for kind, answers in table.items() if len(answers) != 4], [], "every kind has an answer in each mount")
    ok(len(table) > 20, "there are kinds", sorted(table))


def test_headers():
    names = {row[1] for row in rows("problems.def")}
    for function in sorted(f for f in FUNCTIONS if f.startswith("foyer_api.") and "verdict" in body(f)):
        said = set(re.findall(r"\w+", header(function))) & names
        made = outcomes(function) - {"ok"} | ({"idempotency_mismatch"} if "p_slot, p_fingerprint)" in body(function) else set())
        called = {name for name in ("foyer.enter", "foyer.message_change") if name + "(" in body(function)}
        is_([sorted(said), sorted(n for n in called if n not in header(function))], [sorted(made), []],
            "%s says which outcomes it has" % function)


def test_verdict():
    enum = re.search(r"enum \{\s*(VERDICT_.*?)VERDICT__MAX", SOURCES["reply.c"], re.S)[1]
    is_(re.findall(r"VERDICT_(\w+)", enum), [name.upper() for name in columns("foyer_api.verdict")],
        "reply.c has the columns of the verdict, in their order")


def test_nested():
    table = re.search(r"nested\[\] = \{(.*?)\n\};", SOURCES["row.c"], re.S)[1]
    for column, members in re.findall(r'\{ "(\w+)", \{ (.*?) \} \}', table, re.S):
        kind = "foyer_api." + column.removesuffix("s")
        is_(re.findall(r'"(\w+)"', members), columns(kind), "row.c has the columns of %s, in their order" % kind)


def test_queries():
    queries = rows("queries.def")
    for symbol, function, nparams in queries:
        name = "foyer_api." + function
        if ok(name in FUNCTIONS, "%s is a function" % name):
            is_(int(nparams), len(parameters(name)), "%s has as many parameters as queries.def says" % name)
        ok(re.search(r"\bQUERY_%s\b" % symbol, "".join(SOURCES.values())), "%s is called" % name)
    is_([q[1] for q in queries if q[0].lower() != q[1]], [], "the symbol of a query is the name of its function")
    is_(twice([q[1] for q in queries]), [], "no function is in queries.def twice")
    is_(sorted(f for f in FUNCTIONS if f.startswith("foyer_api.") and f.split(".")[1] not in [q[1] for q in queries]),
        ["foyer_api.installation_check", "foyer_api.schema_version"],
        "every function of foyer_api is, but for those that are asked at connecting and by --check")


def test_routes():
    nparams = {symbol: int(n) for symbol, _, n in rows("queries.def")}
    table = list(routes())
    ok(len(table) > 10, "there are routes")
    keys = [(r["method"], r["path"], caller) for r in table
            for caller in (["VISITOR", "OPERATOR"] if r["callers"] == "BOTH" else [r["callers"]])]
    is_(twice(keys), [], "no method, path and caller has two routes")
    is_([r["path"] for r in table if not re.fullmatch(r"(/(:?[a-z]\w*))+", r["path"])], [], "paths are well-formed")
    for r in (r for r in table if r["call"] != "_MAX"):
        writes = r["callers"] != "NONE" and r["method"] != "GET"
        caller = 0 if r["callers"] == "NONE" else 5 + 3    # who, and what route and mount ask
        sent = caller + 2 * writes + r["path"].count(":") + r["fields"] + r["conditional"]
        is_(sent, nparams[r["call"]], "%(method)s %(path)s for %(callers)s gives its function what it takes" % r)
    fuzzed = initializers((ROOT / "tests/fuzz/mounts.c").read_text(), "way")["ways"]
    is_(sorted((method.strip('"'), path.strip('"'), caller.removeprefix("CALLER_")) for method, path, caller in fuzzed),
        sorted(keys), "each route is fuzzed for each of its callers")


def test_schema_version():
    want = re.search(r"define DB_SCHEMA_VERSION (\d+)", SOURCES["db.h"])[1]
    is_(re.search(r"SELECT (\d+)", FUNCTIONS["foyer_api.schema_version"])[1], want,
        "the program wants the version that the schema has")


# ---- documents


def document(name, *promises):
    """The text of a document; when it is not there, its promises are skipped."""
    path = ROOT / "docs" / name
    if path.exists():
        return path.read_text()
    for promise in promises:
        skip(promise, "docs/%s is not there" % name)
    return None


def table_rows(text):
    """The cells of all table rows of a Markdown text, without backquotes."""
    lines = re.findall(r"^\s*\|(.*)\|\s*$", text, re.M)
    return [[cell.strip().strip("`").strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def test_api_document():
    promises = ("docs/api.md has every problem with its status and text, and no other",
                "docs/api.md has every route, and no other")
    text = document("api.md", *promises)
    if text is None:
        return
    cells = [row for row in table_rows(text) if len(row) > 1]
    flat = {answers[0] for answers in kinds().values()}
    codes = {code for _, code in flat}
    said = {(row[1], row[0]) for row in cells if row[0] in codes or len(row[1]) == 3 and row[1].isdigit()}
    texts = {row[3] for row in rows("problems.def") if row[1] not in UNSHOWN and row[3] != "Request is not valid"}
    is_([sorted(said ^ flat), sorted(t for t in texts if "`%s`" % t not in text)], [[], []], promises[0])
    known = {(r["method"], r["path"]) for r in routes()}
    said = {tuple(row[0].split(None, 1)) if " /" in row[0] else (row[0], row[1]) for row in cells}
    said = {(m, p.strip("`")) for m, p in (s for s in said if len(s) == 2) if re.fullmatch("GET|POST|PUT|PATCH|DELETE", m)}
    is_(sorted(said ^ known), [], promises[1])


def test_options():
    options = rows("options.def")
    others = set(re.findall(r'getenv\("(FOYER_\w+)"\)', "".join(SOURCES.values())))
    promises = ("docs/configuration.md has every option with its default, and no other",
                "docs/foyer.fcgi.8 has every option, and no other")
    is_(twice([row[1] for row in options]), [], "no two options have one name")
    text = document("configuration.md", promises[0])
    if text is not None:
        said = {row[0]: row[1] for row in table_rows(text) if len(row) > 1 and re.fullmatch(r"FOYER_\w+", row[0])}
        want = {row[1]: row[2] if len(row) > 3 else "" for row in options}
        is_([{n: d for n, d in said.items() if n in want and d not in (want[n], "" if want[n] else "empty")},
             sorted(set(want) - set(said)), sorted(set(said) - set(want) - others)], [{}, [], []], promises[0])
    text = document("foyer.fcgi.8", promises[1])
    if text is not None:
        said = set(re.findall(r"^\.It Ev (FOYER_\w+)", text, re.M))
        is_(sorted(said ^ {row[1] for row in options}), [], promises[1])


def test_groups():
    """Every group of tests is described, and those that run without being named are listed."""
    script = (ROOT / "tests/run").read_text()
    groups = re.findall(r"^(\w+) ", re.search(r"^groups='\n(.*?)'", script, re.M | re.S)[1], re.M)
    text = document("testing.md", "docs/testing.md has every group of tests, and no other")
    if text is not None:
        table = re.search(r"^\| group \|.*?\n\n", text, re.M | re.S)[0]
        is_(sorted(re.findall(r"^\| `(\w+)`", table, re.M)), sorted(groups),
            "docs/testing.md has every group of tests, and no other")
    default = re.search(r"^default=\((.*)\)$", script, re.M)[1].split()
    said = re.search(r"# some groups: (.*)$", (ROOT / "CONTRIBUTING.md").read_text(), re.M)[1].split(", ")
    is_([[g for g in default if g not in groups], sorted(said)], [[], sorted(default)],
        "CONTRIBUTING.md has the groups that run without being named")


# ---- packages


def test_packages():
    """What a build needs of Debian is said three times; the compiler and its library are there for every package."""
    listed = re.findall(r"^([a-z]+) +(\S+)", (ROOT / "contrib/lib/packages").read_text(), re.M)
    is_(twice(listed), [], "contrib/lib/packages has no package twice in a group")
    base = [package for group, package in listed if group == "base"]
    needed = {package for package in base if package.endswith("-dev") or package == "pkg-config"}
    fields = re.search(r"^Build-Depends:\n((?: .*\n)+)", (ROOT / "debian/control").read_text(), re.M)[1]
    depends = {item.split()[0] for item in fields.split(",") if item.strip()}
    is_(sorted(depends - {"debhelper-compat"}), sorted(needed - {"libc6-dev"}),
        "debian/control has what a build needs, and no more")
    text = document("install.md", "docs/install.md has what a build needs, and no more")
    if text is not None:
        said = re.search(r"^ +apt install (gcc .*)$", text, re.M)[1].split()
        is_(sorted(said), sorted(needed | {"gcc", "make"}), "docs/install.md has what a build needs, and no more")


def main():
    test_problems()
    test_kinds()
    test_headers()
    test_verdict()
    test_nested()
    test_queries()
    test_routes()
    test_schema_version()
    test_api_document()
    test_options()
    test_groups()
    test_packages()


run(main)
