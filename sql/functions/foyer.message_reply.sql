-- foyer.message_reply: one message as the API shows it.
CREATE OR REPLACE FUNCTION foyer.message_reply(p_verdict foyer_api.verdict,
    m foyer.message, p_edit_window interval)
RETURNS foyer_api.message_reply LANGUAGE sql STABLE AS $$
    SELECT ROW(p_verdict, m.id, m.conversation_id, m.sender_id, m.sender_role,
               CASE m.sender_role WHEN 'system' THEN 'system' ELSE 'text' END,
               m.content, 'plain', NULL, m.created_at, m.edited_at,
               m.created_at + p_edit_window)::foyer_api.message_reply
$$;
