-- foyer_api.message_send: append one message to an open conversation.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- not_assigned, conversation_closed.
-- Takes the conversation's next change number and moves its updated_at, under the lock
-- of its row; an admin who writes becomes a participant.
CREATE OR REPLACE FUNCTION foyer_api.message_send(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_content text,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.message_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e      foyer.entry;
    r      foyer_api.message_reply;
    c      foyer.conversation;
    m      foyer.message;
    v_at   timestamptz;
    v_seq  bigint;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL, p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    LOOP
        UPDATE foyer.conversation AS f
           SET seq = f.seq + 1,
               updated_at = greatest(foyer.now_ms(), f.updated_at + interval '1 millisecond')
         WHERE f.application_id = e.application_id AND f.id = p_conversation
           AND f.deleted_at IS NULL AND f.status <> 'closed'
           AND CASE e.actor_role
               WHEN 'visitor' THEN f.visitor_id = e.actor_id
               WHEN 'operator' THEN f.assigned_to = e.actor_id
               ELSE true END
        RETURNING f.seq, f.updated_at INTO v_seq, v_at;
        EXIT WHEN FOUND;

        -- Say what is wrong; if that has just been mended, write after all.
        c := foyer.conversation_find(e, p_conversation);
        IF c.id IS NULL THEN
            r.verdict.outcome := 'conversation_not_found';
        ELSIF e.actor_role = 'operator' AND c.assigned_to IS DISTINCT FROM e.actor_id THEN
            r.verdict.outcome := 'not_assigned';
        ELSIF c.status = 'closed' THEN
            r.verdict.outcome := 'conversation_closed';
        ELSE
            CONTINUE;
        END IF;
        RETURN r;
    END LOOP;

    INSERT INTO foyer.message AS n
        (application_id, conversation_id, id, seq, sender_id, sender_role, content, created_at)
    VALUES (e.application_id, p_conversation, foyer.uuid_v7(v_at), v_seq,
        e.actor_id, e.actor_role, p_content, v_at)
    RETURNING * INTO m;
    IF e.actor_role = 'admin' THEN
        PERFORM foyer.participant_join(e, p_conversation, v_at);
    END IF;

    r := foyer.message_reply(r.verdict, m, e.edit_window);
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
