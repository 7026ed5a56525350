-- foyer.message_row: one message as a row of a list; see foyer.message_reply.
CREATE OR REPLACE FUNCTION foyer.message_row(m foyer.message, p_edit_window interval)
RETURNS foyer_api.message_list_reply LANGUAGE sql STABLE AS $$
    SELECT ROW(NULL, NULL, m.id, m.conversation_id, m.sender_id, m.sender_role,
               CASE m.sender_role WHEN 'system' THEN 'system' ELSE 'text' END,
               m.content, 'plain', NULL, m.created_at, m.edited_at,
               m.created_at + p_edit_window)::foyer_api.message_list_reply
$$;
