-- Revert conversations: all conversations are lost.
BEGIN;
SET LOCAL ROLE foyer_owner;

DROP TABLE foyer.read_marker, foyer.message, foyer.participant, foyer.conversation,
    foyer.visitor;
DROP DOMAIN foyer.status, foyer.subject, foyer.sender_role, foyer.content;

COMMIT;
