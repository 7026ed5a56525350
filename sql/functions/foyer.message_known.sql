-- foyer.message_known: is this a message of the conversation, deleted or not?
-- True for null, which is no cursor at all.
CREATE OR REPLACE FUNCTION foyer.message_known(p_conversation foyer.conversation,
    p_message uuid)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_message IS NULL OR EXISTS (
        SELECT FROM foyer.message AS m
         WHERE m.application_id = p_conversation.application_id
           AND m.conversation_id = p_conversation.id
           AND m.id = p_message);
END;
$$;
