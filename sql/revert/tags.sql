-- Revert tags: all tags are lost.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TABLE foyer.conversation_tag, foyer.tag;

COMMIT;
