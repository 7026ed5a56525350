-- Properties of every function, of those to come as well.  Each is written so that null
-- does not pass.
BEGIN;
SELECT plan(16);

CREATE TEMPORARY VIEW function AS
    SELECT n.nspname AS schema, p.oid::regprocedure::text AS name, p.*
      FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('foyer', 'foyer_api', 'foyer_admin');
CREATE TEMPORARY VIEW open_function AS
    SELECT * FROM function WHERE schema IN ('foyer_api', 'foyer_admin');

-- What asks about Foyer itself, and has no caller.
CREATE TEMPORARY VIEW about_foyer AS
    SELECT name FROM open_function
     WHERE proname IN ('ready', 'health', 'schema_version', 'installation_check');

SELECT cmp_ok((SELECT count(*) FROM function WHERE schema = s.name), '>=', s.least, s.name || ' has its functions')
  FROM (VALUES ('foyer', 10::bigint), ('foyer_api', 10), ('foyer_admin', 10)) AS s(name, least);
SELECT is_empty($$ SELECT name FROM function WHERE (proowner = 'foyer_owner'::regrole) IS NOT TRUE $$,
    'foyer_owner owns all of them');
SELECT is_empty($$ SELECT name FROM open_function WHERE prosecdef IS NOT TRUE $$,
    'those that are open run with the rights of their owner');
SELECT is_empty($$ SELECT name, proconfig FROM open_function
                    WHERE (proconfig = '{"search_path=pg_catalog, pg_temp"}') IS NOT TRUE $$,
    'with a fixed search_path, and no other setting');
SELECT is_empty($$ SELECT name FROM function WHERE schema = 'foyer' AND prosecdef IS NOT FALSE $$,
    'those that are not open run with the rights of their caller');

-- ---- who may execute them

SELECT is_empty($$ SELECT name FROM function WHERE has_function_privilege('public', oid, 'EXECUTE') IS NOT FALSE $$,
    'nobody may execute any just because');
SELECT is_empty(
    $$ SELECT name FROM function
        WHERE (has_function_privilege('foyer_web', oid, 'EXECUTE') = (schema = 'foyer_api')) IS NOT TRUE $$,
    'foyer_web may execute those of foyer_api, all of them and no others');
SELECT is_empty(
    $$ SELECT name FROM function
        WHERE (has_function_privilege('foyer_admin', oid, 'EXECUTE')
               = (schema = 'foyer_admin' OR name = 'foyer_api.schema_version()')) IS NOT TRUE $$,
    'foyer_admin may execute those of foyer_admin, and ask for the version');
SELECT is_empty(
    $$ SELECT f.name, a.grantee::regrole
         FROM function AS f LEFT JOIN aclexplode(f.proacl) AS a ON true
        WHERE f.schema = 'foyer' AND (a.grantee = 'foyer_owner'::regrole) IS NOT TRUE $$,
    'those of foyer are executed by their owner alone');

-- ---- what they return

SELECT is_empty(
    $$ SELECT f.name, t.typname, a.attname
         FROM function AS f JOIN pg_type AS t ON t.oid = f.prorettype
         LEFT JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum = 1
        WHERE f.schema = 'foyer_api'
          AND f.name NOT IN (SELECT name FROM about_foyer)
          AND (a.attname = 'verdict' AND a.atttypid = 'foyer_api.verdict'::regtype) IS NOT TRUE $$,
    'the first column of every reply is the verdict');
SELECT is_empty(
    $$ SELECT f.name FROM function AS f
        WHERE f.schema = 'foyer_api' AND f.name NOT IN (SELECT name FROM about_foyer)
          AND f.proname <> 'tally'
          AND (f.proargnames[1:5] = '{p_key,p_kind,p_application,p_origin,p_visitor}') IS NOT TRUE $$,
    'the first parameters of every request say who calls');
SELECT is_empty(
    $$ SELECT f.name FROM function AS f
        WHERE f.schema = 'foyer_api' AND f.name NOT IN (SELECT name FROM about_foyer)
          AND f.proname <> 'tally'
          AND (f.proargnames[f.pronargs - 2 : f.pronargs] = '{p_scope,p_key_max,p_address}'
               AND pg_get_function_arguments(f.oid) LIKE
                   '%, p_scope text DEFAULT NULL::text, p_key_max integer DEFAULT NULL::integer, '
                   'p_address uuid DEFAULT NULL::uuid') IS NOT TRUE $$,
    'the last say what the mount wants of a key');
SELECT is_empty(
    $$ SELECT f.name FROM function AS f
        WHERE f.schema = 'foyer_api' AND f.pronargdefaults NOT IN (0, 3) $$,
    'which are the only ones that can be left out');
SELECT is_empty(
    $$ SELECT f.name FROM open_function AS f GROUP BY f.schema, f.proname, f.name
       HAVING (SELECT count(*) FROM open_function AS g WHERE g.schema = f.schema AND g.proname = f.proname) > 1 $$,
    'no open function has the name of another');

SELECT * FROM finish();
ROLLBACK;
