-- Deploy roles: who owns, who serves and who administers.
--
-- The two roles that log in have no password; let each in by peer, by
-- certificate, or give it a password.  Settings belong to the role, so that they also
-- hold behind a connection pool.
BEGIN;

DO $$
DECLARE
    v_role    text;
    v_option  text;
BEGIN
    FOR v_role, v_option IN VALUES ('foyer_owner', 'NOLOGIN'),
        ('foyer_web', 'LOGIN'), ('foyer_admin', 'LOGIN')
    LOOP
        IF pg_catalog.to_regrole(v_role) IS NULL THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I %s', v_role, v_option);
        END IF;
    END LOOP;
    -- CREATEROLE alone does not make the deployer a member of what it creates.
    IF NOT pg_catalog.pg_has_role('foyer_owner', 'MEMBER') THEN
        EXECUTE pg_catalog.format('GRANT foyer_owner TO %I', CURRENT_USER);
    END IF;
    EXECUTE pg_catalog.format('GRANT CREATE, CONNECT ON DATABASE %I TO foyer_owner',
        pg_catalog.current_database());
    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO foyer_web, foyer_admin',
        pg_catalog.current_database());
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC',
        pg_catalog.current_database());
END;
$$;

ALTER ROLE foyer_web SET statement_timeout = '5s';
ALTER ROLE foyer_web SET lock_timeout = '2s';
ALTER ROLE foyer_web SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE foyer_web SET default_transaction_isolation = 'read committed';

-- Every statement of foyer_api finds its rows by a key.  A session that planned while a
-- table was small would keep scanning it when it has grown.
ALTER ROLE foyer_web SET enable_seqscan = off;
ALTER ROLE foyer_web SET jit = off;

COMMIT;
