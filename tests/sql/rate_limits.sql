-- Limits that change hold from the next request on, for what was admitted before, too.
BEGIN;
SELECT plan(25);
\ir lib/limiter.sql

CREATE FUNCTION pg_temp.differ(p_subject text, p_max integer[], p_times integer)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(d, E'\n') FROM pg_temp.drive(p_subject, p_max, p_times) AS d
$$;

-- ---- lowered and raised

SELECT pg_temp.write('ann', pg_temp.spread(300, '40 minutes', '5 seconds'));
SELECT is(pg_temp.differ('ann', '{50,100,400}', 30), NULL, 'before any change');
SELECT is(pg_temp.differ('ann', '{3,10,200}', 30), NULL, 'lowered below what is inside');
SELECT is((pg_temp.admit('ann', '{3,10,200}')).outcome, 'rate_limited',
    'and so everything is refused');
SELECT is(pg_temp.differ('ann', '{60,100,400}', 30), NULL, 'raised again');
SELECT is(pg_temp.differ('ann', '{1,1,1}', 30), NULL, 'lowered to one');
SELECT is(pg_temp.differ('ann', '{1000000,1000000,1000000}', 200), NULL, 'raised to the most');
SELECT is(pg_temp.differ('ann', '{200,250,600}', 200), NULL, 'lowered to what is left of it');

-- ---- windows of 0, which are no windows

SELECT is(pg_temp.differ('bob', '{5,0,0}', 20), NULL, 'a second alone');
SELECT is(pg_temp.differ('cat', '{0,40,0}', 60), NULL, 'a minute alone');
SELECT is(pg_temp.differ('dan', '{0,0,40}', 60), NULL, 'an hour alone');
SELECT is(pg_temp.differ('eve', '{0,0,0}', 100), NULL, 'no window at all');
SELECT results_eq(
    $$ SELECT v.outcome, v.rate_window, v.rate_limit, v.rate_remaining, v.rate_reset
         FROM pg_temp.admit('eve', '{0,0,0}', false) AS v $$,
    $$ VALUES ('ok', NULL::text, NULL::integer, NULL::integer, NULL::timestamptz) $$,
    'admits everything, and tells of no window');

-- ---- a window that is new: what is still stored is inside

-- pg_temp.forget: the model knows what is stored, and no more.
CREATE FUNCTION pg_temp.forget(p_subject text)
RETURNS bigint LANGUAGE sql VOLATILE AS $$
    UPDATE pg_temp.admitted AS a
       SET hits = ARRAY(SELECT h.at FROM foyer.rate_hit AS h
                         WHERE h.subject_id = pg_temp.id(p_subject) ORDER BY h.i)
     WHERE a.subject = p_subject;
    SELECT count(*) FROM foyer.rate_hit AS h WHERE h.subject_id = pg_temp.id(p_subject);
$$;

SELECT is(pg_temp.differ('cat', '{0,40,200}', 30), NULL, 'an hour is added to a minute');
SELECT cmp_ok(pg_temp.forget('eve'), '>=', 32::bigint, 'at least the newest 32 are stored');
SELECT is(pg_temp.differ('eve', '{0,0,60}', 60), NULL, 'an hour is added where there was none');
SELECT is((v).rate_reset IS NOT NULL, true, 'and it is known when it opens')
  FROM pg_temp.admit('eve', '{0,0,60}') AS v;
SELECT pg_temp.write('fay', pg_temp.spread(640, '50 minutes', '30 minutes'));
SELECT is(pg_temp.differ('fay', '{0,40,0}', 40), NULL, 'a minute alone, after half an hour');
SELECT ok(pg_temp.forget('fay') BETWEEN 64 AND 400, 'it stores less than an hour would');
SELECT is(pg_temp.differ('fay', '{0,90,400}', 40), NULL, 'an hour is added');
SELECT is(pg_temp.differ('fay', '{0,60,100}', 10), NULL, 'and lowered below what is inside');
SELECT is(pg_temp.differ('fay', '{0,80,90}', 10), NULL, 'the minute is raised');

-- ---- a window that was off for a while, and forgot meanwhile where it began

SELECT is(pg_temp.differ('gus', '{0,0,400}', 50), NULL, 'an hour alone');
CREATE FUNCTION pg_temp.minutes(p_subject text, p_times integer)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_differ  text;
BEGIN
    FOR k IN 1 .. p_times LOOP
        PERFORM pg_temp.pass(p_subject, '2 minutes');
        v_differ := concat(v_differ, pg_temp.differ(p_subject, '{0,40,0}', 50));
    END LOOP;
    RETURN v_differ;
END;
$$;
SELECT is(pg_temp.minutes('gus', 6), '', 'then a minute alone');
SELECT cmp_ok(pg_temp.forget('gus'), '<', 100::bigint, 'which stores little of that hour');
SELECT is(pg_temp.differ('gus', '{0,0,300}', 20), NULL, 'the hour comes back with what is stored');

SELECT * FROM finish();
ROLLBACK;
