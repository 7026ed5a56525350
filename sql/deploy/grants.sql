-- Deploy grants: all privileges, in one place; a later release applies them again.
BEGIN;
SET LOCAL ROLE foyer_owner;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA foyer, foyer_api, foyer_admin FROM PUBLIC;
GRANT USAGE ON SCHEMA foyer_api TO foyer_web;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA foyer_api TO foyer_web;
GRANT USAGE ON SCHEMA foyer_admin, foyer_api TO foyer_admin;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA foyer_admin TO foyer_admin;
GRANT EXECUTE ON FUNCTION foyer_api.schema_version() TO foyer_admin;

COMMIT;
