-- The check of an installation: silent about a good one, and about nothing that is wrong.
BEGIN;
SELECT plan(40);

CREATE FUNCTION pg_temp.found(p_name text) RETURNS text LANGUAGE sql AS $$
    SELECT c.ok || ': ' || c.detail FROM foyer_admin.installation_check(foyer_api.schema_version(), NULL) AS c
     WHERE c.name = p_name
$$;

SET LOCAL ROLE foyer_admin;
SELECT results_eq('SELECT name, ok FROM foyer_admin.installation_check(foyer_api.schema_version(), NULL)',
    $$ VALUES ('version', true), ('grants', true), ('functions', true), ('timeouts', true), ('isolation', true),
              ('planner', true), ('encoding', true), ('primary', true), ('connections', true),
              ('durability', true) $$,
    'everything is right after a deployment');
SELECT is(c.ok || ': ' || c.detail, wanted, 'asked by a program for ' || v || ' more: ' || wanted)
  FROM (VALUES (-1, 'true: schema 1'),
               (-2, 'false: the schema has version 1, this program serves -1 and 0; install the release that '
                    'belongs to the schema'),
               (1, 'false: the schema has version 1, this program serves 2 and 3; deploy the schema of this release'))
       AS t(v, wanted), foyer_admin.installation_check(foyer_api.schema_version() + v, NULL) AS c
 WHERE c.name = 'version';
SELECT is(c.ok, room >= wanted, wanted || ' workers')
  FROM (SELECT (regexp_match(c.detail, 'may hold (\d+)'))[1]::integer AS room
          FROM foyer_admin.installation_check(1, NULL) AS c WHERE c.name = 'connections') AS r,
       (VALUES (1), (100000)) AS w(wanted), foyer_admin.installation_check(1, wanted) AS c
 WHERE c.name = 'connections';
SET LOCAL ROLE foyer_web;
SELECT is_empty($$ SELECT name FROM foyer_api.installation_check(foyer_api.schema_version(), NULL) WHERE NOT ok $$,
    'foyer_web may look as well, and finds nothing wrong');
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
    ('GRANT UPDATE ON SEQUENCE foyer.rate_counter_id_seq TO foyer_web',
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
    ('CREATE FUNCTION foyer_api.more() RETURNS integer LANGUAGE sql AS ''SELECT 1''',
     'PUBLIC has EXECUTE on foyer_api.more(), foyer_admin may execute foyer_api.more()'),
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
     'false: statement_timeout 5s, lock_timeout 0, idle_in_transaction_session_timeout 10s; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web SET statement_timeout = 0', 'timeouts',
     'false: statement_timeout 0, lock_timeout 2s, idle_in_transaction_session_timeout 10s; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web IN DATABASE %I SET lock_timeout = ''0s''', 'timeouts',
     'false: statement_timeout 5s, lock_timeout 0s, idle_in_transaction_session_timeout 10s; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web IN DATABASE %I SET lock_timeout = ''500ms''', 'timeouts',
     'true: statement_timeout 5s, lock_timeout 500ms, idle_in_transaction_session_timeout 10s'),
    ('ALTER DATABASE %I SET lock_timeout = 0', 'timeouts',
     'true: statement_timeout 5s, lock_timeout 2s, idle_in_transaction_session_timeout 10s'),
    ('ALTER ROLE foyer_web SET default_transaction_isolation = serializable', 'isolation',
     'false: serializable; apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web RESET default_transaction_isolation', 'isolation',
     'true: read committed'),
    ('ALTER ROLE foyer_web SET statement_timeout = 6000', 'timeouts',
     'true: statement_timeout 6000, lock_timeout 2s, idle_in_transaction_session_timeout 10s'),
    ('ALTER ROLE foyer_web SET statement_timeout = 7000', 'timeouts',
     'false: statement_timeout 7000, lock_timeout 2s, idle_in_transaction_session_timeout 10s; '
     'apply sql/deploy/roles.sql again'),
    ('ALTER ROLE foyer_web RESET jit', 'planner',
     'true: enable_seqscan off, jit on; apply sql/deploy/roles.sql again'),
    ('ALTER FUNCTION foyer_api.ready() RESET ALL', 'functions',
     'false: not of their schema''s owner, or without its rights or a fixed search_path: foyer_api.ready(); '
     'apply sql/deploy/functions.sql again'),
    ('ALTER FUNCTION foyer_admin.purge(integer) SECURITY INVOKER', 'functions',
     'false: not of their schema''s owner, or without its rights or a fixed search_path: foyer_admin.purge(integer); '
     'apply sql/deploy/functions.sql again'),
    ('ALTER ROLE foyer_web SET default_transaction_read_only = on', 'primary',
     'false: default_transaction_read_only is on; mend its reason, such as a full disk, and set it off'),
    ('ALTER ROLE foyer_web CONNECTION LIMIT 0', 'connections',
     'false: foyer_web may hold 0, holds 0; raise max_connections or the limit of the role or database, '
     'start fewer processes, or use pgbouncer'),
    ('ALTER ROLE foyer_web SET synchronous_commit = off', 'durability',
     'true: fsync off, full_page_writes off, synchronous_commit off; a crash may lose what was acknowledged: '
     'set them on'))
    AS t(sabotage, name, wanted);

SELECT * FROM finish();
ROLLBACK;
