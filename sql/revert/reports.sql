-- Revert reports: what functions of foyer_admin return in common.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TYPE foyer_admin.application;

COMMIT;
