-- Revert history: the replaced texts, and the answers for retries, are lost.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TABLE foyer.message_revision, foyer.idempotency;

COMMIT;
