-- foyer.message_change: the author edits a message, or deletes it (p_content null).
--
-- Outcomes: conversation_not_found, message_not_found, not_author,
-- edit_window_expired.  The window is judged by the clock of the statement that
-- writes; exactly its length is too late.  The replaced text goes to
-- message_revision; a deleted message keeps its text and is marked.
CREATE OR REPLACE FUNCTION foyer.message_change(p_entry foyer.entry, p_conversation uuid,
    p_message uuid, p_content text)
RETURNS foyer_api.message_reply LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c     foyer.conversation;
    m     foyer.message;
    n     foyer.message;
    v_at  timestamptz;
    r     foyer_api.message_reply;
BEGIN
    r.verdict := p_entry.verdict;
    p_entry := foyer.locate(p_entry, p_conversation);
    c := foyer.conversation_lock(p_entry, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    END IF;
    SELECT * INTO m
      FROM foyer.message AS f
     WHERE f.application_id = c.application_id AND f.conversation_id = c.id
       AND f.id = p_message AND f.deleted_at IS NULL;
    IF NOT FOUND THEN
        r.verdict.outcome := 'message_not_found';
        RETURN r;
    ELSIF m.sender_id IS DISTINCT FROM p_entry.actor_id
       OR (m.sender_role = 'visitor') <> (p_entry.actor_role = 'visitor') THEN
        -- A visitor chooses its id, and may choose an operator's.
        r.verdict.outcome := 'not_author';
        RETURN r;
    END IF;

    v_at := greatest(foyer.now_ms(), c.updated_at + interval '1 millisecond');
    UPDATE foyer.message AS f
       SET seq = c.seq + 1,
           content = coalesce(p_content, f.content),
           edited_at = CASE WHEN p_content IS NULL THEN f.edited_at ELSE v_at END,
           deleted_at = CASE WHEN p_content IS NULL THEN v_at END
     WHERE f.application_id = c.application_id AND f.conversation_id = c.id
       AND f.id = p_message
       AND pg_catalog.clock_timestamp() < f.created_at + p_entry.edit_window
    RETURNING * INTO n;
    IF NOT FOUND THEN
        r.verdict.outcome := 'edit_window_expired';
        r.verdict.expired_at := m.created_at + p_entry.edit_window;
        r.verdict.edit_window := EXTRACT(epoch FROM p_entry.edit_window);
        RETURN r;
    END IF;
    UPDATE foyer.conversation AS f
       SET seq = c.seq + 1, updated_at = v_at
     WHERE f.application_id = c.application_id AND f.id = c.id;
    IF p_content IS NOT NULL THEN
        INSERT INTO foyer.message_revision
            (application_id, conversation_id, message_id, seq, content, replaced_at)
        VALUES (c.application_id, c.id, m.id, n.seq, m.content, v_at);
    END IF;
    RETURN foyer.message_reply(r.verdict, n, p_entry.edit_window);
END;
$$;
