-- Verify grants: nobody may do more, or less, than he should.
BEGIN;
SET LOCAL ROLE foyer_owner;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(f.fault, ', ') INTO v_fault
      FROM foyer.privilege_faults() AS f(fault);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION '%', v_fault;
    END IF;
END;
$$;

ROLLBACK;
