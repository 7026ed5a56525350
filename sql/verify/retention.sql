-- Verify retention: the indexes of foyer_admin.purge are there, and can be used.
BEGIN;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(w.name, ', ') INTO v_fault
      FROM (VALUES ('foyer.conversation_closed_at_idx'),
                   ('foyer.conversation_deleted_at_idx')) AS w(name)
      LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = pg_catalog.to_regclass(w.name)
     WHERE i.indisvalid IS NOT TRUE;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'missing or invalid: %', v_fault;
    END IF;
END;
$$;

ROLLBACK;
