-- Revert functions: all there are in the three schemas.
BEGIN;
SET LOCAL ROLE foyer_owner;

DO $$
DECLARE
    v_function  regprocedure;
BEGIN
    FOR v_function IN
        SELECT p.oid
          FROM pg_catalog.pg_proc AS p
          JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('foyer', 'foyer_api', 'foyer_admin')
    LOOP
        EXECUTE pg_catalog.format('DROP FUNCTION %s', v_function);
    END LOOP;
END;
$$;

COMMIT;
