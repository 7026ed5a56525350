-- foyer_api.tag_detach: an operator takes a tag from a conversation.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- tag_not_found (also when the conversation does not have it).
CREATE OR REPLACE FUNCTION foyer_api.tag_detach(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_tag uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.plain_reply;
    c  foyer.conversation;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    c := foyer.conversation_find(e, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    END IF;

    DELETE FROM foyer.conversation_tag AS j
     WHERE j.application_id = c.application_id AND j.conversation_id = c.id
       AND j.tag_id = p_tag;
    IF NOT FOUND THEN
        r.verdict.outcome := 'tag_not_found';
        RETURN r;
    END IF;
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
