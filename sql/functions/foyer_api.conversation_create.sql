-- foyer_api.conversation_create: a visitor opens a conversation.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch.
-- Writes the conversation, its change number 1, and the visitor as participant.
CREATE OR REPLACE FUNCTION foyer_api.conversation_create(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_subject text,
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
        p_scope, p_key_max, p_address, 'visitor', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    v_at := foyer.now_ms();
    INSERT INTO foyer.conversation AS n
        (application_id, id, visitor_id, created_at, updated_at, subject)
    VALUES (e.application_id, foyer.uuid_v7(v_at), e.actor_id, v_at, v_at, p_subject)
    RETURNING * INTO c;
    INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
    VALUES (c.application_id, c.id, e.actor_id, 'visitor', v_at);

    r := foyer.conversation_reply(r.verdict, c);
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
