-- Verify tags: the labels of an organization, and which conversations have them.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT t.organization_id, t.id, t.name, t.created_at
  FROM foyer.tag AS t WHERE false;
SELECT j.application_id, j.conversation_id, j.tag_id, j.organization_id
  FROM foyer.conversation_tag AS j WHERE false;

ROLLBACK;
