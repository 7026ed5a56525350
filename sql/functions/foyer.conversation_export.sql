-- foyer.conversation_export: a conversation with all that belongs to it, as JSON.
CREATE OR REPLACE FUNCTION foyer.conversation_export(c foyer.conversation)
RETURNS json LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.json_build_object(
        'id', c.id, 'status', c.status, 'subject', c.subject, 'assignedTo', c.assigned_to,
        'createdAt', foyer.time_text(c.created_at), 'updatedAt', foyer.time_text(c.updated_at),
        'closedAt', foyer.time_text(c.closed_at), 'deletedAt', foyer.time_text(c.deleted_at),
        'participants', coalesce((
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                       'userId', p.user_id, 'role', p.role,
                       'joinedAt', foyer.time_text(p.joined_at),
                       'leftAt', foyer.time_text(p.left_at))
                       ORDER BY p.joined_at, p.user_id, p.role)
              FROM foyer.participant AS p
             WHERE p.application_id = c.application_id AND p.conversation_id = c.id), '[]'),
        'readMarkers', coalesce((
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                       'userId', k.user_id, 'role', k.role, 'messageId', k.message_id)
                       ORDER BY k.seq)
              FROM foyer.read_marker AS k
             WHERE k.application_id = c.application_id AND k.conversation_id = c.id), '[]'),
        'tags', coalesce((
            SELECT pg_catalog.json_agg(t.name ORDER BY t.name)
              FROM foyer.conversation_tag AS j
              JOIN foyer.tag AS t ON t.organization_id = j.organization_id AND t.id = j.tag_id
             WHERE j.application_id = c.application_id AND j.conversation_id = c.id), '[]'),
        'messages', coalesce((
            SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                       'id', m.id, 'senderId', m.sender_id, 'senderRole', m.sender_role,
                       'content', m.content, 'createdAt', foyer.time_text(m.created_at),
                       'editedAt', foyer.time_text(m.edited_at),
                       'deletedAt', foyer.time_text(m.deleted_at),
                       'revisions', coalesce((
                           SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                                      'content', r.content,
                                      'replacedAt', foyer.time_text(r.replaced_at))
                                      ORDER BY r.seq)
                             FROM foyer.message_revision AS r
                            WHERE r.application_id = m.application_id
                              AND r.conversation_id = m.conversation_id
                              AND r.message_id = m.id), '[]'))
                       ORDER BY m.id)
              FROM foyer.message AS m
             WHERE m.application_id = c.application_id AND m.conversation_id = c.id), '[]'))
$$;
