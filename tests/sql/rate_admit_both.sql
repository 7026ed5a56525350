-- Two limits for one request, of the key and of the visitor: both admit, or neither counts.
BEGIN;
SELECT plan(46);
\ir lib/limiter.sql

-- Both newest hits are of one instant in the future, at which both decisions are taken.
SELECT date_trunc('second', now()) + interval '1 day' AS t \gset
SELECT set_config('test.t', :'t', true) \g /dev/null

-- pg_temp.given: key and visitor were admitted so many seconds before that instant.
CREATE FUNCTION pg_temp.given(p_key integer[], p_visitor integer[])
RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.write(s.name, ARRAY(
               SELECT current_setting('test.t')::timestamptz - make_interval(secs => a.ago)
                 FROM unnest(s.hits) WITH ORDINALITY AS a(ago, i) ORDER BY a.i))
      FROM (VALUES ('key', p_key), ('visitor', p_visitor)) AS s(name, hits);
    UPDATE foyer.rate_counter AS r SET scope = s.name
      FROM unnest('{key,visitor}'::text[]) AS s(name) WHERE r.subject_id = pg_temp.id(s.name);
$$;
-- pg_temp.both: what is said, when the window opens after that instant, and who has counted.
CREATE FUNCTION pg_temp.both(p_key_max integer, p_visitor_max integer[], p_record boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v         foyer_api.verdict;
    v_before  bigint[] := ARRAY(SELECT r.n FROM foyer.rate_counter AS r ORDER BY r.scope);
BEGIN
    v := foyer.rate_admit_both(pg_temp.id('tenant'), pg_temp.id('key'), p_key_max, pg_temp.id('visitor'),
        p_visitor_max, p_record);
    RETURN concat_ws(' ', v.outcome, v.rate_scope, v.rate_window, v.rate_limit, v.rate_remaining,
        EXTRACT(epoch FROM v.rate_reset - current_setting('test.t')::timestamptz)::integer)
        || ', counted ' || (
        SELECT string_agg((r.n - b.n)::text, ' ' ORDER BY r.scope)
          FROM foyer.rate_counter AS r
          JOIN unnest('{key,visitor}'::text[], v_before) AS b(scope, n) USING (scope));
END;
$$;
CREATE FUNCTION pg_temp.try(p_key integer[], p_key_max integer, p_visitor integer[], p_visitor_max integer[],
    p_record boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_temp.given(p_key, p_visitor);
    RETURN pg_temp.both(p_key_max, p_visitor_max, p_record);
END;
$$;

-- ---- what is said, and counted; with and without counting

CREATE TEMPORARY TABLE cases (what text, k integer[], key_max integer, v integer[], visitor_max integer[], counts text, asks text);
INSERT INTO cases VALUES
    ('the key has less left', '{10,0}', 4, '{20,0}', '{0,9,0}',
     'ok key minute 4 1 50, counted 1 1', 'ok key minute 4 2 50, counted 0 0'),
    ('the visitor has less left', '{10,0}', 9, '{20,0}', '{0,4,0}',
     'ok visitor minute 4 1 40, counted 1 1', 'ok visitor minute 4 2 40, counted 0 0'),
    ('as much, and for as long, the key for longer', '{10,0}', 4, '{20,0}', '{0,4,0}',
     'ok key minute 4 1 50, counted 1 1', 'ok key minute 4 2 50, counted 0 0'),
    ('as much, and for as long, the visitor for longer', '{20,0}', 4, '{10,0}', '{0,4,0}',
     'ok visitor minute 4 1 50, counted 1 1', 'ok visitor minute 4 2 50, counted 0 0'),
    ('in its second', '{10,0}', 9, '{20,0}', '{3,9,0}',
     'ok visitor second 3 1 1, counted 1 1', 'ok visitor second 3 2 1, counted 0 0'),
    ('as much, but for an hour', '{10,0}', 4, '{20,0}', '{0,0,4}',
     'ok visitor hour 4 1 3580, counted 1 1', 'ok visitor hour 4 2 3580, counted 0 0'),
    ('as much, but for a second', '{10,0}', 4, '{0,0}', '{4,0,0}',
     'ok key minute 4 1 50, counted 1 1', 'ok key minute 4 2 50, counted 0 0'),
    ('the visitor has no limits', '{10,0}', 4, '{0,0}', '{0,0,0}',
     'ok key minute 4 1 50, counted 1 1', 'ok key minute 4 2 50, counted 0 0'),
    ('the key''s last request', '{10,5,0}', 4, '{0}', '{0,9,0}',
     'ok key minute 4 0 50, counted 1 1', 'ok key minute 4 1 50, counted 0 0'),
    ('the visitor''s last request', '{10,5,0}', 9, '{7,0}', '{0,3,0}',
     'ok visitor minute 3 0 53, counted 1 1', 'ok visitor minute 3 1 53, counted 0 0'),
    ('the key is full', '{10,5,0}', 3, '{0}', '{0,9,0}',
     'rate_limited key minute 3 0 50, counted 0 0', NULL),
    ('the visitor is full', '{10,0}', 9, '{30,0}', '{0,2,0}',
     'rate_limited visitor minute 2 0 30, counted 0 0', NULL),
    ('both are, the key for longer', '{10,0}', 2, '{30,0}', '{0,2,0}',
     'rate_limited key minute 2 0 50, counted 0 0', NULL),
    ('both are, the visitor for longer', '{10,0}', 2, '{30,0}', '{0,9,2}',
     'rate_limited visitor hour 2 0 3570, counted 0 0', NULL),
    ('both are, the visitor for less', '{10,0}', 2, '{0,0}', '{2,9,0}',
     'rate_limited key minute 2 0 50, counted 0 0', NULL),
    ('many requests', (SELECT array_agg(100 - i) FROM generate_series(1, 100) AS i), 60,
     (SELECT array_agg(100 - i) FROM generate_series(1, 100) AS i), '{0,99,0}',
     'rate_limited key minute 60 0 1, counted 0 0', NULL),
    ('many requests, and room', (SELECT array_agg(100 - i) FROM generate_series(1, 100) AS i), 61,
     (SELECT array_agg(100 - i) FROM generate_series(1, 100) AS i), '{0,99,0}',
     'ok key minute 61 0 1, counted 1 1', 'ok key minute 61 1 1, counted 0 0');
SELECT is(pg_temp.try(c.k, c.key_max, c.v, c.visitor_max), c.counts, c.what) FROM cases AS c;
SELECT is(pg_temp.try(c.k, c.key_max, c.v, c.visitor_max, false), coalesce(c.asks, c.counts), c.what || ', without counting')
  FROM cases AS c;

-- ---- nobody is known yet

SELECT id AS org FROM foyer_admin.organization_create('Org') \gset
SELECT id AS app FROM foyer_admin.application_create('App', :'org') \gset
PREPARE ask AS SELECT v.outcome, v.rate_scope, v.rate_remaining
    FROM foyer.rate_admit_both(:'app', pg_temp.id('k'), 3, pg_temp.id($1), '{0,2,0}', true) AS v;
PREPARE counts AS SELECT r.scope::text, r.n FROM foyer.rate_counter AS r WHERE r.tenant_id = :'app' ORDER BY r.scope, r.n;
SELECT results_eq($$ EXECUTE ask ('ann') $$, $$ VALUES ('ok', 'visitor', 1) $$, 'the first request of a visitor');
SELECT results_eq($$ EXECUTE ask ('ann') $$, $$ VALUES ('ok', 'visitor', 0) $$, 'and the second');
SELECT results_eq($$ EXECUTE ask ('ann') $$, $$ VALUES ('rate_limited', 'visitor', 0) $$, 'are all that it has');
SELECT results_eq($$ EXECUTE ask ('bob') $$, $$ VALUES ('ok', 'key', 0) $$, 'another takes the key''s last one');
SELECT results_eq($$ EXECUTE ask ('cat') $$, $$ VALUES ('rate_limited', 'key', 0) $$, 'so a third has none');
SELECT results_eq('EXECUTE counts', $$ VALUES ('key', 3::bigint), ('visitor', 1), ('visitor', 2) $$,
    'each admitted request has counted for both');
SELECT is(count(*), 2::bigint, 'a visitor who was never admitted does not exist')
  FROM foyer.visitor AS v WHERE v.application_id = :'app';

-- ---- another request of the visitor is faster: here, while the key's hit is written

CREATE FUNCTION pg_temp.faster()
RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM foyer.rate_admit(NEW.tenant_id, 'visitor', pg_temp.id('eve'), '{0,1,0}');
    RETURN NULL;
END;
$$;
DELETE FROM foyer.rate_counter;
CREATE TRIGGER faster AFTER INSERT ON foyer.rate_counter FOR EACH ROW
    WHEN (NEW.scope = 'key') EXECUTE FUNCTION pg_temp.faster();
PREPARE race AS SELECT v.outcome, v.rate_scope, v.rate_limit, v.rate_reset > clock_timestamp()
    FROM foyer.rate_admit_both(:'app', pg_temp.id('k2'), 5, pg_temp.id('eve'), '{0,1,0}', true) AS v;
SELECT results_eq('race', $$ VALUES ('rate_limited', 'visitor', 1, true) $$, 'then the visitor refuses');
SELECT results_eq('EXECUTE counts', $$ SELECT 'x'::text, 0::bigint WHERE false $$, 'and the key''s hit is taken back');
DROP TRIGGER faster ON foyer.rate_counter;
CREATE FUNCTION pg_temp.never()
RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the key was written'; END; $$;
CREATE TRIGGER never AFTER INSERT ON foyer.rate_counter FOR EACH ROW
    WHEN (NEW.scope = 'key') EXECUTE FUNCTION pg_temp.never();
SELECT foyer.rate_admit(:'app', 'visitor', pg_temp.id('flo'), '{0,1,0}') \g /dev/null
SELECT is(v.outcome, 'rate_limited', 'while the visitor refuses, nothing is written for the key')
  FROM foyer.rate_admit_both(:'app', pg_temp.id('k2'), 5, pg_temp.id('flo'), '{0,1,0}', true) AS v;
DROP TRIGGER never ON foyer.rate_counter;
SELECT is(v.outcome, 'ok', 'so the next may have it')
  FROM foyer.rate_admit_both(:'app', pg_temp.id('k2'), 1, pg_temp.id('eve'), '{0,1,0}', true) AS v;

-- ---- the window queries see the hits of keys

SELECT results_eq(
    $$ SELECT DISTINCT v.scope, v.in_window FROM foyer.rate_violation(0, '1 minute') AS v $$,
    $$ VALUES ('key', 1::bigint), ('visitor', 1) $$, 'rate_violation knows the hits of both');

SELECT * FROM finish();
ROLLBACK;
