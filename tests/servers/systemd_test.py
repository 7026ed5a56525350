#!/usr/bin/python3
"""systemd_test.py - the units of contrib/systemd: systemd has no complaint, and what they start loses no request.

systemd itself would have to be the first process of the machine to run them: the test does what it would do.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.burst import survives
from lib.nginx import Nginx
from lib.own import OWN
from lib.pool import Unit
from lib.servers import ALL, SERVERS, SetUp
from lib.site import Site
from lib.tap import is_, ok, run

UNITS = ("foyer.socket", "foyer.service", "foyer-purge.service", "foyer-purge.timer")
EXPOSURE = 5    # tenths, of 100


class NginxUnit(Nginx):
    pool_kind = Unit


def machine(root):
    """As much of a machine as the units name, with the units of systemd's own."""
    units, source = root / "etc/systemd/system", pathlib.Path("/usr/lib/systemd/system")
    for directory in (units, root / "usr/lib/systemd/system"):
        directory.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(pathlib.Path(os.environ["FOYER_ROOT"], "contrib/systemd", unit), units)
    for unit in [*source.glob("*.target"), *source.glob("*.slice")]:
        shutil.copy(unit, root / "usr/lib/systemd/system", follow_symlinks=False)
    for program in ("usr/bin/multiwatch", "usr/bin/pkill", "usr/bin/foyerctl", "usr/lib/foyer/foyer.fcgi"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).touch(0o755)


def analysed():
    home = tempfile.mkdtemp(dir=os.environ["FOYER_TEST_TMP"])
    machine(pathlib.Path(home))

    def analyze(*words):
        done = subprocess.run(["systemd-analyze", "--no-pager", *words, "--root=" + home], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    is_(analyze("verify", "--man=no", *("/etc/systemd/system/" + unit for unit in UNITS)), (0, ""),
        "systemd has no complaint about the units")
    for unit in ("foyer.service",):
        status, said = analyze("security", "--offline=yes", "--threshold=%d" % EXPOSURE, unit)
        is_(status, 0, "the exposure of %s is at most %.1f: %s" % (unit, EXPOSURE / 10, said.splitlines()[-1][2:40]))


def main():
    analysed()
    SERVERS["nginx-systemd"] = SetUp(NginxUnit, "", OWN["nginx"], NginxUnit, ALL)
    site = Site(server="nginx-systemd")
    pool = site.server.pool
    before = survives("nginx-systemd", site, "the service is reloaded", pool.replace)
    ok(len(pool.workers()) == site.server.procs and not before & set(pool.workers()), "the workers are new ones")
    first = pool.pid
    survives("nginx-systemd", site, "the service is restarted", pool.restart)
    ok(pool.pid != first, "the service is a new one")
    site.finish()


run(main)
