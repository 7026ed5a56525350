-- Revert limiter: what was admitted is forgotten.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP VIEW foyer.rate_hit;
DROP TABLE foyer.rate_chunk, foyer.rate_counter;
DROP DOMAIN foyer.rate_scope;

COMMIT;
