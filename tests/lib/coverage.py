"""coverage.py LINES DIRECTORY - tells what tests/coverage has measured: gcovr's JSON, and a file for each database.

Fails when less than 95% of the lines of src/ ran, or when tests/coverage.txt does not explain each that did not: its
lines are "FILE | LINE OF CODE | REASON". An explanation of nothing is a fault too.
"""
import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOAL = 95.0


def explanations():
    """The reason for each file and line of code, blanks apart."""
    found = {}
    for line in (ROOT / "tests/coverage.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            file, code, reason = (part.strip() for part in line.split(" | "))
            found[file, code] = reason
    return found


def share(ran, all_):
    return "%5.1f%%  %5d of %5d" % (100 * ran / all_ if all_ else 100, ran, all_)


def lines(path):
    """Prints the lines of C, and returns whether they are enough."""
    reasons, used, missing, ran, all_ = explanations(), set(), [], 0, 0
    for file in sorted(json.loads(path.read_text())["files"], key=lambda file: file["file"]):
        name = file["file"]
        counts = {line["line_number"]: line["count"] for line in file["lines"] if not line.get("gcovr/noncode")}
        code = (ROOT / name).read_text().splitlines()
        without = [number for number, count in counts.items() if count == 0]
        print("  %-22s %s" % (name, share(len(counts) - len(without), len(counts))))
        ran, all_ = ran + len(counts) - len(without), all_ + len(counts)
        for number in without:
            key = name, code[number - 1].strip()
            used.add(key)
            if key not in reasons:
                missing.append("%s:%d: %s" % (name, number, key[1]))
    print("  %-22s %s\n" % ("src/", share(ran, all_)))
    faults = ["not run and not explained: " + line for line in missing]
    faults += ["explained, but not there or run: %s: %s" % key for key in reasons.keys() - used]
    if 100 * ran < GOAL * all_:
        faults.append("less than %.0f%% of the lines of src/ ran" % GOAL)
    print("".join(fault + "\n" for fault in faults), end="")
    return not faults


def statements(directory):
    """Prints the statements of the SQL functions that no database has run."""
    counts = collections.Counter()
    for path in directory.iterdir():
        for line in path.read_text().splitlines():
            function, number, at, name, times = line.split("\t")
            counts[function, int(number), at, name] += 0 if times == "\\N" else int(times)
    functions = collections.defaultdict(list)
    for (function, number, at, name), times in sorted(counts.items()):
        functions[function].append((times, at, name))
    # In a database that a test has changed, the profiler may fail for a function; the others know its statements.
    functions = {name: [one for one in found if one[2] != "whole"] or found for name, found in functions.items()}
    plain = {name: found for name, found in functions.items() if found[0][2] == "whole"}
    for name, found in sorted(functions.items()):
        without = [(at, kind) for times, at, kind in found if not times]
        if without and name not in plain:
            print("  %s  %s: not line %s" % (share(len(found) - len(without), len(found)), name,
                                             ", ".join("%s (%s)" % one for one in without)))
    every = [times for name, found in functions.items() if name not in plain for times, _, _ in found]
    print("  %s statements of %d functions in PL/pgSQL" % (share(sum(map(bool, every)), len(every)),
                                                           len(functions) - len(plain)))
    called = [name for name, found in plain.items() if found[0][0]]
    print("  %s functions in SQL, or polymorphic, were called; unseen is what PostgreSQL inlines: %s" % (
        share(len(called), len(plain)), ", ".join(sorted(plain.keys() - set(called))) or "none"))


enough = lines(pathlib.Path(sys.argv[1]))
statements(pathlib.Path(sys.argv[2]))
sys.exit(not enough)
