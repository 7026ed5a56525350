-- foyer_api.message_read: the caller has read the conversation up to a message.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- message_not_found.  The marker only moves forward; one that does not move takes no
-- change number, and updated_at stays.
CREATE OR REPLACE FUNCTION foyer_api.message_read(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_message uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.plain_reply;
    c  foyer.conversation;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL, p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    c := foyer.conversation_lock(e, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    ELSIF NOT foyer.message_known(c, p_message) THEN
        r.verdict.outcome := 'message_not_found';
        RETURN r;
    END IF;

    INSERT INTO foyer.read_marker AS k
        (application_id, conversation_id, user_id, role, message_id, seq)
    VALUES (c.application_id, c.id, e.actor_id, e.actor_role, p_message, c.seq + 1)
    ON CONFLICT (application_id, conversation_id, user_id, side) DO UPDATE
       SET role = excluded.role, message_id = excluded.message_id, seq = excluded.seq
     WHERE k.message_id < excluded.message_id;
    IF FOUND THEN
        UPDATE foyer.conversation AS f
           SET seq = c.seq + 1
         WHERE f.application_id = c.application_id AND f.id = c.id;
    END IF;
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
