"""machine.py - where a run was made: whoever reads its figures must know."""
import os
import pathlib
import platform
import re
import statistics
import subprocess
import tempfile
import time

from lib.database import psql

SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "checkpoint_timeout",
            "wal_compression", "jit")
PACKAGES = ("lighttpd", "nginx", "apache2-bin", "libapache2-mod-fcgid", "nodejs", "php[0-9]*-fpm", "wrk",
            "postgresql-15", "libfcgi0ldbl")


def said(*command):
    done = subprocess.run(command, text=True, capture_output=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def flush_us(directory):
    """The time to write 8 KiB and flush them there, in microseconds: the median of 200."""
    with tempfile.TemporaryFile(dir=directory) as f:
        times = []
        for _ in range(200):
            f.seek(0)
            f.write(bytes(8192))
            f.flush()
            begun = time.perf_counter()
            os.fdatasync(f.fileno())
            times.append(time.perf_counter() - begun)
    return round(statistics.median(times) * 1e6)


def disk(directory):
    """What the cluster is on: file system, model and size."""
    source, kind = said("findmnt", "-no", "SOURCE,FSTYPE", "-T", directory).split()[:2]
    device = said("lsblk", "-ndo", "MODEL,SIZE", source).split()
    return "%s, %s" % (kind, " ".join(device) or "unknown size")


def upstream(version):
    """A version without what those who package or build it have added."""
    return re.sub(r"[-+].*", "", version)


def describe():
    """The machine, its programs and the settings, as plain values."""
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    memory = int(re.search(r"MemTotal: +(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="utf-8"))[1])
    model = re.search(r"model name\s*: (.+)", cpuinfo)
    names = [line.split() for line in said("dpkg-query", "-W", *PACKAGES).splitlines()]
    directory = psql("postgres", "SHOW data_directory")
    return {
        "processors": len(os.sched_getaffinity(0)),
        "processor": model[1] if model else platform.machine(),
        "virtual": said("systemd-detect-virt", "--vm") or "none",
        "memory_gib": round(memory / 1024 ** 2, 1),
        "kernel": upstream(platform.release()),
        "system": re.search(r'PRETTY_NAME="(.+)"', pathlib.Path("/etc/os-release").read_text(encoding="utf-8"))[1],
        "disk": disk(directory),
        "flush_us": flush_us(os.environ["FOYER_TEST_TMP"]),
        "load": os.getloadavg()[0],
        "packages": {fields[0].partition(":")[0]: upstream(fields[1]) for fields in names if len(fields) == 2},
        "settings": {name: psql("postgres", "SHOW " + name) for name in SETTINGS},
        "compiler_flags": said("sed", "-n", "s/^CFLAGS = //p", os.path.join(os.environ["FOYER_BUILD"], "Makefile")),
    }
