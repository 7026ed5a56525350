-- foyer_api.conversation_subject: the assigned operator names a conversation.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found (also
-- for anybody but the assigned operator).
CREATE OR REPLACE FUNCTION foyer_api.conversation_subject(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_subject text,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.conversation_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e     foyer.entry;
    r     foyer_api.conversation_reply;
    c     foyer.conversation;
    v_at  timestamptz;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    c := foyer.conversation_lock(e, p_conversation);
    IF c.assigned_to IS DISTINCT FROM e.actor_id THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    END IF;

    v_at := greatest(foyer.now_ms(), c.updated_at + interval '1 millisecond');
    UPDATE foyer.conversation AS f
       SET subject = p_subject, updated_at = v_at,
           seq = c.seq + 1, status_seq = c.seq + 1
     WHERE f.application_id = c.application_id AND f.id = c.id
    RETURNING * INTO c;

    r := foyer.conversation_reply(r.verdict, c);
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
