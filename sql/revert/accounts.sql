-- Revert accounts: all organizations, applications, keys and operators are lost.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TABLE foyer.operator, foyer.api_key, foyer.application, foyer.organization;
DROP TYPE foyer.scope;
DROP DOMAIN foyer.rate_limits;

COMMIT;
