-- The check of an installation: silent about a good one, and about nothing that is wrong.
BEGIN;
SELECT plan(25);

CREATE FUNCTION pg_temp.found(p_name text) RETURNS text LANGUAGE sql AS $$
    SELECT c.ok || ': ' || c.detail FROM foyer_admin.installation_check(foyer_api.schema_version()) AS c
     WHERE c.name = p_name
$$;

SET LOCAL ROLE foyer_admin;
SELECT results_eq('SELECT name, ok FROM foyer_admin.installation_check(foyer_api.schema_version())',
    $$ VALUES ('version', true), ('grants', true), ('timeouts', true), ('isolation', true), ('encoding', true) $$,
    'everything is right after a deployment');
SELECT matches(c.detail, '^the schema has version \d+, this program wants 0; deploy that schema, or ',
    'a program that wants another version is told what to do')
  FROM foyer_admin.installation_check(0) AS c WHERE c.name = 'version' AND NOT c.ok;
RESET ROLE;

-- Each of these is one thing wrong, and undone again.
CREATE FUNCTION pg_temp.wrong(p_sabotage text, p_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_found  text;
BEGIN
    BEGIN
        EXECUTE p_sabotage;
        v_found := pg_temp.found(p_name);
        RAISE SQLSTATE 'UNDO1';
    EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
        RETURN v_found;
    END;
END;
$$;
SELECT is(pg_temp.wrong(sabotage, 'grants'), 'false: ' || fault || '; apply sql/deploy/grants.sql again', sabotage)
  FROM (VALUES
    ('GRANT SELECT ON foyer.operator TO foyer_web', 'foyer_web has a right on foyer.operator'),
    ('GRANT SELECT (name) ON foyer.operator TO foyer_web', 'foyer_web has a right on foyer.operator'),
    ('GRANT TRUNCATE ON foyer.message TO foyer_admin', 'foyer_admin has a right on foyer.message'),
    ('GRANT USAGE ON SEQUENCE foyer.rate_counter_id_seq TO foyer_web',
     'foyer_web has a right on foyer.rate_counter_id_seq'),
    ('GRANT SELECT ON foyer.rate_hit TO PUBLIC',
     'PUBLIC has SELECT on foyer.rate_hit, foyer_admin has a right on foyer.rate_hit, '
     'foyer_web has a right on foyer.rate_hit'),
    ('GRANT EXECUTE ON FUNCTION foyer.relax() TO foyer_web', 'foyer_web may execute foyer.relax()'),
    ('GRANT EXECUTE ON FUNCTION foyer_admin.purge(integer) TO foyer_web',
     'foyer_web may execute foyer_admin.purge(integer)'),
    ('GRANT EXECUTE ON FUNCTION foyer_api.ready() TO foyer_admin', 'foyer_admin may execute foyer_api.ready()'),
    ('REVOKE EXECUTE ON FUNCTION foyer_api.ready() FROM foyer_web', 'foyer_web may not execute foyer_api.ready()'),
    ('REVOKE EXECUTE ON FUNCTION foyer_admin.purge(integer) FROM foyer_admin',
     'foyer_admin may not execute foyer_admin.purge(integer)'),
    ('REVOKE USAGE ON SCHEMA foyer_api FROM foyer_web', 'foyer_web may not use schema foyer_api'),
    ('GRANT USAGE ON SCHEMA foyer TO foyer_web', 'foyer_web may use schema foyer'),
    ('GRANT CREATE ON SCHEMA foyer_api TO foyer_web', 'foyer_web may create in schema foyer_api'),
    ('GRANT USAGE ON SCHEMA foyer TO PUBLIC',
     'PUBLIC has USAGE on schema foyer, foyer_admin may use schema foyer, foyer_web may use schema foyer'))
    AS t(sabotage, fault);
SELECT matches(pg_temp.wrong('ALTER ROLE foyer_web SUPERUSER', 'grants'), 'foyer_web has a right on foyer.message',
    'a superuser has every right');
SELECT is(pg_temp.wrong('GRANT EXECUTE ON FUNCTION foyer_api.ready() TO PUBLIC', 'grants'),
    'false: PUBLIC has EXECUTE on foyer_api.ready(), foyer_admin may execute foyer_api.ready(); '
    'apply sql/deploy/grants.sql again', 'what PUBLIC may, both may');

SELECT is(pg_temp.wrong(format(sabotage, current_database()), name), wanted, format(sabotage, 'this database'))
  FROM (VALUES
    ('ALTER ROLE foyer_web RESET lock_timeout', 'timeouts',
     'false: statement_timeout 5s, lock_timeout 0; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web SET statement_timeout = 0', 'timeouts',
     'false: statement_timeout 0, lock_timeout 2s; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web IN DATABASE %I SET lock_timeout = ''0s''', 'timeouts',
     'false: statement_timeout 5s, lock_timeout 0s; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web IN DATABASE %I SET lock_timeout = ''500ms''', 'timeouts',
     'true: statement_timeout 5s, lock_timeout 500ms'),
    ('ALTER DATABASE %I SET lock_timeout = 0', 'timeouts', 'true: statement_timeout 5s, lock_timeout 2s'),
    ('ALTER ROLE foyer_web SET default_transaction_isolation = serializable', 'isolation',
     'false: serializable; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web RESET default_transaction_isolation', 'isolation',
     'false: not set; apply sql/deploy/roles.sql again'))
    AS t(sabotage, name, wanted);

SELECT * FROM finish();
ROLLBACK;
