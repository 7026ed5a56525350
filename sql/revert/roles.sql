-- Revert roles: the database is as it was, and roles that nothing needs are gone.
--
-- All databases of a cluster share its roles: one that another database knows stays,
-- with its settings.
BEGIN;

DO $$
DECLARE
    v_role  text;
BEGIN
    EXECUTE pg_catalog.format(
        'REVOKE ALL ON DATABASE %I FROM foyer_owner, foyer_web, foyer_admin',
        pg_catalog.current_database());
    EXECUTE pg_catalog.format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC',
        pg_catalog.current_database());
    FOREACH v_role IN ARRAY ARRAY['foyer_admin', 'foyer_web', 'foyer_owner'] LOOP
        BEGIN
            EXECUTE pg_catalog.format('DROP ROLE %I', v_role);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            RAISE NOTICE '% stays: another database knows it', v_role;
        WHEN insufficient_privilege THEN
            RAISE NOTICE '% stays: % may not drop roles', v_role, CURRENT_USER;
        END;
    END LOOP;
END;
$$;

COMMIT;
