-- Deploy schemas: one for the state, one for each of its two kinds of users.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE SCHEMA foyer;
COMMENT ON SCHEMA foyer IS 'Foyer: tables and internal functions, the owner''s alone';
CREATE SCHEMA foyer_api;
COMMENT ON SCHEMA foyer_api IS 'Foyer: what foyer.fcgi calls, one function a route';
CREATE SCHEMA foyer_admin;
COMMENT ON SCHEMA foyer_admin IS 'Foyer: what foyerctl and DBAs call';

-- New functions start closed.  With IN SCHEMA this statement would do nothing.
ALTER DEFAULT PRIVILEGES FOR ROLE foyer_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

COMMIT;
