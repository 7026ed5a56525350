-- foyer.conversation_reply: one conversation as the API shows it, with participants.
CREATE OR REPLACE FUNCTION foyer.conversation_reply(p_verdict foyer_api.verdict,
    p_conversation foyer.conversation)
RETURNS foyer_api.conversation_reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    r  foyer_api.conversation_reply;
BEGIN
    r.verdict := p_verdict;
    r.id := p_conversation.id;
    r."applicationId" := p_conversation.application_id;
    r.status := p_conversation.status;
    r.subject := p_conversation.subject;
    r."assignedTo" := p_conversation.assigned_to;
    r."createdAt" := p_conversation.created_at;
    r."updatedAt" := p_conversation.updated_at;
    r."closedAt" := p_conversation.closed_at;
    r.participants := ARRAY(
        SELECT ROW(p.user_id, p.role, p.joined_at)::foyer_api.participant
          FROM foyer.participant AS p
         WHERE p.application_id = p_conversation.application_id AND p.conversation_id = p_conversation.id
           AND p.left_at IS NULL
         ORDER BY p.joined_at, p.user_id);
    RETURN r;
END;
$$;
