"""memcheck.py - foyer.fcgi under valgrind's memcheck, when FOYER_TEST_WORKER is valgrind."""
import os
import pathlib

SUPPRESSIONS = pathlib.Path(__file__).with_suffix(".supp")


def wanted():
    return os.environ.get("FOYER_TEST_WORKER") == "valgrind"


def program(home, leaks=True):
    """The program that a web server is to start: foyer.fcgi, or a script in home that runs it under memcheck, which
    also tells of leaks."""
    path = os.path.join(os.environ["FOYER_BUILD"], "foyer.fcgi")
    if not wanted():
        return path
    script = os.path.join(home, "foyer.fcgi")
    with open(script, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\nexec valgrind --quiet --leak-check=%s --show-leak-kinds=definite,indirect,possible "
                "--suppressions=%s --log-file=%s/memcheck.%%p %s \"$@\"\n"
                % ("full" if leaks else "no", SUPPRESSIONS, home, path))
    os.chmod(script, 0o755)
    return script


def complaints(home):
    """What memcheck has said; a worker that was killed could not say what it leaks."""
    files = sorted(pathlib.Path(home).glob("memcheck.*"))
    said = [path.read_text(errors="replace")[:3000] for path in files if path.stat().st_size]
    return said if files else ["no worker has run under memcheck"]
