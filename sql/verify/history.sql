-- Verify history: what edits replaced, and the answers that a retry gets again.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT r.application_id, r.conversation_id, r.message_id, r.seq, r.content, r.replaced_at
  FROM foyer.message_revision AS r WHERE false;
SELECT i.tenant_id, i.caller_id, i.slot, i.fingerprint, i.created_at, i.response
  FROM foyer.idempotency AS i WHERE false;

ROLLBACK;
