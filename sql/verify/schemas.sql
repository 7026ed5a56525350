-- Verify schemas: they are foyer_owner's, and its new functions start closed.
BEGIN;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(w.schema, ', ') INTO v_fault
      FROM (VALUES ('foyer'), ('foyer_api'), ('foyer_admin')) AS w(schema)
      LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
     WHERE n.nspowner IS DISTINCT FROM 'foyer_owner'::regrole;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'missing, or not of foyer_owner: %', v_fault;
    END IF;

    IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_default_acl AS d
         WHERE d.defaclrole = 'foyer_owner'::regrole AND d.defaclnamespace = 0
           AND d.defaclobjtype = 'f'
           AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) AS a
                            WHERE a.grantee = 0)) THEN
        RAISE EXCEPTION 'PUBLIC may execute new functions of foyer_owner';
    END IF;
END;
$$;

ROLLBACK;
