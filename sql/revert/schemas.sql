-- Revert schemas: new functions of foyer_owner are open again, as PostgreSQL has it.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP SCHEMA foyer_admin, foyer_api, foyer;
ALTER DEFAULT PRIVILEGES FOR ROLE foyer_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

COMMIT;
