-- foyer.message_system: append a message of Foyer's own to a conversation.
--
-- The conversation has just been written: its seq and updated_at are the message's.
CREATE OR REPLACE FUNCTION foyer.message_system(p_conversation foyer.conversation,
    p_content text)
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO foyer.message
        (application_id, conversation_id, id, seq, sender_role, content, created_at)
    VALUES (p_conversation.application_id, p_conversation.id,
        foyer.uuid_v7(p_conversation.updated_at), p_conversation.seq, 'system', p_content,
        p_conversation.updated_at)
$$;
