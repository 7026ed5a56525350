-- foyer_api.conversation_delete: an admin removes a conversation for everybody.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- role_too_low.  The row stays, marked, until it is purged.
CREATE OR REPLACE FUNCTION foyer_api.conversation_delete(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid,
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
    c := foyer.conversation_lock(e, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    ELSIF e.actor_role <> 'admin' THEN
        r.verdict.outcome := 'role_too_low';
        RETURN r;
    END IF;

    UPDATE foyer.conversation AS f
       SET deleted_at = foyer.now_ms()
     WHERE f.application_id = c.application_id AND f.id = c.id;
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
