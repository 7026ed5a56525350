-- Revert retention: a purge looks at every conversation again.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP INDEX foyer.conversation_closed_at_idx, foyer.conversation_deleted_at_idx;

COMMIT;
