-- foyer.conversation_find: the conversation, if the caller may see it, else null.
--
-- A visitor sees its own, an operator the pending ones and those assigned to it, an
-- admin all; a deleted one nobody.
CREATE OR REPLACE FUNCTION foyer.conversation_find(p_entry foyer.entry, p_conversation uuid)
RETURNS foyer.conversation LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c  foyer.conversation;
BEGIN
    SELECT * INTO c
      FROM foyer.conversation AS f
     WHERE f.application_id = p_entry.application_id AND f.id = p_conversation
       AND f.deleted_at IS NULL
       AND CASE p_entry.actor_role
           WHEN 'visitor' THEN f.visitor_id = p_entry.actor_id
           WHEN 'operator' THEN f.status = 'pending' OR f.assigned_to = p_entry.actor_id
           ELSE true END;
    RETURN c;
END;
$$;
