-- foyer_api.message_edit: the author replaces the text of a message.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch and foyer.message_change.
CREATE OR REPLACE FUNCTION foyer_api.message_edit(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_message uuid, p_content text)
RETURNS foyer_api.message_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.message_reply;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor);
    r.verdict := e.verdict;
    IF (r.verdict).outcome <> 'ok' THEN
        RETURN r;
    END IF;
    r := foyer.recall(e, p_slot, p_fingerprint, r);
    IF (r.verdict).outcome <> 'ok' OR (r.verdict).replayed THEN
        RETURN r;
    END IF;

    r := foyer.message_change(e, p_conversation, p_message, p_content);
    IF (r.verdict).outcome = 'ok' THEN
        PERFORM foyer.remember(e, p_slot, p_fingerprint, r);
    END IF;
    RETURN r;
END;
$$;
