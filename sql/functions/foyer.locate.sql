-- foyer.locate: for an operator, find the application of a conversation.
--
-- Operators need not name an application; every later statement does.  When the
-- organization has no such conversation, the application becomes null, and nothing
-- that the caller looks for is found.  A visitor's application is known already.
CREATE OR REPLACE FUNCTION foyer.locate(p_entry foyer.entry, p_conversation uuid)
RETURNS foyer.entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_entry.actor_role <> 'visitor' THEN
        SELECT a.id, a.edit_window INTO p_entry.application_id, p_entry.edit_window
          FROM foyer.application AS a
          JOIN foyer.conversation AS c ON c.application_id = a.id AND c.id = p_conversation
         WHERE a.organization_id = p_entry.organization_id
           AND a.id = coalesce(p_entry.application_id, a.id);
    END IF;
    RETURN p_entry;
END;
$$;
