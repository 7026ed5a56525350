-- Organizations and applications: what foyer_admin makes, changes and shows of them.
BEGIN;
SELECT plan(43);

SET LOCAL ROLE foyer_admin;
SELECT id AS org FROM foyer_admin.organization_create('Acme') \gset
SELECT id AS app FROM foyer_admin.application_create('Shop', :'org', '{WWW.Example.com,*.b.org,[::1]}') \gset
-- What is made in one millisecond has no order.
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT id AS own, "organizationId" AS own_org FROM foyer_admin.application_create('Lone') \gset

SELECT throws_ok($$ SELECT foyer_admin.organization_create('') $$, 'FY400',
    'a name must be 1 to 200 characters without control characters', 'a name is not empty');
SELECT throws_ok($$ SELECT foyer_admin.organization_create(repeat('x', 201)) $$, 'FY400', NULL,
    'a name has at most 200 characters');
SELECT lives_ok($$ SELECT foyer_admin.organization_create(repeat(U&'\+01F600', 200)) $$,
    'a name of 200 characters is not too long, however many bytes they have');
SELECT throws_ok($$ SELECT foyer_admin.organization_create(E'a\nb') $$, 'FY400', NULL,
    'a name has no control characters');
SELECT throws_ok($$ SELECT foyer_admin.organization_create(U&'a\0085b') $$, 'FY400', NULL,
    'nor those of the second set');
SELECT throws_ok($$ SELECT foyer_admin.application_create('') $$, 'FY400', NULL,
    'an application has a name, too');
SELECT throws_ok($$ SELECT foyer_admin.application_create('x', '00000000-0000-4000-8000-000000000000') $$,
    'FY404', 'organization 00000000-0000-4000-8000-000000000000 does not exist',
    'an application needs an organization that exists');
SELECT isnt(:'own_org'::uuid, :'org', 'without an organization an application gets one of its own');

SELECT throws_ok(format('SELECT foyer_admin.application_create(%L, NULL, ARRAY[%L])', 'x', origin),
    'FY400', format('origin %s is not a host name', lower(origin)), 'no origin: ' || origin)
  FROM unnest(ARRAY['https://a.org', 'a.org:80', 'a.org/x', '*', '*.*.a.org', 'a..org', '-a.org', '[zz]',
                    repeat('a', 60) || '.' || repeat('b', 40)]) AS u(origin);
SELECT throws_ok($$ SELECT foyer_admin.application_create('x', NULL, ARRAY[NULL]) $$, 'FY400',
    'origin null is not a host name', 'null is no origin');

SELECT results_eq(
    format('SELECT s.* FROM foyer_admin.application_show(%L) AS s', :'app'),
    format('SELECT %L::uuid, %L::uuid, ''Shop'', ''{www.example.com,*.b.org,[::1]}''::text[], false, 900,
                   NULL::integer, false, false, false, s."createdAt" FROM foyer_admin.application_show(%L) AS s',
           :'app', :'org', :'app'),
    'a new application has the settings of the contract, and its origins in lower case');
SELECT is((s.a)."createdAt", date_trunc('milliseconds', (s.a)."createdAt"),
    'times are whole milliseconds')
  FROM (SELECT foyer_admin.application_show(:'app') AS a) AS s;
SELECT throws_ok($$ SELECT foyer_admin.application_show('00000000-0000-4000-8000-000000000000') $$,
    'FY404', 'application 00000000-0000-4000-8000-000000000000 does not exist',
    'an unknown application cannot be shown');
SELECT throws_ok($$ SELECT foyer_admin.application_set('00000000-0000-4000-8000-000000000000') $$,
    'FY404', NULL, 'nor changed');

PREPARE settings AS
    SELECT a."allowedOrigins", a."requireOrigin", a."editWindow", a."retentionDays", a.suspended
      FROM foyer_admin.application_show(:'app') AS a;
SELECT foyer_admin.application_set(:'app', 90, '{A.org}', true, true, 30) IS NOT NULL AS done \gset
SELECT results_eq('settings', $$ VALUES ('{a.org}'::text[], true, 90, 30, true) $$,
    'all settings can be changed');
SELECT results_eq(format('SELECT "allowedOrigins", "editWindow" FROM foyer_admin.application_show(%L)', :'own'),
    $$ VALUES ('{}'::text[], 900) $$, 'of one application alone');
SELECT foyer_admin.application_set(:'app') IS NOT NULL AS done \gset
SELECT results_eq('settings', $$ VALUES ('{a.org}'::text[], true, 90, 30, true) $$,
    'what is left out stays');
SELECT s::text AS answer FROM foyer_admin.application_set(:'app', 0, '{}', false, false, 0) AS s \gset
SELECT is(s::text, :'answer', 'the answer is the application as it is now')
  FROM foyer_admin.application_show(:'app') AS s;
SELECT results_eq('settings', $$ VALUES ('{}'::text[], false, 0, NULL::integer, false) $$,
    'origins can be emptied, and 0 days are for ever');
SELECT foyer_admin.application_set(:'app', p_edit_window => 315360000) IS NOT NULL AS done \gset
SELECT results_eq('settings', $$ VALUES ('{}'::text[], false, 315360000, NULL::integer, false) $$,
    'ten years are a possible edit window');
SELECT throws_ok(format('SELECT foyer_admin.application_set(%L, %s)', :'app', setting), '23514', NULL,
    'refused: ' || setting)
  FROM unnest(ARRAY['315360001', '-1', 'p_retention_days => 36501']) AS u(setting);

SELECT throws_ok(format('SELECT foyer_admin.application_set(%L, p_require_proof => true)', :'app'), 'FY400',
    format('application %s has no secret that a proof could be made with', :'app'), 'a proof needs a secret');
SELECT throws_ok($$ SELECT foyer_admin.application_set('00000000-0000-4000-8000-000000000000', p_require_proof => true) $$,
    'FY404', NULL, 'and that an application');
SELECT throws_ok($$ SELECT foyer_admin.application_secret('00000000-0000-4000-8000-000000000000') $$, 'FY404',
    'application 00000000-0000-4000-8000-000000000000 does not exist', 'an unknown one gets no secret');
SELECT secret AS first FROM foyer_admin.application_secret(:'app') \gset
SELECT matches(:'first'::text, '^[0-9a-f]{64}$', 'a secret is 64 hexadecimal digits');
SELECT secret AS second FROM foyer_admin.application_secret(:'app') \gset
SELECT isnt(:'first'::text, :'second', 'another each time');
SELECT results_eq(format('SELECT "hasSecret", "requireProof" FROM foyer_admin.application_set(%L, p_require_proof => %L)',
                         :'app', required),
    format('VALUES (true, %L::boolean)', required), 'with a secret a proof can be required, and not: ' || required)
  FROM unnest('{true,false}'::boolean[]) AS u(required);
SELECT results_eq(format('SELECT "hasSecret" FROM foyer_admin.application_show(%L)', :'own'), '{false}'::boolean[],
    'another application has none from that');
SELECT is(array_agg(a.id), ARRAY[:'app', :'own']::uuid[], 'the list shows all, the oldest first')
  FROM foyer_admin.application_list() AS a;

RESET ROLE;
SELECT is(a.secret, :'second', 'the newest secret counts') FROM foyer.application AS a WHERE a.id = :'app';
SELECT throws_ok('UPDATE foyer.application SET require_proof = true, secret = NULL', '23514', NULL,
    'no application requires a proof that nobody can make');
SELECT is(count(*), 0::bigint, 'what was refused has left nothing')
  FROM foyer.organization AS g WHERE g.name = 'x';

SELECT * FROM finish();
ROLLBACK;
