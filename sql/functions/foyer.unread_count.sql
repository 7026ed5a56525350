-- foyer.unread_count: text messages of the other side after the caller's marker.
CREATE OR REPLACE FUNCTION foyer.unread_count(p_entry foyer.entry, p_application uuid,
    p_conversation uuid)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.count(*)
      FROM foyer.message AS m
     WHERE m.application_id = p_application AND m.conversation_id = p_conversation
       AND m.deleted_at IS NULL
       AND m.sender_role <> 'system'
       AND (m.sender_role = 'visitor') <> (p_entry.actor_role = 'visitor')
       AND m.id > coalesce(
           (SELECT k.message_id
              FROM foyer.read_marker AS k
             WHERE k.application_id = p_application
               AND k.conversation_id = p_conversation
               AND k.user_id = p_entry.actor_id
               AND (k.side = 'visitor') = (p_entry.actor_role = 'visitor')),
           '00000000-0000-0000-0000-000000000000')
$$;
