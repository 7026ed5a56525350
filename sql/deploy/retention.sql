-- Deploy retention: by these foyer_admin.purge finds the conversations that are due.
--
-- Neither column changes while a conversation is used, so its updates stay HOT.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE INDEX conversation_closed_at_idx ON foyer.conversation (application_id, closed_at)
    WHERE closed_at IS NOT NULL;
CREATE INDEX conversation_deleted_at_idx ON foyer.conversation (application_id, deleted_at)
    WHERE deleted_at IS NOT NULL;

COMMIT;
