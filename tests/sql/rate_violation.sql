-- The specification as window queries: silent about what the limiter admits, and not blind.
BEGIN;
SELECT plan(21);
\ir lib/limiter.sql

-- ---- not blind

CREATE FUNCTION pg_temp.violations(p_hits timestamptz[], p_max integer, p_span interval)
RETURNS bigint[] LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.write('ann', p_hits);
    SELECT coalesce(array_agg(v.in_window ORDER BY v.at), '{}')
      FROM foyer.rate_violation(p_max, p_span) AS v;
$$;
SELECT date_trunc('second', now()) AS t \gset
\set at (:'t'::timestamptz)

SELECT is(pg_temp.violations(ARRAY[:at, :at, :at], 3, '1 second'), '{}',
    'three at once do not break a limit of three');
SELECT is(pg_temp.violations(ARRAY[:at, :at, :at], 2, '1 second'), '{3,3,3}',
    'they break a limit of two');
SELECT is(pg_temp.violations(
        ARRAY[:at, :at + interval '0.5 seconds', :at + interval '1 second'], 2, '1 second'),
    '{}', 'a hit exactly a second ago has left');
SELECT is(pg_temp.violations(
        ARRAY[:at, :at + interval '0.5 seconds', :at + interval '0.999999 seconds'], 2, '1 second'),
    '{3}', 'a microsecond less, and it has not');
SELECT is(pg_temp.violations(
        ARRAY[:at, :at + interval '1 second', :at + interval '0.2 seconds',
              :at + interval '1.2 seconds'], 1, '1 second'),
    '{2,2,2}', 'instants that run backwards are seen');
SELECT is(pg_temp.violations(ARRAY[:at, :at + interval '10 seconds', :at + interval '5 seconds'], 1,
        '1 second'), '{1}', 'also when no window holds too many');
SELECT is(cardinality(pg_temp.violations(array_fill(:at, '{100}'), 99, '1 hour')), 100,
    'hits in chunks are seen as well as those in the counter');
SELECT results_eq(
    $$ SELECT DISTINCT v.tenant_id, v.scope, v.subject_id FROM foyer.rate_violation(99, '1 hour') AS v $$,
    $$ VALUES (pg_temp.id('tenant'), 'operator', pg_temp.id('ann')) $$, 'and whose they are');
SELECT pg_temp.write('bob', ARRAY[:at]);
SELECT is_empty($$ SELECT FROM foyer.rate_violation(1, '1 second') AS v
                    WHERE v.subject_id = pg_temp.id('bob') $$,
    'the hits of others do not count');
DELETE FROM foyer.rate_counter;

-- ---- silent about the limiter, in each window

SELECT setseed(0.31) \g /dev/null
CREATE FUNCTION pg_temp.fill(p_subject text, p_max integer[], p_steps integer, p_pause interval)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    FOR k IN 1 .. p_steps LOOP
        PERFORM pg_temp.admit(p_subject, p_max);
        PERFORM pg_temp.pass(p_subject, p_pause * random());
    END LOOP;
END;
$$;
SELECT pg_temp.fill('ann', '{3,30,200}', 900, '500 ms');
SELECT pg_temp.fill('bob', '{3,30,200}', 900, '5 s');
SELECT pg_temp.fill('cat', '{3,30,200}', 600, '30 s');
SELECT is_empty(format('SELECT * FROM foyer.rate_violation(%s, %L)', w.max, w.span),
    format('no %s ever held more than %s', w.span, w.max))
  FROM (VALUES (3, '1 second'), (30, '1 minute'), (200, '1 hour')) AS w(max, span);
SELECT isnt_empty(format('SELECT * FROM foyer.rate_violation(%s, %L)', w.max - 1, w.span),
    format('but %s were held in %s', w.max, w.span))
  FROM (VALUES (3, '1 second'), (30, '1 minute'), (200, '1 hour')) AS w(max, span);
SELECT results_eq(format('SELECT DISTINCT v.in_window FROM foyer.rate_violation(%s, %L) AS v',
        w.max - 1, w.span), ARRAY[w.max::bigint], 'and never more')
  FROM (VALUES (3, '1 second'), (30, '1 minute'), (200, '1 hour')) AS w(max, span);

-- ---- every hit is a row of the view, once and in order

SELECT is((SELECT count(*) FROM foyer.rate_hit AS h WHERE h.subject_id = r.subject_id),
    (SELECT r.n - 32 * coalesce(min(c.chunk), r.n / 32) FROM foyer.rate_chunk AS c
      WHERE c.counter_id = r.id), 'the view shows each hit that is kept')
  FROM foyer.rate_counter AS r WHERE r.subject_id = pg_temp.id('ann');
SELECT is_empty(
    $$ SELECT FROM (SELECT h.i - lag(h.i) OVER w AS step, h.at - lag(h.at) OVER w AS time
                      FROM foyer.rate_hit AS h
                    WINDOW w AS (PARTITION BY h.subject_id ORDER BY h.i)) AS q
        WHERE q.step <> 1 OR q.time < interval '0' $$,
    'numbered without gaps, in the order of their instants');
SELECT is((SELECT max(h.at) FROM foyer.rate_hit AS h WHERE h.subject_id = r.subject_id),
    r.last_at, 'the last is the newest')
  FROM foyer.rate_counter AS r WHERE r.subject_id = pg_temp.id('ann');

SELECT * FROM finish();
ROLLBACK;
