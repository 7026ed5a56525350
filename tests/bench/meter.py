"""meter.py - what a load has cost: CPU by kind of process, memory of the workers, WAL and growth of the database."""
import collections
import os
import resource
import statistics

from lib.database import psql

TICK = os.sysconf("SC_CLK_TCK")
Reading = collections.namedtuple("Reading", "web worker postgresql generator lsn size")


class Meter:
    """Readings of one subject. Whoever reads must not leave a process of the kinds behind."""

    def __init__(self, subject):
        self.subject = subject
        with open(os.path.join(psql("postgres", "SHOW data_directory"), "postmaster.pid"), encoding="utf-8") as f:
            self.postmaster = int(f.readline())
        psql("postgres", "CREATE EXTENSION IF NOT EXISTS pg_walinspect")

    def read(self):
        # A commit of one's own flushes what others left unflushed: only that can be inspected.
        said = psql("postgres", "SELECT pg_logical_emit_message(true, 'bench', '');\n"
                    "SELECT pg_current_wal_flush_lsn(), pg_database_size('%s')" % self.subject.data.name)
        lsn, size = said.splitlines()[-1].split("|")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Reading(cpu(self.subject.web()), cpu(self.subject.workers()),
                       cpu(tree(self.postmaster)) + reaped(self.postmaster), used.ru_utime + used.ru_stime,
                       lsn, int(size))

    def cost(self, before, after, requests):
        """What each request has cost between two readings: CPU in microseconds, the rest in bytes."""
        per = {name: (getattr(after, name) - getattr(before, name)) * 1e6 / requests
               for name in ("web", "worker", "postgresql", "generator")}
        records, images = psql("postgres", "SELECT coalesce(sum(record_size), 0), coalesce(sum(fpi_size), 0) "
                               "FROM pg_get_wal_stats('%s', '%s')" % (before.lsn, after.lsn)).split("|")
        pss, private = self.memory()
        return {"cpu_us": per, "wal_bytes": int(records) / requests, "wal_image_bytes": int(images) / requests,
                "database_bytes": (after.size - before.size) / requests, "worker_pss": pss, "worker_private": private}

    def memory(self):
        """PSS and private memory of a worker, the median of all; 0 where there are none."""
        found = [rollup(pid) for pid in self.subject.workers()]
        return tuple(int(statistics.median(sizes)) for sizes in zip(*found)) if found else (0, 0)


def stat(pid):
    """The fields of /proc/PID/stat from the third on, or None."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as f:
            return f.read().rpartition(")")[2].split()
    except OSError:
        return None


def cpu(pids):
    """Seconds that processes have used."""
    return sum((int(fields[11]) + int(fields[12])) / TICK for fields in map(stat, pids) if fields)


def reaped(pid):
    """Seconds that the children of a process had used when they ended."""
    fields = stat(pid)
    return (int(fields[13]) + int(fields[14])) / TICK


def tree(root):
    """A process and all below it."""
    below = collections.defaultdict(list)
    for entry in filter(str.isdigit, os.listdir("/proc")):
        if fields := stat(int(entry)):
            below[int(fields[1])].append(int(entry))
    found = [root]
    for pid in found:
        found += below[pid]
    return found


def rollup(pid):
    """PSS and private memory of a process, in bytes."""
    with open("/proc/%d/smaps_rollup" % pid, encoding="utf-8") as f:
        kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in f) if "kB" in rest}
    return kib["Pss"] * 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) * 1024
