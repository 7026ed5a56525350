"""clock.py - lets time go by for the limiter: every instant that it has stored becomes older."""

OLDER = """
UPDATE foyer.rate_counter AS r
   SET last_at = last_at - interval '{0} s',
       first_at = ARRAY(SELECT x - interval '{0} s' FROM unnest(first_at) WITH ORDINALITY AS u(x, i) ORDER BY i),
       tail = ARRAY(SELECT x - interval '{0} s' FROM unnest(tail) WITH ORDINALITY AS u(x, i) ORDER BY i);
UPDATE foyer.rate_chunk AS c
   SET hits = ARRAY(SELECT x - interval '{0} s' FROM unnest(hits) WITH ORDINALITY AS u(x, i) ORDER BY i);
"""


def pass_by(database, seconds):
    """As if so many seconds had gone by since the last request."""
    database.sql("BEGIN;%s COMMIT;" % OLDER.format(seconds))
