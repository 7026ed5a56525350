#!/usr/bin/python3
"""bench_test.py - the bench itself: it measures every subject, says so in the form that it promises, and does not
flatter."""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import jsonschema

from bench import report
from bench.scenes import SCENES
from bench.subjects import SMALL, SUBJECTS
from lib.database import psql
from lib.tap import is_, ok, run
from lib.wait import until

HERE = pathlib.Path(__file__).parent
ROOT = os.environ["FOYER_ROOT"]


def command(out, *options):
    return [sys.executable, "-m", "bench.main", "--tiny", "--seconds", "1", "--clients", "8", "--out", out, *options]


def bench(out, *options):
    """Runs the bench in the cluster of the tests; returns exit status and what it said."""
    home = os.path.join(ROOT, "build/bench/node")
    subprocess.run(["bash", "-ec", '. "$0/tests/bench/peers.sh"; peers_install "$0"', ROOT], check=True,
                   stdout=subprocess.DEVNULL)
    done = subprocess.run(command(out, *options), text=True, capture_output=True, cwd=HERE.parent,
                          env=os.environ | {"FOYER_BENCH_NODE": home})
    return done.returncode, done.stdout + done.stderr


def cut_short():
    """A run that ends before its time has its rounds."""
    psql("postgres", "DROP DATABASE bench_large WITH (FORCE)")
    with tempfile.TemporaryDirectory(dir=os.environ["FOYER_TEST_TMP"]) as out:
        path = pathlib.Path(out, "bench.json")
        with subprocess.Popen(command(out, "--rounds", "1000", "--only", "pgbench", "--only", "send"), cwd=HERE.parent,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until(lambda: path.exists() or process.poll() is not None, "there is a round", 60)
            process.kill()
        result = json.loads(path.read_text(encoding="utf-8"))
        ok(0 < result["rounds"] == len(measured(result, "pgbench")) < 1000, "what a run has measured outlives it")
        ok("send" in report.claims(report.Run(path)), "and can be shown")


def measured(result, subject, scene="send"):
    return next((c["rounds"] for c in result["cells"] if (c["subject"], c["scene"]) == (subject, scene)), [])


def judged(result, path, **rates):
    """The lines of the claims when the subjects had these rates for a send."""
    changed = copy.deepcopy(result)
    for name, rate in rates.items():
        for found in measured(changed, name):
            found["rate"] = rate
    path.write_text(json.dumps(changed), encoding="utf-8")
    return report.claims(report.Run(path)).splitlines()


def main():
    with tempfile.TemporaryDirectory(dir=os.environ["FOYER_TEST_TMP"]) as out:
        status, said = bench(out, "--rounds", "1", "--only", "send")
        is_(status, 0, "a run of one scene ends well")
        if status:
            ok(False, "there are results", said)
            return
        result = json.loads(pathlib.Path(out, "bench.json").read_text(encoding="utf-8"))
        schema = json.loads((HERE / "result.schema.json").read_text(encoding="utf-8"))
        faults = [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(result)]
        is_(faults, [], "bench.json is what result.schema.json says")
        is_(sorted(c["subject"] for c in result["cells"]), sorted(SUBJECTS), "every subject has sent")
        ok(all(len(measured(result, name)) == 1 for name in SUBJECTS), "each once, for there was one round")
        servers = ("lighttpd", "nginx", "apache", "php")
        for part, who in (("web", servers), ("worker", ("node", *servers)), ("postgresql", SUBJECTS),
                          ("generator", SUBJECTS)):
            idle = [name for name in who if not measured(result, name)[0]["cpu_us"][part] > 0]
            is_(idle, [], "CPU of %s is found for all that have it" % part)
        dry = [name for name in SUBJECTS if not measured(result, name)[0]["wal_bytes"] > 100]
        is_(dry, [], "a send writes WAL, whoever sends")
        for plot in ("rates", "cpu", "latency"):
            root = xml.parse(pathlib.Path(out, plot + ".svg")).getroot()
            ok(root.tag.endswith("}svg") and len(list(root.iter())) > 50, "%s.svg is a drawing" % plot)

        path = pathlib.Path(out, "judged.json")
        claim = "send through lighttpd, of pgbench's rate"
        line = next(x for x in judged(result, path, lighttpd=69, pgbench=100) if claim in x)
        is_(line, "| %s | at least 0.70 | 0.69 | **no** |" % claim, "a claim that does not hold is called so")
        line = next(x for x in judged(result, path, lighttpd=71, pgbench=100) if claim in x)
        is_(line, "| %s | at least 0.70 | 0.71 | yes |" % claim, "a claim that holds is called so")
        claim = "time to send with 1,000,000 messages, times that with 10,000"
        line = next(x for x in judged(result, path, **{"pgbench": 50, SMALL[0]: 100}) if claim in x)
        is_(line, "| %s | at most 1.10 | 2.00 | **no** |" % claim, "of times and rates, the claim names the times")

        old = "a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n"
        new = report.renewed(old, "new")
        ok("old" not in new and new.startswith("a\n") and new.endswith("\nb\n"), "a run replaces the figures alone",
           new)
        is_(report.renewed(new, "new"), new, "and does so again")
        document = pathlib.Path(ROOT, "docs/performance.md").read_text(encoding="utf-8")
        ok("text" in report.renewed(document, "text"), "docs/performance.md has a place for them")

    cut_short()
    names = {name: scene.title for name, scene in SCENES.items()}
    is_({name: names[name] for name in report.TITLES}, report.TITLES, "the tables call the scenes by their titles")


run(main)
