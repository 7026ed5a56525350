-- A refused request writes nothing: no row, no version of a row, not even a transaction id.
-- The state is committed first, so that each decision has a transaction of its own.
BEGIN;
\ir lib/limiter.sql
SELECT date_trunc('second', clock_timestamp()) + interval '1 day' AS t \gset
SELECT pg_temp.write('full', ARRAY[:'t'::timestamptz, :'t', :'t']);
SELECT pg_temp.write('long', array_fill(:'t'::timestamptz, '{100}'));
CREATE VIEW pg_temp.state AS
    SELECT md5(string_agg(concat(r.ctid, r.xmin, r.xmax, r.*), ',' ORDER BY r.subject_id)
               || (SELECT string_agg(concat(c.ctid, c.xmin, c.xmax, c.*), ',' ORDER BY c.chunk)
                     FROM foyer.rate_chunk AS c)) AS digest
      FROM foyer.rate_counter AS r;
COMMIT;
SELECT digest FROM pg_temp.state \gset

SELECT plan(11);

BEGIN;
SELECT pg_temp.said(pg_temp.admit('full', '{3,0,0}')) AS said \gset
SELECT pg_current_xact_id_if_assigned() IS NULL AS unwritten \gset
COMMIT;
SELECT is(:'said', concat('rate_limited second 3 0 ', :'t'::timestamptz + interval '1 second'),
    'a full second refuses');
SELECT ok(:'unwritten', 'without a transaction id');

BEGIN;
SELECT pg_temp.said(pg_temp.admit('long', '{0,0,60}')) AS said \gset
SELECT pg_current_xact_id_if_assigned() IS NULL AS unwritten \gset
COMMIT;
SELECT is(:'said', concat('rate_limited hour 60 0 ', :'t'::timestamptz + interval '1 hour'),
    'a full hour refuses, from a filed chunk');
SELECT ok(:'unwritten', 'without a transaction id');

BEGIN;
SELECT pg_temp.said(pg_temp.admit('long', '{0,101,0}', false)) AS said \gset
SELECT pg_current_xact_id_if_assigned() IS NULL AS unwritten \gset
COMMIT;
SELECT is(:'said', concat('ok minute 101 1 ', :'t'::timestamptz + interval '1 minute'),
    'a request that does not count is only decided');
SELECT ok(:'unwritten', 'without a transaction id');

BEGIN;
SELECT pg_temp.said(pg_temp.admit('new', '{1,1,1}', false)) LIKE 'ok hour 1 1 %' AS said \gset
SELECT pg_current_xact_id_if_assigned() IS NULL AS unwritten \gset
COMMIT;
SELECT ok(:'said', 'so is one of somebody new');
SELECT ok(:'unwritten', 'without a transaction id');
SELECT is(digest, :'digest', 'no version of any row is another than before')
  FROM pg_temp.state;

BEGIN;
SELECT (pg_temp.admit('full', '{4,0,0}')).outcome \gset
SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS written \gset
COMMIT;
SELECT ok(:'written', 'an admitted request has a transaction id');
SELECT isnt(digest, :'digest', 'and its state is seen to change') FROM pg_temp.state;

SELECT * FROM finish();
