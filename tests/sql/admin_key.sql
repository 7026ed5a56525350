-- Keys and operators: foyer_admin makes, lists and revokes them, and never sees a key.
BEGIN;
SELECT plan(37);

SET LOCAL ROLE foyer_admin;
SELECT id AS app, "organizationId" AS org FROM foyer_admin.application_create('Shop') \gset
SELECT id AS other, "organizationId" AS other_org FROM foyer_admin.application_create('Other') \gset

SELECT id AS key, prefix FROM foyer_admin.key_create(
    :'app', 'test', 'Site', '2020-01-01T00:00Z', NULL, sha256('dk_test_1'), 'dk_test_abcd') \gset
SELECT is(:'prefix'::text, 'dk_test_abcd', 'a new key tells its prefix');
-- What is made in one millisecond has no order.
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT id AS later FROM foyer_admin.key_create(
    :'app', 'live', NULL, NULL, '{contacts:write,messages:read,messages:read}', sha256('dk_live_2'), 'dk_live_efgh') \gset
SELECT id AS elsewhere FROM foyer_admin.key_create(
    :'other', 'live', NULL, NULL, NULL, sha256('dk_live_3'), 'dk_live_ijkl') \gset
SELECT throws_ok(format($$ SELECT foyer_admin.key_create(%L, 'live', NULL, NULL, NULL, 'short',
    'dk_live_mnop') $$, :'app'),
    '23514', NULL, 'a hash has 32 bytes');
SELECT throws_ok(
    format($$ SELECT foyer_admin.key_create(%L, 'prod', NULL, NULL, NULL, sha256('x'), 'dk_live_mnop') $$, :'app'),
    '23514', NULL, 'a key is for live or test');
SELECT throws_ok(format($$ SELECT foyer_admin.key_create(%L, 'live', '', NULL, NULL, sha256('x'),
    'dk_live_mnop') $$, :'app'),
    'FY400', NULL, 'a key that has a name has a good one');
SELECT throws_ok($$ SELECT foyer_admin.key_create('00000000-0000-4000-8000-000000000000', 'live', NULL, NULL, NULL,
                                                  sha256('x'), 'dk_live_mnop') $$,
    'FY404', 'application 00000000-0000-4000-8000-000000000000 does not exist', 'a key is of an application');
SELECT results_eq(
    format('SELECT id, prefix, env, name, scopes, "minuteLimit", "expiresAt", "disabledAt", "revokedAt"
              FROM foyer_admin.key_list(%L)', :'app'),
    format($$ VALUES (%L::uuid, 'dk_test_abcd', 'test', 'Site', NULL::text[], NULL::integer,
                      '2020-01-01T00:00Z'::timestamptz, NULL::timestamptz, NULL::timestamptz),
                     (%L, 'dk_live_efgh', 'live', NULL, '{messages:read,contacts:write}', NULL, NULL, NULL, NULL) $$,
           :'key', :'later'),
    'the list shows the application''s keys, the oldest first, and what each may do, once');
SELECT throws_ok(format('SELECT foyer_admin.key_create(%L, %L, NULL, NULL, %L, sha256(%L), %L)', :'app', 'live',
                        scopes, 'x', 'dk_live_mnop'),
    'FY400', 'a scope must be one of conversations:read, conversations:write, messages:read, messages:write, '
             'messages:delete, contacts:read, contacts:write', 'these are no scopes: ' || scopes)
  FROM unnest(ARRAY['{messages:writ}', '{}', '{messages:read,NULL}', '{""}']) AS u(scopes);
SELECT throws_ok($$ SELECT foyer_admin.key_list('00000000-0000-4000-8000-000000000000') $$, 'FY404', NULL,
    'an unknown application has no list of keys, not even an empty one');

SELECT "disabledAt" AS disabled FROM foyer_admin.key_disable(:'later') \gset
SELECT ok(:'disabled'::timestamptz <= clock_timestamp(), 'a key is disabled from now on');
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT is("disabledAt", :'disabled', 'to disable it again changes nothing') FROM foyer_admin.key_disable(:'later');
SELECT is(array_agg(k.id), ARRAY[:'later']::uuid[], 'and disables no other')
  FROM foyer_admin.key_list(:'app') AS k WHERE k."disabledAt" IS NOT NULL;
SELECT is("disabledAt", NULL, 'a key is enabled again') FROM foyer_admin.key_enable(:'later');
SELECT is(count(*), 0::bigint, 'as the list says')
  FROM foyer_admin.key_list(:'app') AS k WHERE k."disabledAt" IS NOT NULL;
SELECT throws_ok(format('SELECT foyer_admin.key_%s(%L)', verb, '00000000-0000-4000-8000-000000000000'), 'FY404',
    'key 00000000-0000-4000-8000-000000000000 does not exist', 'an unknown key: ' || verb)
  FROM unnest('{disable,enable}'::text[]) AS u(verb);
SELECT foyer_admin.key_disable(:'elsewhere') \g /dev/null

SELECT "revokedAt" AS revoked FROM foyer_admin.key_revoke(:'key') \gset
SELECT ok(:'revoked'::timestamptz <= clock_timestamp(), 'a key is revoked from now on');
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT is("revokedAt", :'revoked', 'to revoke it again changes nothing') FROM foyer_admin.key_revoke(:'key');
SELECT foyer_admin.key_disable(:'key'), foyer_admin.key_enable(:'key') \g /dev/null
SELECT is(k."revokedAt", :'revoked', 'a revoked key that is enabled stays revoked')
  FROM foyer_admin.key_list(:'app') AS k WHERE k.id = :'key';
SELECT is(array_agg(k.id), ARRAY[:'key']::uuid[], 'and revokes no other')
  FROM foyer_admin.key_list(:'app') AS k WHERE k."revokedAt" IS NOT NULL;
SELECT throws_ok($$ SELECT foyer_admin.key_revoke('00000000-0000-4000-8000-000000000000') $$, 'FY404',
    'key 00000000-0000-4000-8000-000000000000 does not exist', 'an unknown key cannot be revoked');

SELECT id AS olga FROM foyer_admin.operator_create(:'org', 'Olga', 'operator', 'live', sha256('op_live_1')) \gset
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT id AS ada FROM foyer_admin.operator_create(:'org', 'Ada', 'admin', 'test', sha256('op_test_2')) \gset
SELECT id AS foreigner FROM foyer_admin.operator_create(:'other_org', 'Max', 'admin', 'live', sha256('op_live_3')) \gset
SELECT results_eq(
    format('SELECT id, name, role, env, "revokedAt" FROM foyer_admin.operator_list(%L)', :'org'),
    format($$ VALUES (%L::uuid, 'Olga', 'operator', 'live', NULL::timestamptz),
                     (%L, 'Ada', 'admin', 'test', NULL) $$, :'olga', :'ada'),
    'the list shows the organization''s operators, the oldest first');
SELECT throws_ok($$ SELECT foyer_admin.operator_list('00000000-0000-4000-8000-000000000000') $$, 'FY404',
    'organization 00000000-0000-4000-8000-000000000000 does not exist', 'of an organization that exists');
SELECT throws_ok($$ SELECT foyer_admin.operator_create('00000000-0000-4000-8000-000000000000', 'X', 'admin', 'live',
                                                       sha256('x')) $$, 'FY404', NULL,
    'an operator is of an organization');
SELECT throws_ok(format($$ SELECT foyer_admin.operator_create(%L, 'X', 'boss', 'live', sha256('x')) $$, :'org'),
    '23514', NULL, 'a role is operator or admin');
SELECT throws_ok(format($$ SELECT foyer_admin.operator_create(%L, E'\t', 'admin', 'live', sha256('x')) $$, :'org'),
    'FY400', NULL, 'an operator has a good name');
SELECT throws_ok(
    format($$ SELECT foyer_admin.operator_create(%L, 'X', 'admin', 'live', sha256('op_live_1')) $$, :'org'),
    '23505', NULL, 'no two operators have the same key');
SELECT "revokedAt" AS revoked FROM foyer_admin.operator_revoke(:'olga') \gset
SELECT pg_sleep(0.01) IS NOT NULL AS slept \gset
SELECT is("revokedAt", :'revoked', 'to revoke an operator again changes nothing')
  FROM foyer_admin.operator_revoke(:'olga');
SELECT is(array_agg(o.id), ARRAY[:'olga']::uuid[], 'and revokes no other')
  FROM foyer_admin.operator_list(:'org') AS o WHERE o."revokedAt" IS NOT NULL;
SELECT throws_ok($$ SELECT foyer_admin.operator_revoke('00000000-0000-4000-8000-000000000000') $$, 'FY404',
    'operator 00000000-0000-4000-8000-000000000000 does not exist', 'an unknown operator cannot be revoked');

-- What the web program makes of them.
SET LOCAL ROLE foyer_web;
PREPARE ask AS SELECT ((foyer_api.admit(sha256($1::bytea), $2, $3::uuid, NULL,
    '00000000-0000-4000-8000-000000000001', false)).verdict).outcome;
SELECT results_eq(format('EXECUTE ask (%L, %L, %L)', key, kind, application), ARRAY[outcome], promise)
  FROM (VALUES ('dk_live_2', 'visitor', :'app', 'ok', 'a key works'),
               ('dk_test_1', 'visitor', :'app', 'key_revoked', 'a revoked key does not'),
               ('dk_live_3', 'visitor', :'other', 'key_disabled', 'a disabled key does not'),
               ('op_test_2', 'operator', :'app', 'ok', 'an operator''s key works'),
               ('op_live_1', 'operator', :'app', 'key_revoked', 'a revoked operator''s does not'))
       AS t(key, kind, application, outcome, promise);

SELECT * FROM finish();
ROLLBACK;
