#!/usr/bin/python3
"""contracts.py - docs/contracts.md has every promise of the three contracts, and each that is kept has its tests.

A test names a promise by its number in the sentence that states it.
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.mounts import MOUNTS, ROWS
from lib.tap import is_, ok, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
LISTS = {"MB-": 25, "MB-D": 34, "T-": 27, "T-D": 29, "W-": 22, "W-D": 11}
MARKS = ("kept", "alike", "later", "not")
NUMBER = re.compile(r"\b(?:MB|T|W)-D?\d+\b")


def rows():
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("| ")]


def named():
    """The numbers that tests name, and where."""
    found = {}
    for path in sorted([*(ROOT / "tests/http").glob("*.py"), *(ROOT / "tests/lib").glob("*.py")]):
        for number in NUMBER.findall(path.read_text(encoding="utf-8")):
            found.setdefault(number, set()).add(path.name)
    return found


def promises():
    listed = [row for row in rows() if NUMBER.fullmatch(row[0])]
    numbers = [row[0] for row in listed]
    is_(numbers, [prefix + str(i) for prefix, last in LISTS.items() for i in range(1, last + 1)],
        "every promise of the lists has a row, in order, and there is no other")
    is_([row[0] for row in listed if row[2] not in MARKS or not row[1]], [], "each row has a promise and a mark")
    is_([row[0] for row in listed if row[2] != "kept" and not row[3]], [], "what is not kept as it stands has its reason")
    tests = named()
    for number, _, mark, _ in listed:
        if mark in ("kept", "alike"):
            ok(number in tests, "%s is %s, and a test names it" % (number, mark), "no test in tests/http names it")
        else:
            is_(sorted(tests.get(number, ())), [], "%s is marked %s, and no test claims it" % (number, mark))
    is_(sorted(set(tests) - set(numbers)), [], "tests name no other number")


def problems():
    """The table of errors is the one that the tests go by."""
    said = {row[0].strip("`"): [re.sub("`", "", cell) for cell in row[1:]] for row in rows() if len(row) == 5
            and re.fullmatch(r"`\w+`", row[0]) and re.match(r"\d{3} ", row[1])}
    is_(said, {kind: [re.sub(" -$", " without a code", cell) for cell in cells] for kind, *cells in ROWS},
        "docs/contracts.md has every kind of problem with its status and code in each mount")


def sides():
    table = {row[0]: row[1:] for row in rows() if len(row) == 5}
    is_(table["base path"], ["`%s`" % mount.base for mount in MOUNTS], "the paths are those of the mounts")
    is_(table["requests of a key in a minute"], [str(mount.key_limit or "no limit") for mount in MOUNTS],
        "the default limits are those of the mounts")
    is_([int(re.search(r" (\d+)", cell)[1]) for cell in table["page"]], [mount.size_default for mount in MOUNTS],
        "the sizes of a page are those of the mounts")
    is_(table["first send, replay"], ["%d, %d" % (mount.first_send, mount.replayed) for mount in MOUNTS],
        "first sends and replays are those of the mounts")


def samples():
    """The words that flat has for a missing field are those that wrapped has in its details."""
    native = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    words = re.search(r"^\| missing, or `null` \| `(.*)` \|$", native, re.M)[1]
    shown = re.findall(r'"details": \{"content": \["(.*)"\]\}', TEXT)
    shown += re.findall(r"^ *content: \[(.*)\]$", (ROOT / "docs/openapi.yaml").read_text(encoding="utf-8"), re.M)
    is_([len(shown) > 1, sorted(set(shown))], [True, [words]], "what is shown of details is what Foyer says")


def main():
    samples()
    promises()
    problems()
    sides()


run(main)
