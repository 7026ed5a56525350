-- Deploy roles: who owns, who serves and who administers.
--
-- The two roles that log in have no password; let each in by peer, by
-- certificate, or give it a password.  Settings belong to the role, so that they also
-- hold behind a connection pool.
--
-- What is done already is not done again: somebody who may can have done it before.
BEGIN;

DO $$
DECLARE
    c_database  CONSTANT text := pg_catalog.quote_ident(pg_catalog.current_database());
    -- From PostgreSQL 16 on a member may not always become the role.
    c_member    CONSTANT text := CASE
        WHEN pg_catalog.current_setting('server_version_num')::integer < 160000 THEN 'MEMBER'
        ELSE 'SET' END;
    v_statement  text;
    v_done       text;
    v_is_done    boolean;
    v_missing    text[] := '{}';
BEGIN
    FOR v_statement, v_done IN
        SELECT pg_catalog.format('CREATE ROLE %s %s', r.role, r.option),
               pg_catalog.format('pg_catalog.to_regrole(%L) IS NOT NULL', r.role)
          FROM (VALUES ('foyer_owner', 'NOLOGIN'), ('foyer_web', 'LOGIN'),
                       ('foyer_admin', 'LOGIN')) AS r(role, option)
        UNION ALL
        SELECT pg_catalog.format('GRANT foyer_owner TO %I', CURRENT_USER),
               pg_catalog.format('pg_catalog.pg_has_role(''foyer_owner'', %L)', c_member)
        UNION ALL
        -- Every statement of foyer_api finds its rows by a key.  A session that planned
        -- while a table was small would keep scanning it when it has grown.
        SELECT pg_catalog.format('ALTER ROLE foyer_web SET %s = %L', s.setting, s.value),
               pg_catalog.format('EXISTS (SELECT FROM pg_catalog.pg_db_role_setting AS s '
                   'WHERE s.setrole = pg_catalog.to_regrole(''foyer_web'') '
                   'AND s.setdatabase = 0 AND s.setconfig @> ARRAY[%L])',
                   s.setting || '=' || s.value)
          FROM (VALUES ('statement_timeout', '5s'), ('lock_timeout', '2s'),
                       ('idle_in_transaction_session_timeout', '10s'),
                       ('default_transaction_isolation', 'read committed'),
                       ('enable_seqscan', 'off'), ('jit', 'off')) AS s(setting, value)
    LOOP
        FOR v_try IN 1 .. 2 LOOP
            BEGIN
                EXECUTE 'SELECT ' || v_done INTO v_is_done;
            EXCEPTION WHEN undefined_object THEN
                v_is_done := false;
            END;
            EXIT WHEN v_is_done OR v_try = 2;
            BEGIN
                EXECUTE v_statement;
            EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
                NULL;    -- It is told below.
            END;
        END LOOP;
        IF NOT v_is_done THEN
            v_missing := v_missing || v_statement;
        END IF;
    END LOOP;
    IF v_missing <> '{}' THEN
        RAISE EXCEPTION 'role % may not prepare the roles of Foyer', CURRENT_USER
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Somebody who may has to run: '
                      || pg_catalog.array_to_string(v_missing, '; ') || ';';
    END IF;

    EXECUTE pg_catalog.format('GRANT CREATE, CONNECT ON DATABASE %s TO foyer_owner', c_database);
    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %s TO foyer_web, foyer_admin', c_database);
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %s FROM PUBLIC', c_database);
END;
$$;

COMMIT;
