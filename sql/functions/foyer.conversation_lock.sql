-- foyer.conversation_lock: foyer.conversation_find, and nobody else writes to it
-- until this transaction ends.
CREATE OR REPLACE FUNCTION foyer.conversation_lock(p_entry foyer.entry, p_conversation uuid)
RETURNS foyer.conversation LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c  foyer.conversation;
BEGIN
    c := foyer.conversation_find(p_entry, p_conversation);
    IF c.id IS NOT NULL THEN
        PERFORM FROM foyer.conversation AS f
          WHERE f.application_id = c.application_id AND f.id = c.id
            FOR NO KEY UPDATE;
        -- What was waited for may have changed it, or taken it out of sight.
        c := foyer.conversation_find(p_entry, p_conversation);
    END IF;
    RETURN c;
END;
$$;
