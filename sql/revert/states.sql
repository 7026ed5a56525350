-- Revert states: the functions alone keep the states of conversations right.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TRIGGER conversation_state_check ON foyer.conversation;

COMMIT;
