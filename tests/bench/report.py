#!/usr/bin/python3
"""report.py - the tables and plots of a run: report.py [--docs] bench.json

On the terminal, as SVG beside bench.json, and with --docs in docs/performance.md, between its markers.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT, PLOTS = ROOT / "docs/performance.md", ROOT / "docs/performance"
TITLES = {"send": "send a message", "keyed": "send with an Idempotency-Key", "list": "list 20 messages",
          "changes": "changes, one of them new", "unchanged": "changes, none (304)", "refused": "send, refused (429)"}
SMALL = {"pgbench-small": "pgbench", "lighttpd-small": "lighttpd"}    # a subject with fewer messages, and its other
CPU = ("web", "worker", "postgresql")


class Run:
    """A bench.json, by its cells."""

    def __init__(self, path):
        self.all = json.loads(path.read_text(encoding="utf-8"))
        self.cells = {(c["subject"], c["scene"], c["clients"]): c["rounds"] for c in self.all["cells"]}
        self.subjects = [name for name in self.all["subjects"] if name not in SMALL]
        self.clients = sorted({clients for _, _, clients in self.cells})

    def has(self, *cells):
        return all(cell in self.cells for cell in cells)

    def values(self, cell, *names):
        """A figure of a cell, one value a round."""
        found = []
        for value in self.cells[cell]:
            for name in names:
                value = value[name]
            found.append(value)
        return found

    def median(self, cell, *names):
        return statistics.median(self.values(cell, *names))

    def ratio(self, cell, other, *names):
        """Median, least and greatest of the ratios in each round."""
        pairs = zip(self.values(cell, *(names or ("rate",))), self.values(other, *(names or ("rate",))))
        found = [a / b for a, b in pairs]
        return statistics.median(found), min(found), max(found)


def spread(three, form="%.2f"):
    return "%s (%s–%s)" % tuple(form % x for x in three)


def table(head, rows):
    """A table of Markdown; all but the first column are figures."""
    return "\n".join(["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1),
                      *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def rates(run, clients):
    """Requests a second, and as a part of pgbench's."""
    head = ["%d clients" % clients, *run.subjects]
    rows = []
    for scene, title in TITLES.items():
        row = [title]
        for name in run.subjects:
            cell, ceiling = (name, scene, clients), ("pgbench", scene, clients)
            text = "{:,.0f}".format(run.median(cell, "rate")) if run.has(cell) else "–"
            if name != "pgbench" and run.has(cell, ceiling):
                text += "<br>" + spread(run.ratio(cell, ceiling))
            row.append(text)
        if any(text != "–" for text in row[1:]):
            rows.append(row)
    return table(head, rows)


def latencies(run):
    head = ["p50 / p99, ms", *("%s, %d" % (TITLES[s], c) for s in ("send", "list") for c in run.clients)]
    rows = []
    for name in run.subjects:
        rows.append([name, *("%.2f / %.2f" % (run.median((name, s, c), "p50_us") / 1000,
                                              run.median((name, s, c), "p99_us") / 1000)
                             if run.has((name, s, c)) else "–" for s in ("send", "list") for c in run.clients)])
    return table(head, rows)


def costs(run, clients):
    """What a request costs: CPU by process, WAL, growth."""
    head = ["%d clients" % clients, "subject", "web server", "worker", "PostgreSQL", "all", "WAL", "page images",
            "growth"]
    rows = []
    for scene, title in TITLES.items():
        for name in run.subjects:
            cell = name, scene, clients
            if run.has(cell):
                cpu = [run.median(cell, "cpu_us", part) for part in CPU]
                rows.append([title, name, *("%.0f" % x for x in (*cpu, sum(cpu), *(
                    run.median(cell, n) for n in ("wal_bytes", "wal_image_bytes", "database_bytes"))))])
    return table(head, rows)


def memory(run):
    rows = []
    for name in run.subjects:
        cell = next(((n, s, c) for n, s, c in run.cells if n == name and s == "send"), None)
        if cell and run.median(cell, "worker_pss"):
            rows.append([name, *("%.1f" % (run.median(cell, kind) / 1e6) for kind in ("worker_pss", "worker_private"))])
    return table(["of one worker, MB", "PSS", "private"], rows)


# What is claimed: text, bound, whether it is the least, and how it is found: two cells whose rates are divided, or
# a function of the run.
def divided(a, b):
    return lambda run: run.ratio(a, b)[0] if run.has(a, b) else None


def figure(cell, *names):
    return lambda run: run.median(cell, *names) if run.has(cell) else None


def inverse(a, b):
    return divided(b, a)


def refusal(*parts):
    """CPU of these processes for a refused request, as a part of that for an admitted one."""
    cells = ("lighttpd", "refused", 8), ("lighttpd", "send", 8)

    def found(run):
        if not run.has(*cells):
            return None
        refused, sent = (sum(run.median(cell, "cpu_us", p) for p in parts) for cell in cells)
        return refused / sent

    return found


CLAIMS = (
    *(("%s through %s, of pgbench's rate" % (scene, server), 0.70, True,
       divided((server, scene, 8), ("pgbench", scene, 8)))
      for scene in ("send", "list", "unchanged") for server in ("lighttpd", "nginx")),
    ("send, times the rate of the Node.js peer", 5, True, divided(("lighttpd", "send", 8), ("node", "send", 8))),
    ("send, times the rate of the PHP peer", 4, True, divided(("lighttpd", "send", 8), ("php", "send", 8))),
    ("PostgreSQL's CPU for a send, µs", 200, False, figure(("lighttpd", "send", 8), "cpu_us", "postgresql")),
    ("buffers for a send", 30, False, lambda run: run.all["buffers_per_send"]),
    ("WAL for a send, bytes", 1000, False, figure(("lighttpd", "send", 8), "wal_bytes")),
    ("time with 10,000 an hour, times that with 200", 1.1, False,
     inverse(("pgbench", "wide", 8), ("pgbench", "narrow", 8))),
    ("time to send with 1,000,000 messages, times that with 10,000", 1.1, False,
     inverse(("pgbench", "send", 8), ("pgbench-small", "send", 8))),
    ("time to list with 1,000,000 messages, times that with 10,000", 1.1, False,
     inverse(("pgbench", "list", 8), ("pgbench-small", "list", 8))),
    ("PostgreSQL's CPU for a refused request, of that for an admitted one", 1 / 3, False, refusal("postgresql")),
    ("CPU of all processes for a refused request, of that for an admitted one", 1 / 3, False, refusal(*CPU)),
    ("a worker's CPU for a send, µs", 45, False, figure(("lighttpd", "send", 8), "cpu_us", "worker")),
    ("a worker's private memory, bytes", 3e6, False, figure(("lighttpd", "send", 8), "worker_private")),
)


def number(x):
    return "{:,.0f}".format(x) if x >= 100 else "%.2f" % x


def claims(run):
    rows = []
    for text, bound, least, found in CLAIMS:
        value = found(run)
        if value is not None:
            held = value >= bound if least else value <= bound
            rows.append([text, ("at least " if least else "at most ") + number(bound), number(value),
                         "yes" if held else "**no**"])
    return table(["claim", "bound", "measured", "holds"], rows)


def growth(run):
    rows = []
    for a, b, text in [((big, scene, 8), (small, scene, 8), "%s, %s: 1,000,000 against 10,000 messages" % (big, scene))
                       for small, big in SMALL.items() for scene in ("send", "list")] + [
            ((name, "wide", 8), (name, "narrow", 8), "%s, send: 10,000 against 200 an hour" % name)
            for name in ("pgbench", "lighttpd")]:
        if run.has(a, b):
            rows.append([text, *("{:,.0f}".format(run.median(c, "rate")) for c in (a, b)), spread(run.ratio(a, b))])
    return table(["rate", "more", "less", "ratio"], rows)


def machine(run):
    m = run.all["machine"]
    lines = ["%d processors (%s), virtualization: %s; %.1f GiB of memory; %s, Linux %s" % (
        m["processors"], m["processor"], m["virtual"], m["memory_gib"], m["system"], m["kernel"]),
        "disk of the database: %s; 8 KiB written and flushed in %d µs" % (m["disk"], m["flush_us"]),
        "settings of PostgreSQL: " + ", ".join("%s = %s" % pair for pair in m["settings"].items()),
        "packages: " + ", ".join("%s %s" % pair for pair in m["packages"].items()),
        "%d rounds of %d s each, begun %s, when the load average was %.1f" % (
            run.all["rounds"], run.all["seconds"], run.all["started"], m["load"])]
    return "\n".join("- %s" % line for line in lines) + (
        "\n- **with hardly any data: these figures say nothing**" if run.all["tiny"] else "")


def sections(run):
    """Title and text of every part."""
    middle = 8 if 8 in run.clients else run.clients[0]
    yield "The machine", machine(run)
    yield "What is claimed", claims(run)
    yield "Requests a second", "\n\n".join(rates(run, clients) for clients in run.clients)
    yield "Time to answer", latencies(run)
    yield "What a request costs: CPU in µs, the rest in bytes", costs(run, middle)
    yield "Memory", memory(run)
    yield "Growth", growth(run)


def plot(path, title, unit, names, columns, stacked=False, logscale=False):
    """Groups of bars as SVG, by gnuplot. columns: title and a value for each name, None where there is none."""
    data = ["%d %s" % (i, " ".join("-" if c[1][i] is None else "%f" % c[1][i] for c in columns))
            for i in range(len(names))]
    tics = ", ".join('"%s" %d' % (name, i) for i, name in enumerate(names))
    style = "histograms rowstacked" if stacked else "histograms clustered gap 1"
    script = ["set terminal svg size 900,420 font 'sans-serif,12' background '#ffffff'", "set output '%s'" % path,
              "set title '%s'" % title, "set ylabel '%s'" % unit, "set yrange [%s:*]" % ("*" if logscale else "0"),
              "set grid ytics", "set key outside right top", "set xtics (%s) rotate by -20" % tics,
              "set datafile missing '-'", "set style data histograms", "set style %s" % style.replace(
                  "histograms", "histogram"), "set style fill solid 0.8 border -1", "set boxwidth 0.9",
              *(["set logscale y"] if logscale else []), "$data << END", *data, "END",
              "plot " + ", ".join("$data using %d title '%s'" % (i + 2, c[0]) for i, c in enumerate(columns))]
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def plots(run, directory):
    """Writes the plots; returns names and titles."""
    directory.mkdir(parents=True, exist_ok=True)
    middle = 8 if 8 in run.clients else run.clients[0]
    scenes = [s for s in TITLES if any((name, s, middle) in run.cells for name in run.subjects)]
    made = []

    def add(name, title, *rest, **more):
        plot(directory / (name + ".svg"), title, *rest, **more)
        made.append((name + ".svg", title))

    def of(cell, *names):
        return run.median(cell, *names) if run.has(cell) else None

    if scenes:
        add("rates", "Requests a second, %d clients" % middle, "requests/s", scenes,
            [(name, [of((name, s, middle), "rate") for s in scenes]) for name in run.subjects])
    taken = [name for name in run.subjects if run.has((name, "send", middle))]
    if taken:
        add("cpu", "CPU of a send, %d clients" % middle, "µs", taken,
            [(part, [of((name, "send", middle), "cpu_us", part) for name in taken]) for part in CPU], stacked=True)
        add("latency", "Time to answer a send: p99", "ms", ["%d clients" % c for c in run.clients],
            [(name, [value / 1000 if (value := of((name, "send", c), "p99_us")) else None for c in run.clients])
             for name in taken], logscale=True)
    return made


def write(path, docs):
    """Prints the tables, draws the plots, and renews the document when it is asked for."""
    run = Run(path)
    for title, text in sections(run):
        print("\n%s\n\n%s" % (title, text.replace("<br>", " ")))
    plots(run, path.parent)
    if docs:
        made = plots(run, PLOTS)
        text = "\n\n".join(["### %s\n\n%s" % pair for pair in sections(run)] + [
            "![%s](performance/%s)" % (title, name) for name, title in made])
        DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8"), text), encoding="utf-8")


def renewed(document, text):
    """The document with this text between its markers."""
    new, n = re.subn(r"(?s)(<!-- figures -->\n).*(\n<!-- end of figures -->)",
                     lambda m: m[1] + "\n" + text + "\n" + m[2], document)
    if n != 1:
        raise ValueError("the document has no markers for the figures")
    return new


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The tables and plots of a run of tests/bench/run.")
    parser.add_argument("--docs", action="store_true", help="put them into docs/performance.md")
    parser.add_argument("path", type=pathlib.Path, metavar="bench.json")
    options = parser.parse_args()
    write(options.path, options.docs)
