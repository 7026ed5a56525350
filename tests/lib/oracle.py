"""oracle.py - the rate limits as window queries over recorded decisions, written without looking at the program."""
import json

SPANS = {"second": "1 second", "minute": "1 minute", "hour": "1 hour"}

SLACK = 7    # seconds by which a statement may outlive the request that nobody answered

# Where the hits come from: the log, which is independent of the program ...
LOGGED = """-- n: how many of a subject were admitted up to and including this decision
CREATE MATERIALIZED VIEW oracle.numbered AS
    SELECT p.*, status <> 429 AS admitted,
           count(*) FILTER (WHERE status <> 429) OVER (PARTITION BY app, scope, subject ORDER BY at, status = 429
                                                       ROWS UNBOUNDED PRECEDING) AS n,
           count(*) OVER (PARTITION BY app, scope, subject, at, status = 429) > 1 AS tied
      FROM oracle.part p;
CREATE MATERIALIZED VIEW oracle.hit AS SELECT app, scope, subject, n, at FROM oracle.numbered WHERE admitted;
CREATE VIEW oracle.unknown_hit AS
    SELECT h.scope, h.subject_id, h.i, h.at FROM foyer.rate_hit h
     WHERE h.tenant_id IN (SELECT app FROM oracle.bound)
       AND NOT EXISTS (SELECT FROM oracle.hit d WHERE d.app = h.tenant_id AND d.scope = h.scope
                          AND d.subject = h.subject_id AND d.at = h.at);
"""
# ... or, when a request is one of two limiters' and each has its own instant, what the database has recorded.
RECORDED = """
CREATE TABLE oracle.hit (app uuid, scope text, subject uuid, n bigint, at timestamptz);
CREATE MATERIALIZED VIEW oracle.numbered AS
    SELECT p.*, p.status <> 429 AS admitted, m.n, false AS tied
      FROM oracle.part p, LATERAL (
           SELECT max(h.n) AS n FROM oracle.hit h
            WHERE h.app = p.app AND h.scope = p.scope AND h.subject = p.subject AND h.at <= p.at
           HAVING p.status = 429 OR bool_or(h.at = p.at)) m;
CREATE VIEW oracle.unknown_hit AS
    SELECT scope, subject, count(*) AS admitted, (SELECT max(h.n) FROM oracle.hit h WHERE h.app = p.app
           AND h.scope = p.scope AND h.subject = p.subject) AS recorded
      FROM oracle.part p WHERE status <> 429 GROUP BY app, scope, subject
    HAVING count(*) IS DISTINCT FROM (SELECT max(h.n) FROM oracle.hit h WHERE h.app = p.app
           AND h.scope = p.scope AND h.subject = p.subject)
    UNION ALL
    SELECT 'none', d.visitor, 1, 0 FROM oracle.decision d
     WHERE d.status <> 429 AND NOT EXISTS (SELECT FROM oracle.hit h WHERE h.at = d.at AND h.app = d.app
                                              AND h.subject IN (d.visitor, d.key));
"""
TABLES = """
DROP SCHEMA IF EXISTS oracle CASCADE;
CREATE SCHEMA oracle;
CREATE TABLE oracle.bound (app uuid, scope text, win text, span interval, most integer);
CREATE TABLE oracle.decision (id text PRIMARY KEY, app uuid, visitor uuid, key uuid, at timestamptz, status integer,
    told_retry integer, told_scope text, told_window text, told_limit integer, told_left integer, told_reset bigint);

-- a decision is one of its visitor's and one of its key's, where that has a limit
CREATE VIEW oracle.part AS
    SELECT d.id, d.app, 'visitor' AS scope, d.visitor AS subject, d.at, d.status FROM oracle.decision d
    UNION ALL
    SELECT d.id, d.app, 'key', d.key, d.at, d.status FROM oracle.decision d
     WHERE EXISTS (SELECT FROM oracle.bound b WHERE b.app = d.app AND b.scope = 'key');

{hits}
-- for each refusal the windows that were full at its instant, and when each would have opened
CREATE MATERIALIZED VIEW oracle.shut AS
    SELECT r.id, r.at, b.scope, b.win, b.most, h.at + b.span AS opens,
           rank() OVER (PARTITION BY r.id ORDER BY h.at + b.span DESC) AS place
      FROM oracle.numbered r JOIN oracle.bound b USING (app, scope)
      JOIN oracle.hit h ON h.app = r.app AND h.scope = r.scope AND h.subject = r.subject AND h.n = r.n - b.most + 1
     WHERE NOT r.admitted AND h.at + b.span > r.at;

-- for each admitted request what each window had left after it, and when it next regains one
CREATE MATERIALIZED VIEW oracle.room AS
    SELECT a.id, b.scope, b.win, b.most, b.most - count(h.n) AS remaining, min(h.at) + b.span AS regains,
           rank() OVER (PARTITION BY a.id ORDER BY b.most - count(h.n), b.span DESC) AS place
      FROM oracle.numbered a JOIN oracle.bound b USING (app, scope)
      JOIN oracle.hit h ON h.app = a.app AND h.scope = a.scope AND h.subject = a.subject
                       AND h.n <= a.n AND h.at > a.at - b.span
     WHERE a.admitted AND a.id NOT IN (SELECT t.id FROM oracle.numbered t WHERE t.tied)
     GROUP BY a.id, b.scope, b.win, b.most, b.span;

CREATE VIEW oracle.unjust AS
    SELECT id, at, visitor FROM oracle.decision d
     WHERE status = 429 AND NOT EXISTS (SELECT FROM oracle.shut s WHERE s.id = d.id);
CREATE VIEW oracle.wrong_retry AS
    SELECT d.id, d.at, d.told_retry, s.opens FROM oracle.decision d JOIN oracle.shut s USING (id)
     WHERE s.place = 1 AND d.told_retry IS NOT NULL
       AND d.told_retry <> greatest(1, ceil(extract(epoch FROM s.opens - d.at)));
CREATE VIEW oracle.wrong_window AS
    SELECT d.id, d.told_scope, d.told_window, d.told_limit, d.told_left, d.told_reset FROM oracle.decision d
     WHERE status = 429 AND EXISTS (SELECT FROM oracle.shut s WHERE s.id = d.id)
       AND NOT EXISTS (SELECT FROM oracle.shut s WHERE s.id = d.id AND s.place = 1 AND d.told_limit = s.most
                          AND coalesce(d.told_window, s.win) = s.win AND coalesce(d.told_scope, s.scope) = s.scope
                          AND d.told_left = 0 AND d.told_reset = ceil(extract(epoch FROM s.opens)));
CREATE VIEW oracle.wrong_room AS
    SELECT d.id, d.told_limit, d.told_left, d.told_reset, json_agg(r) AS room
      FROM oracle.decision d JOIN oracle.room r USING (id)
     WHERE r.place = 1 AND d.status <> 0 GROUP BY d.id
    HAVING NOT coalesce(bool_or((d.told_limit, d.told_left, d.told_reset)
                                = (r.most, r.remaining, ceil(extract(epoch FROM r.regains)))), false);
CREATE VIEW oracle.confessed AS
    SELECT b.win, v.* FROM oracle.bound b, foyer.rate_violation(b.most, b.span) v
     WHERE v.tenant_id = b.app AND v.scope = b.scope;
"""
# RANGE takes no column, so there is one query for each window.
HELD = """SELECT h.app, h.scope, h.subject, h.at, '{win}' AS win, b.most,
    count(*) OVER (PARTITION BY h.app, h.scope, h.subject ORDER BY h.at
                   RANGE BETWEEN interval '{span}' - interval '1 microsecond' PRECEDING AND CURRENT ROW) AS held
    FROM oracle.hit h JOIN oracle.bound b ON b.app = h.app AND b.scope = h.scope AND b.win = '{win}'"""


class Oracle:
    """Decisions in a table, and views that show those that are wrong."""

    promises = {
        "overfull": "no window ever held more requests than its limit",
        "unjust": "every refusal was justified at its instant by a full window",
        "wrong_retry": "every retryAfter is the time until the last full window opens, rounded up",
        "wrong_window": "every refusal names the window that opens last, its limit, nothing left, and its opening",
        "wrong_room": "every admitted request is told the window with the fewest requests left and when it regains one",
        "unknown_hit": "every hit that the database has recorded is an admitted request, at its instant",
        "confessed": "the specification of the database itself finds no fault",
    }
    # what a liar would have written; each must be seen
    controls = {
        "overfull": ("an admission too many", "UPDATE oracle.decision SET status = 200 "
                     "WHERE id = (SELECT min(id) FROM oracle.shut)"),
        "unjust": ("a refusal for nothing", "UPDATE oracle.decision SET status = 429 "
                   "WHERE id = (SELECT id FROM oracle.numbered WHERE n = 2 AND scope = 'visitor' LIMIT 1)"),
        "wrong_retry": ("a second too many", "UPDATE oracle.decision SET told_retry = told_retry + 1 "
                        "WHERE id = (SELECT min(id) FROM oracle.decision WHERE told_retry > 0)"),
        "wrong_window": ("a second too few", "UPDATE oracle.decision SET told_reset = told_reset - 1 "
                         "WHERE id = (SELECT min(id) FROM oracle.decision WHERE status = 429)"),
        "wrong_room": ("a request too many left", "UPDATE oracle.decision SET told_left = told_left + 1 "
                       "WHERE id = (SELECT min(id) FROM oracle.room)"),
        "unknown_hit": ("an instant that is not the recorded one", "UPDATE oracle.decision "
                        "SET at = at + interval '1 microsecond' WHERE id = (SELECT min(id) FROM oracle.room)"),
        "confessed": ("hits that are too close", "UPDATE foyer.rate_counter SET tail = array_fill(last_at, ARRAY[32])"),
    }

    recorded_controls = {
        "overfull": ("hits that come together", "UPDATE oracle.hit SET at = '2025-01-01T00:00:00Z'"),
        "unknown_hit": ("an admission that was not counted", "UPDATE oracle.decision SET status = 200 "
                        "WHERE id = (SELECT min(id) FROM oracle.shut)"),
    }

    def __init__(self, database, limits, keys=None):
        """The limits of the visitors of each application, and the minute limit of each of its keys, if it has one."""
        self.database = database
        held = " UNION ALL ".join(HELD.format(win=win, span=span) for win, span in SPANS.items())
        bounds = [(app, "visitor", win, most) for app, windows in limits.items() for win, most in windows.items()]
        bounds += [(app, "key", "minute", most) for app, most in (keys or {}).items()]
        rows = ", ".join("('%s', '%s', '%s', '%s', %d)" % (app, scope, win, SPANS[win], most)
                         for app, scope, win, most in bounds if most)
        self.recorded = bool(keys)
        views = RECORDED if keys else LOGGED
        database.sql(TABLES.replace("{hits}\n", views) + "INSERT INTO oracle.bound VALUES %s; "
                     "CREATE VIEW oracle.overfull AS SELECT * FROM (%s) AS q WHERE held > most;" % (rows, held))

    def load(self, decisions):
        """Takes pairs of a response and its log line."""
        lines = []
        for r, line in decisions:
            body = (r.json or {}) if r.status == 429 else {}
            rate = [r.headers.get("X-RateLimit-" + name) for name in ("Limit", "Remaining", "Reset")]
            values = [r.id, line["app"], line["visitor"], line["caller"], line["at"], r.status,
                      r.headers.get("Retry-After"), body.get("cause", "").removeprefix("per_") or None,
                      body.get("window"), *rate]
            lines.append("\t".join("\\N" if value is None else str(value) for value in values))
        self.database.sql("COPY oracle.decision FROM STDIN;\n%s\n\\.\n"
                          "CREATE INDEX ON oracle.decision (app, visitor, at);\n"
                          "CREATE INDEX ON oracle.decision (app, key, at);\n"
                          "ANALYZE oracle.decision;" % "\n".join(lines))
        if self.recorded:
            self.database.sql("INSERT INTO oracle.hit "
                              "SELECT tenant_id, scope, subject_id, i + 1, at FROM foyer.rate_hit "
                              "WHERE (tenant_id, scope) IN (SELECT app, scope FROM oracle.bound);"
                              "CREATE INDEX ON oracle.hit (app, scope, subject, n); ANALYZE oracle.hit;")
            self.controls = self.controls | self.recorded_controls
        self.database.sql(self.derive())

    def derive(self):
        """What makes the views that others build on; without statistics their joins would take minutes."""
        views = ("numbered", "shut", "room") if self.recorded else ("numbered", "hit", "shut", "room")
        return "".join("REFRESH MATERIALIZED VIEW oracle.%s; ANALYZE oracle.%s;" % (view, view) for view in views)

    def adopt(self, unanswered):
        """Takes hits that nobody was told of, as status 0: for each at most one request whose answer was lost, and in
        whose time it was recorded. A request is its visitor, and when it began and ended (Unix time)."""
        hits = self.database.rows("SELECT h.tenant_id AS app, h.subject_id AS visitor, h.at::text, "
                                  "extract(epoch FROM h.at)::float AS time FROM foyer.rate_hit AS h "
                                  "JOIN oracle.unknown_hit AS u USING (subject_id, i, at) ORDER BY h.at")
        requests, taken = sorted(unanswered, key=lambda request: request[2]), []
        for hit in hits:
            fits = next((r for r in requests if r[0] == hit["visitor"] and r[1] <= hit["time"] <= r[2] + SLACK), None)
            if fits:
                requests.remove(fits)
                taken.append("('unanswered %d', '%s', '%s', '%s', 0)" % (len(taken), hit["app"], hit["visitor"],
                                                                         hit["at"]))
        if taken:
            self.database.sql("INSERT INTO oracle.decision (id, app, visitor, at, status) VALUES %s;"
                              % ", ".join(taken) + self.derive())
        return len(taken)

    def violations(self, view, tampering=None):
        """The first rows of a view; with a tampering, as they would be after it."""
        first = tampering + ";" + self.derive() if tampering else ""
        found = self.database.sql("BEGIN; %s "
                                  "SELECT coalesce(json_agg(q), '[]') FROM (SELECT * FROM oracle.%s LIMIT 5) AS q; "
                                  "ROLLBACK;" % (first, view))
        return json.loads(found)
