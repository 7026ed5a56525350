-- Verify conversations: visitors, conversations, participants, messages, markers.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT 'pending'::foyer.status, 'Help'::foyer.subject, 'system'::foyer.sender_role,
       'hello'::foyer.content;
SELECT v.application_id, v.id, v.created_at, v.updated_at, v.verified, v.name, v.email,
       v.phone, v.metadata
  FROM foyer.visitor AS v WHERE false;
SELECT c.application_id, c.id, c.visitor_id, c.seq, c.status_seq, c.created_at,
       c.updated_at, c.closed_at, c.deleted_at, c.assigned_to, c.status, c.subject
  FROM foyer.conversation AS c WHERE false;
SELECT p.application_id, p.conversation_id, p.user_id, p.role, p.joined_at, p.left_at
  FROM foyer.participant AS p WHERE false;
SELECT m.application_id, m.conversation_id, m.id, m.seq, m.sender_id, m.created_at,
       m.edited_at, m.deleted_at, m.sender_role, m.content
  FROM foyer.message AS m WHERE false;
SELECT k.application_id, k.conversation_id, k.user_id, k.role, k.message_id, k.seq
  FROM foyer.read_marker AS k WHERE false;

ROLLBACK;
