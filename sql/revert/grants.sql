-- Revert grants: nobody but the owner may use anything.
BEGIN;
SET LOCAL ROLE foyer_owner;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA foyer_api, foyer_admin FROM foyer_web, foyer_admin;
REVOKE ALL ON SCHEMA foyer_api, foyer_admin FROM foyer_web, foyer_admin;

COMMIT;
