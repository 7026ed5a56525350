"""trial.py - one fault under load: what it promises in docs/faults.md, and whether that came true."""
import pathlib
import re
import time

from .door import logfmt
from .load import CONTROLS, PROMISES, Load, counts, seed, shown
from .oracle import Oracle
from .tap import diag, figures, is_, ok
from .wait import until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def documented():
    """The texts that the log may say of each fault, by the first column of the table in docs/faults.md."""
    rows = {}
    for line in (ROOT / "docs/faults.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| ") else []
        if len(cells) == 4 and cells[0] != "fault" and set(cells[0]) != {"-"}:
            own = cells[2].partition("lighttpd")[0]    # what follows is in another log
            rows[cells[0]] = re.findall(r"`([^`]+)`", own)
    return rows


def told(message, texts):
    """Which of the texts a message of the log has; ... stands for anything."""
    return [text for text in texts
            if re.search(".*".join(re.escape(part) for part in text.split("...")), message)]


def own(log):
    """The lines of the workers in a log. A server that crashes warns those who are connecting, and libpq writes
    that down by itself: it takes a program's own receiver of notices for connections that exist."""
    return re.sub(r"^WARNING:  terminating connection [^\n]*\n(?:(?:DETAIL|HINT):  [^\n]*\n)*", "", log,
                  flags=re.MULTILINE).splitlines()


class Trial:
    """A load around a fault. Within it the load goes on; at its end each sender must have moved on, and all
    promises are tried.

    replaced   the fault is about workers: they need not be the same processes afterwards
    verdict    False: the test asks for the account itself
    """

    def __init__(self, site, fault, replaced=False, verdict=True):
        self.site, self.fault, self.replaced, self.verdict = site, fault, replaced, verdict

    def __enter__(self):
        self.workers = sorted(self.site.server.workers())
        self.load = Load(self.site, seed())
        self.load.start()
        self.served()
        self.mark, self.began = len(self.site.raw_log()), time.monotonic()
        return self

    def served(self):
        """Waits until each sender has been answered well again."""
        since = self.load.acknowledged()
        until(lambda: self.load.moved_on(since), "each sender is served again", 60)

    def refused(self, more=3):
        """Waits until the fault has been felt by clients: 503, so many times more."""
        since = self.load.count(503)
        until(lambda: self.load.alive() and self.load.count(503) >= since + more, "clients are refused by 503", 30)

    def __exit__(self, kind, *_):
        if kind:
            self.load.ending.set()
            return
        lasted = time.monotonic() - self.began
        self.served()
        recovered = time.monotonic() - self.began - lasted
        ok(self.load.stop(), "%s: every sender and follower comes to an end" % self.fault)
        self.account = self.load.account()
        figures("%s (%.1f s, and %.1f s until all were served): %s" % (self.fault, lasted, recovered, counts(
            self.load, self.account)))
        if self.verdict:
            self.judge()

    def judge(self):
        for rule, promise in PROMISES.items():
            found = list(rule(self.account))
            ok(not found, "%s: %s" % (self.fault, promise), "%d in all" % len(found), shown(found))
        workers = sorted(self.site.server.workers())
        if not self.replaced:
            is_(workers, self.workers, self.fault + ": the workers are the same processes")
        self.limits()
        self.log()

    def control(self):
        """Each rule sees what it is there for."""
        for rule, (lie, tamper) in CONTROLS.items():
            ok(list(rule(tamper(self.account))), "the rule would see " + lie)

    def limits(self):
        """The limiter's log, and the oracle: what was decided for the senders."""
        apps = self.load.apps
        oracle = Oracle(self.site.database, {app.id: Load.limits[name] for name, app in apps.items()})
        logged = {line["id"]: line for line in self.site.log_lines() if "at" in line}
        attempts = [a for sender in self.load.senders for a in sender.attempts]
        decided = [a for a in attempts if a.response and a.response.id in logged]
        unanswered = [(a.visitor, a.begun, a.ended) for a in attempts
                      if not (a.response and a.response.id in logged)]
        oracle.load((a.response, logged[a.response.id]) for a in decided)
        diag("%d decisions of the limiter, and %d hits of requests whose answer was lost" % (
            len(decided), oracle.adopt(unanswered)))
        for view, promise in oracle.promises.items():
            is_(oracle.violations(view), [], "%s: %s" % (self.fault, promise))

    def log(self):
        """What the workers said meanwhile is what the table promises, the first text in any case."""
        texts = documented()[self.fault]
        lines = [logfmt(line) for line in own(self.site.raw_log()[self.mark:])]
        said = [line.get("msg", line.get("unparsed")) for line in lines if line.get("level") != "info"]
        heard = {text for message in said for text in told(message, texts)}
        ok(all(told(message, texts) for message in said), "%s: the log says nothing that docs/faults.md does not" %
           self.fault, *sorted({message for message in said if not told(message, texts)})[:5])
        ok(not texts or texts[0] in heard, "%s: the log says what docs/faults.md promises: %s" % (
            self.fault, texts[0] if texts else "nothing"), *sorted(set(said))[:5])
        diag("the log said: %s" % ("; ".join(sorted(heard)) or "nothing"))
