-- foyer_api.message_edit: the author replaces the text of a message.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch and foyer.message_change.
CREATE OR REPLACE FUNCTION foyer_api.message_edit(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_message uuid, p_content text,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.message_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.message_reply;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL, p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    r := foyer.message_change(e, p_conversation, p_message, p_content);
    IF (r.verdict).outcome = 'ok' THEN
        r := foyer.remember(e, p_slot, p_fingerprint, r);
    END IF;
    RETURN r;
END;
$$;
