-- Limits: set, shown, and how much of them is used.
BEGIN;
SELECT plan(25);

SET LOCAL ROLE foyer_admin;
SELECT id AS app, "organizationId" AS org FROM foyer_admin.application_create('Shop') \gset
SELECT id AS sibling FROM foyer_admin.application_create('Sibling', :'org') \gset
SELECT id AS stranger FROM foyer_admin.application_create('Stranger') \gset
PREPARE shown AS SELECT * FROM foyer_admin.limits_show(:'app');

SELECT results_eq('shown', $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 500, 5000) $$,
    'without settings the limits are those of the contract');
SELECT results_eq(format($$ SELECT * FROM foyer_admin.limits_set(%L, 'visitor', 1, NULL, 0) $$, :'app'),
    $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 500, 5000) $$,
    'a window that is left out stays, 0 takes one away, and the answer shows all');
SELECT results_eq(format($$ SELECT * FROM foyer_admin.limits_set(%L, 'operator', p_minute => 7) $$, :'sibling'),
    $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 7, 5000) $$,
    'a sibling''s visitors have limits of their own');
SELECT results_eq('shown', $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 7, 5000) $$,
    'the operators'' limits are those of the organization');
SELECT results_eq(format('SELECT * FROM foyer_admin.limits_show(%L)', :'stranger'),
    $$ VALUES ('visitor', 3, 30, 200), ('operator', 25, 500, 5000) $$, 'and of no other');
SELECT results_eq(format('SELECT * FROM foyer_admin.limits_set(%L, %L)', :'app', scope),
    $$ VALUES ('visitor', 1, 30, 0), ('operator', 25, 7, 5000) $$, 'all windows may be left out: ' || scope)
  FROM unnest('{visitor,operator}'::text[]) AS u(scope);
SELECT throws_ok(format($$ SELECT foyer_admin.limits_set(%L, 'visitor', %s) $$, :'app', n), '23514', NULL,
    'not a limit: ' || n)
  FROM unnest('{-1,1000001}'::integer[]) AS u(n);
SELECT throws_ok(format($$ SELECT foyer_admin.limits_set(%L, 'key', 1) $$, :'app'), 'FY400',
    'the scope must be visitor or operator', 'limits are of visitors or operators');
SELECT throws_ok(format($$ SELECT foyer_admin.%s $$, call), 'FY404',
    'application 00000000-0000-4000-8000-000000000000 does not exist', 'of an application that exists: ' || call)
  FROM unnest(ARRAY['limits_show(''00000000-0000-4000-8000-000000000000'')',
                    'limits_usage(''00000000-0000-4000-8000-000000000000'')',
                    'limits_set(''00000000-0000-4000-8000-000000000000'', ''visitor'', 1)',
                    'limits_set(''00000000-0000-4000-8000-000000000000'', ''operator'', 1)']) AS u(call);

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
SELECT is(provolatile, 'v', 'the clock is read after the state, in a statement of its own')
  FROM pg_proc WHERE oid = 'foyer_admin.limits_usage'::regproc;

SELECT * FROM finish();
ROLLBACK;
