-- Verify roles: they exist, may do nothing special, and foyer_web has its settings.
BEGIN;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(w.role, ', ') INTO v_fault
      FROM (VALUES ('foyer_owner', false), ('foyer_web', true), ('foyer_admin', true))
           AS w(role, login)
      LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = w.role
     WHERE (r.rolcanlogin = w.login AND NOT r.rolsuper AND NOT r.rolcreaterole
            AND NOT r.rolcreatedb AND NOT r.rolreplication AND NOT r.rolbypassrls) IS NOT TRUE;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'missing, or with attributes that it should not have: %', v_fault;
    END IF;

    SELECT pg_catalog.string_agg(w.setting, ', ') INTO v_fault
      FROM (VALUES ('statement_timeout'), ('lock_timeout'),
                   ('idle_in_transaction_session_timeout'), ('default_transaction_isolation'),
                   ('enable_seqscan'), ('jit')) AS w(setting)
     WHERE NOT EXISTS (
         SELECT FROM pg_catalog.pg_db_role_setting AS s,
                     pg_catalog.unnest(s.setconfig) AS c(entry)
          WHERE s.setrole = 'foyer_web'::regrole AND s.setdatabase = 0
            AND pg_catalog.starts_with(c.entry, w.setting || '='));
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'not set for foyer_web: %', v_fault;
    END IF;

    SELECT pg_catalog.string_agg(pg_catalog.format('%s of %s', w.privilege, w.role), ', ')
      INTO v_fault
      FROM (VALUES ('foyer_owner', 'CREATE', true), ('foyer_web', 'CREATE', false),
                   ('foyer_admin', 'CREATE', false), ('foyer_owner', 'CONNECT', true),
                   ('foyer_web', 'CONNECT', true), ('foyer_admin', 'CONNECT', true))
           AS w(role, privilege, wanted)
     WHERE pg_catalog.has_database_privilege(w.role, pg_catalog.current_database(),
               w.privilege) <> w.wanted;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'wrong privileges on the database: %', v_fault;
    END IF;

    IF EXISTS (
        SELECT FROM pg_catalog.pg_database AS d,
                    pg_catalog.aclexplode(coalesce(d.datacl,
                        pg_catalog.acldefault('d', d.datdba))) AS a
         WHERE d.datname = pg_catalog.current_database() AND a.grantee = 0) THEN
        RAISE EXCEPTION 'PUBLIC has privileges on the database';
    END IF;
END;
$$;

ROLLBACK;
