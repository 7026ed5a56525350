-- Limits: set, shown, and how much of them is used.
BEGIN;
SELECT plan(48);

SET LOCAL ROLE foyer_admin;
SELECT id AS app, "organizationId" AS org FROM foyer_admin.application_create('Shop') \gset
SELECT id AS sibling FROM foyer_admin.application_create('Sibling', :'org') \gset
SELECT id AS stranger FROM foyer_admin.application_create('Stranger') \gset
PREPARE shown AS SELECT * FROM foyer_admin.limits_show(:'app');

SELECT results_eq('shown', $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 500, 5000), ('key', 0, NULL::integer, 0) $$,
    'without settings the limits are those of the contract');
SELECT results_eq(format($$ SELECT * FROM foyer_admin.limits_set(%L, 'visitor', 1, NULL, 0) $$, :'app'),
    $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 500, 5000), ('key', 0, NULL::integer, 0) $$,
    'a window that is left out stays, 0 takes one away, and the answer shows all');
SELECT results_eq(format($$ SELECT * FROM foyer_admin.limits_set(%L, 'operator', p_minute => 7) $$, :'sibling'),
    $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 7, 5000), ('key', 0, NULL::integer, 0) $$,
    'a sibling''s visitors have limits of their own');
SELECT results_eq('shown', $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 7, 5000), ('key', 0, NULL::integer, 0) $$,
    'the operators'' limits are those of the organization');
SELECT results_eq(format('SELECT * FROM foyer_admin.limits_show(%L)', :'stranger'),
    $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 500, 5000), ('key', 0, NULL::integer, 0) $$, 'and of no other');
SELECT results_eq(format($$ SELECT * FROM foyer_admin.limits_set(%L, 'visitor', p_minute => 31) $$, :'stranger'),
    $$ VALUES ('visitor', 3, 31, 200), ('operator', 25, 500, 5000), ('key', 0, NULL::integer, 0) $$,
    'the windows before and after one stay');
SELECT results_eq(format('SELECT * FROM foyer_admin.limits_set(%L, %L)', :'app', scope),
    $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 7, 5000), ('key', 0, NULL::integer, 0) $$, 'all windows may be left out: ' || scope)
  FROM unnest('{visitor,operator,key}'::text[]) AS u(scope);
SELECT throws_ok(format($$ SELECT foyer_admin.limits_set(%L, 'visitor', %s) $$, :'app', n), '23514', NULL,
    'not a limit: ' || n)
  FROM unnest('{-1,1000001}'::integer[]) AS u(n);
SELECT throws_ok(format('SELECT foyer_admin.limits_set(%L, %s)', :'app', arguments), error, message, promise)
  FROM (VALUES
    ($$'site', 1$$, 'FY400', 'the scope must be visitor, operator or key', 'limits are of visitors, operators or keys'),
    ($$NULL, 1$$, 'FY400', 'the scope must be visitor, operator or key', 'of one of them'),
    ($$'key', 1$$, 'FY400', 'keys have a limit for the minute alone', 'keys are not limited by the second'),
    ($$'key', p_hour => 1$$, 'FY400', 'keys have a limit for the minute alone', 'nor by the hour'),
    ($$'key', p_minute => 1000001$$, '23514', NULL, 'their limit has a limit'),
    ($$'key', p_minute => -2$$, '23514', NULL, 'and is not negative'),
    ($$'visitor', p_minute => -1$$, 'FY400', 'only keys are limited one by one, or by default',
     'visitors have no limit that the mounts say'),
    ($$'operator', p_minute => -1$$, 'FY400', NULL, 'nor do operators'),
    ($$'visitor', p_minute => 1, p_key => '00000000-0000-4000-8000-000000000000'$$, 'FY400', NULL,
     'visitors are not limited by the key'),
    ($$'key', p_minute => 1, p_key => '00000000-0000-4000-8000-000000000000'$$, 'FY404',
     'key 00000000-0000-4000-8000-000000000000 does not exist', 'a key that is limited exists'))
    AS t(arguments, error, message, promise);
SELECT throws_ok(format($$ SELECT foyer_admin.%s $$, call), 'FY404',
    'application 00000000-0000-4000-8000-000000000000 does not exist', 'of an application that exists: ' || call)
  FROM unnest(ARRAY['limits_show(''00000000-0000-4000-8000-000000000000'')',
                    'limits_usage(''00000000-0000-4000-8000-000000000000'')',
                    'limits_set(''00000000-0000-4000-8000-000000000000'', ''visitor'', 1)',
                    'limits_set(''00000000-0000-4000-8000-000000000000'', ''operator'', 1)',
                    'limits_set(''00000000-0000-4000-8000-000000000000'', ''key'', p_minute => 1)']) AS u(call);

-- Keys: of all of an application, or of one.
SELECT id AS k1 FROM foyer_admin.key_create(:'app', 'live', NULL, NULL, NULL, sha256('k1'), 'dk_live_aaaa') \gset
-- What is made in one millisecond has no order.
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT id AS k2 FROM foyer_admin.key_create(:'app', 'live', NULL, NULL, NULL, sha256('k2'), 'dk_live_bbbb') \gset
SELECT id AS k3 FROM foyer_admin.key_create(:'stranger', 'live', NULL, NULL, NULL, sha256('k3'), 'dk_live_cccc') \gset
PREPARE minutes AS SELECT k."minuteLimit" FROM foyer_admin.key_list(:'app') AS k;
CREATE FUNCTION pg_temp.minute(p_application uuid) RETURNS integer LANGUAGE sql AS
    $$ SELECT l.minute FROM foyer_admin.limits_show(p_application) AS l WHERE l.scope = 'key' $$;
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => 60) \g /dev/null
SELECT is(pg_temp.minute(:'app'), 60, 'an application''s keys have a limit');
SELECT is(pg_temp.minute(:'sibling'), NULL, 'a sibling''s have not');
SELECT foyer_admin.limits_set(:'app', 'key') \g /dev/null
SELECT is(pg_temp.minute(:'app'), 60, 'what is left out stays');
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => 0) \g /dev/null
SELECT is(pg_temp.minute(:'app'), 0, '0 takes it away');
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => -1) \g /dev/null
SELECT is(pg_temp.minute(:'app'), NULL, '-1 leaves it to the mounts');
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => 7, p_key => :'k1') \g /dev/null
SELECT results_eq('minutes', '{7,NULL}'::integer[], 'one key has a limit of its own');
SELECT is(pg_temp.minute(:'app'), NULL, 'and the others that of before');
SELECT throws_ok(format($$ SELECT foyer_admin.limits_set(%L, 'key', p_minute => 7, p_key => %L) $$, :'app', :'k3'),
    'FY404', NULL, 'a key of another application is none of this one');
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => -1, p_key => :'k1') \g /dev/null
SELECT results_eq('minutes', '{NULL,NULL}'::integer[], 'until that is taken back');

-- Recorded requests, so many seconds ago; as the limiter would have kept them.
RESET ROLE;
SELECT clock_timestamp() AS now \gset
CREATE FUNCTION pg_temp.record(p_tenant uuid, p_scope text, p_subject uuid, p_ago double precision[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_at       timestamptz[];
    v_tail     timestamptz[] := array_fill(NULL::timestamptz, ARRAY[32]);
    v_n        integer := cardinality(p_ago);
BEGIN
    SELECT array_agg(current_setting('test.now')::timestamptz - make_interval(secs => s.ago) ORDER BY s.i)
      INTO v_at FROM unnest(p_ago) WITH ORDINALITY AS s(ago, i);
    FOR i IN greatest(v_n - 31, 1) .. v_n LOOP
        v_tail[(i - 1) % 32 + 1] := v_at[i];
    END LOOP;
    PERFORM foyer.rate_admit(p_tenant, p_scope, p_subject, '{0,0,1000}') FROM generate_series(1, v_n);
    UPDATE foyer.rate_chunk AS c SET hits = v_at[c.chunk * 32 + 1 : c.chunk * 32 + 32]
      FROM foyer.rate_counter AS r
     WHERE c.tenant_id = r.tenant_id AND c.counter_id = r.id AND r.tenant_id = p_tenant AND r.subject_id = p_subject;
    UPDATE foyer.rate_counter AS r SET tail = v_tail[1:least(v_n, 32)], last_at = v_at[v_n]
     WHERE r.tenant_id = p_tenant AND r.subject_id = p_subject;
END;
$$;
SELECT set_config('test.now', :'now', true) IS NOT NULL AS done \gset
\set busy '00000000-0000-4000-8000-000000000001'
\set calm '00000000-0000-4000-8000-000000000002'
\set olga '00000000-0000-4000-8000-000000000003'
\set idle '00000000-0000-4000-8000-000000000004'
SELECT pg_temp.record(:'app', 'visitor', :'busy', '{5400,3000,1800,40,20}') \g /dev/null
SELECT pg_temp.record(:'app', 'visitor', :'calm',
    (SELECT array_agg(3500 - 10 * i ORDER BY i) FROM generate_series(0, 99) AS i)) \g /dev/null
SELECT pg_temp.record(:'app', 'visitor', :'idle', '{3601,3600.5}') \g /dev/null
SELECT pg_temp.record(:'org', 'operator', :'olga', '{100,10}') \g /dev/null
SELECT pg_temp.record(:'sibling', 'visitor', :'busy', '{30}') \g /dev/null
SELECT pg_temp.record(s.organization_id, 'operator', :'idle', '{40}')    -- of another organization
  FROM foyer.application AS s WHERE s.id = :'stranger' \g /dev/null
SELECT foyer_admin.limits_set(:'app', 'visitor', 3, 4, 200), foyer_admin.limits_set(:'app', 'operator', 25, 10, 0)
 \g /dev/null

SET LOCAL ROLE foyer_admin;
PREPARE usage AS
    SELECT "subjectId", "window", "limit", used, round(EXTRACT(epoch FROM "freeAt" - :'now'::timestamptz), 3)
      FROM foyer_admin.limits_usage(:'app');
SELECT results_eq('usage', format($$
    VALUES (%1$L::uuid, 'hour', 200, 100::bigint, 100.000), (%2$L, 'minute', 4, 2, 20.000),
           (%3$L, 'minute', 10, 1, 50.000), (%2$L, 'hour', 200, 4, 600.000) $$, :'calm', :'busy', :'olga'),
    'who has used what, the fullest first, and when the oldest request leaves');
SELECT results_eq(
    format('SELECT "window", used FROM foyer_admin.limits_usage(%L, %L)', :'app', :'busy'),
    $$ VALUES ('minute', 2::bigint), ('hour', 4) $$, 'of one visitor alone');
SELECT is_empty(format('SELECT FROM foyer_admin.limits_usage(%L, %L)', :'app', :'idle'),
    'a request that is an hour old is in no window');
SELECT throws_ok(format('SELECT foyer_admin.limits_usage(%L, %L)', :'app', :'olga'), 'FY404',
    format('visitor %s does not exist', :'olga'), 'an operator is not a visitor');
SELECT throws_ok(format('SELECT foyer_admin.limits_usage(%L, %L)', :'sibling', :'calm'), 'FY404', NULL,
    'nor is a visitor of another application');

SELECT foyer_admin.limits_set(:'app', 'visitor', 0, 1, 3) \g /dev/null
SELECT results_eq(
    format('SELECT "window", "limit", used, round(EXTRACT(epoch FROM "freeAt" - %L::timestamptz), 3)
              FROM foyer_admin.limits_usage(%L, %L)', :'now', :'app', :'busy'),
    $$ VALUES ('minute', 1, 2::bigint, 40.000), ('hour', 3, 4, 1800.000) $$,
    'with more used than is allowed now, the one that has to leave is a later one');
SELECT foyer_admin.limits_set(:'app', 'visitor', 0, 0, 3) \g /dev/null
SELECT results_eq(
    format('SELECT "window" FROM foyer_admin.limits_usage(%L, %L)', :'app', :'busy'), ARRAY['hour'],
    'a window without a limit is not shown');

-- The limiter and the window queries agree on what it has admitted.
RESET ROLE;
SELECT foyer.rate_admit(:'app', 'visitor', '00000000-0000-4000-8000-000000000005', '{0,30,0}')
  FROM generate_series(1, 40) \g /dev/null
SELECT rate_reset AS reset, rate_limit AS most
  FROM foyer.rate_admit(:'app', 'visitor', '00000000-0000-4000-8000-000000000005', '{0,30,0}') \gset
SELECT foyer_admin.limits_set(:'app', 'visitor', 0, 30, 0) \g /dev/null
SET LOCAL ROLE foyer_admin;
SELECT results_eq(
    format('SELECT "limit", used, "freeAt" FROM foyer_admin.limits_usage(%L, %L)', :'app',
           '00000000-0000-4000-8000-000000000005'),
    format('VALUES (%s, 30::bigint, %L::timestamptz)', :'most', :'reset'),
    'freeAt of a full window is the instant at which the limiter says it admits again');
SELECT results_eq(
    format('SELECT "subjectId", "window", used FROM foyer_admin.limits_usage(%L) WHERE "limit" < 500', :'sibling'),
    format($$ VALUES (%L::uuid, 'minute', 1::bigint), (%L, 'minute', 1), (%L, 'hour', 1) $$, :'olga', :'busy', :'busy'),
    'the same id in another application has used only what it did there');

RESET ROLE;
SELECT foyer_admin.limits_set(:'app', 'visitor', 2, 0, 0) \g /dev/null
SELECT pg_temp.record(:'app', 'visitor', '00000000-0000-4000-8000-000000000006', '{-60}') \g /dev/null
SELECT is_empty(format('SELECT FROM foyer_admin.limits_usage(%L, %L)', :'app', '00000000-0000-4000-8000-000000000006'),
    'what is later than now is not used yet');
SELECT foyer_admin.limits_set(:'app', 'key', p_minute => 4), foyer_admin.limits_set(:'app', 'key', p_minute => 0, p_key => :'k2')
 \g /dev/null
SELECT pg_temp.record(:'app', 'key', :'k1', '{70,50,30,10}'), pg_temp.record(:'app', 'key', :'k2', '{10}'),
       pg_temp.record(:'stranger', 'key', :'k3', '{20,10}') \g /dev/null
PREPARE keys AS SELECT "subjectId", "window", "limit", used, round(EXTRACT(epoch FROM "freeAt" - :'now'::timestamptz), 3)
                  FROM foyer_admin.limits_usage($1) WHERE "subjectId" IN (:'k1', :'k2', :'k3');
SELECT results_eq(format('EXECUTE keys (%L)', :'app'),
    format($$ VALUES (%L::uuid, 'minute', 4, 3::bigint, 10.000) $$, :'k1'),
    'a key''s use is shown unless it has no limit');
SELECT results_eq(format('EXECUTE keys (%L)', :'stranger'),
    format($$ VALUES (%L::uuid, 'minute', NULL::integer, 2::bigint, 40.000) $$, :'k3'),
    'where the mounts say the limit, only the use is known');
SELECT is(provolatile, 'v', 'the clock is read after the state, in a statement of its own')
  FROM pg_proc WHERE oid = 'foyer_admin.limits_usage'::regproc;

SELECT * FROM finish();
ROLLBACK;
