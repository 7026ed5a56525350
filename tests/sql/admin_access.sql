-- Access: what is true of every function of foyer_admin, and of the roles that may call them.
BEGIN;
SELECT plan(11);

CREATE VIEW pg_temp.callable AS
    SELECT p.oid, p.oid::regprocedure AS function, p.proname, p.prosecdef, p.proconfig, p.proowner, p.pronargs
      FROM pg_proc AS p WHERE p.pronamespace = 'foyer_admin'::regnamespace;

SELECT is_empty($$ SELECT function FROM callable WHERE (prosecdef AND proowner = 'foyer_owner'::regrole
                       AND proconfig = ARRAY['search_path=pg_catalog, pg_temp']) IS NOT TRUE $$,
    'every function runs as foyer_owner, with a search path of its own');
SELECT is_empty($$ SELECT function FROM callable WHERE NOT has_function_privilege('foyer_admin', oid, 'EXECUTE') $$,
    'foyer_admin may execute each');
SELECT is_empty($$ SELECT function FROM callable WHERE has_function_privilege('foyer_web', oid, 'EXECUTE') $$,
    'foyer_web none');
SELECT is_empty($$ SELECT proname FROM callable GROUP BY proname HAVING count(*) > 1 $$,
    'a name is one function, so that a call needs no types');
SELECT is_empty($$ SELECT foyer.privilege_faults() $$, 'no privilege is missing or too much');

SET LOCAL ROLE foyer_admin;
SELECT throws_ok('TABLE foyer.message', '42501', NULL, 'foyer_admin reads no table');
SELECT throws_ok('SELECT foyer.relax()', '42501', NULL, 'nor uses what is internal');
SELECT throws_ok('SELECT foyer_api.ready()', '42501', NULL, 'nor what foyer_web calls');
SELECT ok(foyer_api.schema_version() > 0, 'but it can ask for the version');
SET LOCAL ROLE foyer_web;
SELECT throws_ok('SELECT foyer_admin.application_list()', '42501', NULL, 'foyer_web does not administer');
SELECT throws_ok('TABLE foyer.api_key', '42501', NULL, 'and reads no table');

SELECT * FROM finish();
ROLLBACK;
