"""main.py - measures: rounds in which every subject takes every scene once, in an order that is shuffled each time.

tests/bench/run calls it, in an environment as tests/run makes it for a test.
"""
import argparse
import datetime
import json
import pathlib
import random
import re
import statistics
import sys

from lib.database import psql

from . import report
from .data import SIZES, TINY, Data
from .machine import describe
from .meter import Meter
from .scenes import SCENES
from .subjects import SUBJECTS, cells

SEED = 20261122
CLIENTS = (2, 8, 32)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures Foyer, its ceiling and its peers.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is measured (5)")
    parser.add_argument("--seconds", type=int, default=3, metavar="S", help="how long each time (3)")
    parser.add_argument("--clients", type=int, action="append", metavar="N", help="may repeat (2, 8 and 32)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", choices=[*SUBJECTS, *SCENES],
                        help="a subject (%s) or a scene (%s); may repeat" % (", ".join(SUBJECTS), ", ".join(SCENES)))
    parser.add_argument("--tiny", action="store_true", help="with hardly any data, to try the bench itself")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", default=report.ROOT / "var/bench",
                        help="where bench.json and the plots go (var/bench)")
    parser.add_argument("--docs", action="store_true", help="put tables and plots into docs/performance.md")
    given = parser.parse_args()
    given.clients = given.clients or list(CLIENTS)
    given.subjects = [name for name in SUBJECTS if name in given.only] or list(SUBJECTS)
    given.scenes = [name for name in SCENES if name in given.only] or list(SCENES)
    return given


def buffers(data):
    """Buffers that a send touches once the session knows its plans: the median of 20."""
    call = next(line for line in SCENES["send"].script(data.count("open")).splitlines() if line.startswith("SELECT"))
    asked = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) " + call
    numbers = iter(range(2, data.count("open"), 2))
    said = psql(data.name, "".join(asked.replace("(:v)", str(next(numbers))) + "\n" for _ in range(40)))
    plans = re.split(r"^(?=Function Scan)", said, flags=re.M)[21:]
    return statistics.median(sum(int(n) for n in re.findall(
        r"(?:hit|read)=(\d+)", re.search(r"Buffers: .*", plan)[0])) for plan in plans)


def measure(subject, scene, clients, seconds, seed):
    """One load, with its cost."""
    subject.data.remember(scene.application)
    meter = Meter(subject)
    before = meter.read()
    result = subject.load(scene, clients, seconds, seed)
    after = meter.read()
    found = {"rate": result["requests"] / result["seconds"], "requests": result["requests"],
             "p50_us": result["p50"], "p99_us": result["p99"]} | meter.cost(before, after, result["requests"])
    if scene.writes:
        subject.data.shrink()
    return found


def save(path, result):
    """After each round, for a run may be cut short."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def main():
    given = arguments()
    dice = random.Random(SEED)
    plan = list(cells(given.subjects, given.scenes, given.clients))
    if not plan:
        sys.exit("tests/bench/run: nothing is left to measure")
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "bench.json"
    sizes = TINY if given.tiny else SIZES
    names = list(dict.fromkeys(name for name, _, _ in plan))
    started, machine = datetime.datetime.now(datetime.timezone.utc), describe()
    print("  data", flush=True)
    data = {kind: Data(kind, sizes) for kind in dict.fromkeys(SUBJECTS[name][1] for name in names)}
    subjects = {}
    try:
        for name in names:
            print("  %s" % name, flush=True)
            make, kind = SUBJECTS[name]
            subjects[name] = make(name, data[kind])
        for name, scene in dict.fromkeys((name, scene) for name, scene, _ in plan):    # also warms it up
            subjects[name].data.remember(SCENES[scene].application)
            subjects[name].check(SCENES[scene])
            subjects[name].load(SCENES[scene], 8, 1, dice.getrandbits(31))
        result = {
            "version": 1, "started": started.isoformat(timespec="seconds"), "seed": SEED,
            "rounds": 0, "seconds": given.seconds, "tiny": given.tiny,
            "machine": machine, "sizes": {kind: d.sizes for kind, d in data.items()},
            "subjects": {name: subjects[name].title for name in names},
            "buffers_per_send": buffers(data["large"]) if "large" in data else None,
            "cells": [{"subject": name, "scene": scene, "clients": clients, "rounds": []}
                      for name, scene, clients in plan],
        }
        while result["rounds"] < given.rounds:
            begun = datetime.datetime.now()
            measured = {cell: measure(subjects[cell[0]], SCENES[cell[1]], cell[2], given.seconds, dice.getrandbits(31))
                        for cell in dice.sample(plan, len(plan))}
            for cell in result["cells"]:
                cell["rounds"].append(measured[cell["subject"], cell["scene"], cell["clients"]])
            result["rounds"] += 1
            save(path, result)
            print("  round %d of %d, %d s" % (result["rounds"], given.rounds,
                                              (datetime.datetime.now() - begun).seconds), flush=True)
    finally:
        for subject in subjects.values():
            subject.stop()
    report.write(path, given.docs)


if __name__ == "__main__":
    main()
