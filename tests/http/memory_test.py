#!/usr/bin/python3
"""memory_test.py - a worker that has warmed up needs no more memory, however long it serves."""
import os
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import status_is
from lib.fcgi import Connection, Worker, cgi
from lib.tap import diag, is_, ok, run, skip
from lib.wait import until

GROWTH, PEAK = 64, 32768    # kB


def memory(pid):
    """Proportional, and the part of it that is the worker's alone, in kB. The rest are pages of libraries, whose share
    changes with what else runs on the machine."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        sizes = {line.split()[0].rstrip(":"): int(line.split()[1]) for line in f if line.rstrip().endswith("kB")}
    return sizes["Pss"], sizes["Pss_Anon"]


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def mixture(worker):
    """Requests as bytes, with the status that each gets: small and large, good and bad, with and without the database.
    The visitor that is new each time is left open."""
    app = worker.new_app(second=0, minute=0, hour=1000000)
    v = app.visitor()
    c = v.start()["id"]
    for i in range(20):
        v.send(c, "%d %s" % (i, "x" * 4900))
    path = "/conversations/%s/messages" % c
    emoji = '{"content": "%s"}' % ("\U0001f600" * 5000)
    fields = b'{"content": "a", ' + b", ".join(b'"f%d": [1]' % i for i in range(500)) + b"}"
    asked = (
        ("POST", "/conversations", b'{"subject": "%s"}' % (b"s" * 500), {"X-Visitor-Id": "NEW"}, 201),
        ("POST", path, b'{"content": "short"}', {}, 201), ("POST", path, emoji.encode(), {}, 201),
        ("POST", path, fields, {}, 400), ("POST", path, b" " * 131072, {}, 400), ("POST", path, b"[" * 9000, {}, 400),
        ("POST", path, b"x" * 131073, {}, 413), ("GET", path, None, {}, 200), ("GET", "/conversations", None, {}, 200),
        ("GET", "/nowhere", None, {}, 404),
        ("GET", "/health/live", None, {}, 200), ("GET", "/health/ready", None, {}, 200),
        ("GET", path, None, {"Authorization": "x"}, 401), ("GET", path, None, {"X-Visitor-Id": "x" * 8000}, 400),
        ("GET", "/conversations/" + app.id, None, {}, 404), ("HEAD", path, None, {}, 200),
        ("GET", path + "?limit=0&order=up&offset=" + "9" * 900, None, {}, 400),
        ("GET", "/conversations?" + "&".join("a%d=b" % i for i in range(150)), None, {}, 200))
    for method, target, body, changed, status in asked:
        params = cgi(method, worker.base + target, (v.headers | changed).items(), body)
        yield params, body or b"", status


def hungry(worker):
    """The requests that could want the most memory, and the most that the worker has ever had, in kB."""
    app = worker.new_app()
    v = app.visitor()
    c = v.start()["id"]
    path = "/conversations/%s/messages" % c
    for _ in range(100):
        v.send(c, "\U0001f600" * 5000)
    status_is(v.get(path + "?limit=100"), 200, "a page may hold 100 messages of 5000 emoji")
    for value in (b"1", b"[[[[[[[]]]]]]]"):
        body = b"{" + b", ".join(b'"%d": %s' % (i, value) for i in range(4000)) + b"}"
        status_is(v.post(path, body=body), 400, "a body may have 4000 unknown fields: " + value.decode())
    status_is(v.post(path, body=b"{" + b'"\\u00e9": "' + b"\\u00e9" * 20000 + b'"}'), 400, "a body may be all escapes")
    with open("/proc/%d/status" % worker.process.pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))


def serve(worker, requests, rounds):
    """Sends all requests so many times, and returns the statuses that were not as expected."""
    wrong = []
    for _ in range(rounds):
        for params, body, status in requests:
            params = [(name, str(uuid.uuid4()) if value == "NEW" else value) for name, value in params]
            connection = Connection(worker.path)
            connection.ask(params, body)
            got = connection.reply().status
            connection.close()
            wrong += [(params, status, got)] if got != status else []
    return wrong


def main():
    worker = Worker()
    pid = worker.process.pid
    status_is(worker.get(worker.base + "/health/ready"), 200, "the worker is ready")
    with open("/proc/%d/maps" % pid) as f:
        if "libasan" in (maps := f.read()) or "valgrind" in maps:
            skip("a worker that has warmed up needs no more memory", "what watches its memory keeps some back")
            return worker.finish()
    requests = list(mixture(worker))
    served, figures, wrong = 0, [], []
    for goal in (1000, 4000, 7000, 10000):
        rounds = -(-(goal - served) // len(requests))
        wrong += serve(worker, requests, rounds)
        served += rounds * len(requests)
        figures.append((*memory(pid), descriptors(pid)))
        diag("after %5d requests: Pss %d kB, of which private %d kB; %d descriptors" % (served, *figures[-1]))
    is_(wrong[:1], [], "the requests are answered as expected")
    ok(figures[-1][1] - figures[0][1] <= GROWTH, "9000 requests more need at most %d kB more memory" % GROWTH, figures)
    ok(until(lambda: descriptors(pid) <= figures[0][2], "descriptors are closed"), "and leave no descriptor open")
    peak = hungry(worker)
    ok(peak <= PEAK, "no request makes the worker larger than %d kB" % PEAK, "got %d" % peak)
    worker.finish()


run(main)
