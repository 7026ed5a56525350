-- Revert replies: all types of foyer_api, and the one that is made of them.
BEGIN;
SET LOCAL ROLE foyer_owner;

DO $$
BEGIN
    -- In one statement, for they consist of each other.
    EXECUTE (
        SELECT 'DROP TYPE foyer.entry, ' || pg_catalog.string_agg(c.oid::regclass::text, ', ')
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = 'foyer_api' AND c.relkind = 'c');
END;
$$;

COMMIT;
