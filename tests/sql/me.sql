-- Who calls, and what the caller may do.
BEGIN;
SELECT plan(9);
\ir lib/site.sql
UPDATE foyer.api_key SET name = 'Web site', scopes = '{messages:read,conversations:read}'
 WHERE id = pg_temp.id('shop key');
UPDATE foyer.api_key SET key_max = 1 WHERE id = pg_temp.id('blog key');
CREATE FUNCTION pg_temp.me(p_caller text)
RETURNS foyer_api.me_reply LANGUAGE sql VOLATILE AS $$
    SELECT r FROM pg_temp.caller(p_caller) AS c, foyer_api.me(c.key, c.kind, c.app, NULL, c.visitor) AS r
$$;
PREPARE whoami AS SELECT (m.verdict).outcome, m.id, m.kind, m.name, m."applicationId", m."organizationId", m.role, m.scopes
                    FROM pg_temp.me($1) AS m;

SET LOCAL ROLE foyer_web;
SELECT results_eq($$ EXECUTE whoami ('ann') $$, $$ VALUES ('ok', pg_temp.id('shop key'), 'key', 'Web site', pg_temp.id('shop'),
    pg_temp.id('acme'), NULL::text, '{messages:read,conversations:read}'::text[]) $$, 'a key with its scopes');
SELECT results_eq($$ EXECUTE whoami ('ann of blog') $$, $$ VALUES ('ok', pg_temp.id('blog key'), 'key', NULL::text,
    pg_temp.id('blog'), pg_temp.id('acme'), NULL::text, '{conversations:read,conversations:write,messages:read,'
    'messages:write,messages:delete,contacts:read,contacts:write}'::text[]) $$,
    'a key that may do everything has all of them');
SELECT results_eq($$ EXECUTE whoami ('olga') $$, $$ VALUES ('ok', pg_temp.id('olga'), 'operator', 'olga', NULL::uuid,
    pg_temp.id('acme'), 'operator', NULL::text[]) $$, 'an operator has a role, and no scopes');
SELECT results_eq($$ EXECUTE whoami ('ada in blog') $$, $$ VALUES ('ok', pg_temp.id('ada'), 'operator', 'ada',
    pg_temp.id('blog'), pg_temp.id('acme'), 'admin', NULL::text[]) $$, 'and the application that it names');
SELECT results_eq($$ EXECUTE whoami ('stranger') $$, $$ VALUES ('key_unknown', NULL::uuid, NULL::text, NULL::text,
    NULL::uuid, NULL::uuid, NULL::text, NULL::text[]) $$, 'a stranger is told nothing');
SELECT results_eq($$ EXECUTE whoami ('olga in spy') $$, $$ VALUES ('application_mismatch', NULL::uuid, NULL::text, NULL::text,
    NULL::uuid, NULL::uuid, NULL::text, NULL::text[]) $$, 'nor who names another''s application');
SELECT results_eq($$ EXECUTE whoami ('bob of blog') $$, $$ VALUES ('rate_limited', NULL::uuid, NULL::text, NULL::text,
    NULL::uuid, NULL::uuid, NULL::text, NULL::text[]) $$, 'nor whose key has no requests left');
RESET ROLE;
SELECT is(enum_range(NULL::foyer.scope)::text[], '{conversations:read,conversations:write,messages:read,messages:write,'
    'messages:delete,contacts:read,contacts:write}'::text[], 'these are all scopes');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
