-- foyer_api.conversation_accept: an operator takes a pending conversation.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- already_assigned.  One conditional write: of any number of simultaneous callers one
-- gets it.  The route may name any conversation of the organization.
CREATE OR REPLACE FUNCTION foyer_api.conversation_accept(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.conversation_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.conversation_reply;
    c  foyer.conversation;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    UPDATE foyer.conversation AS f
       SET status = 'active', assigned_to = e.actor_id,
           seq = f.seq + 2, status_seq = f.seq + 1,
           updated_at = greatest(foyer.now_ms(), f.updated_at + interval '1 millisecond')
     WHERE f.application_id = e.application_id AND f.id = p_conversation
       AND f.status = 'pending' AND f.deleted_at IS NULL
    RETURNING * INTO c;
    IF NOT FOUND THEN
        r.verdict.outcome := CASE WHEN EXISTS (
            SELECT FROM foyer.conversation AS f
             WHERE f.application_id = e.application_id AND f.id = p_conversation
               AND f.deleted_at IS NULL)
            THEN 'already_assigned' ELSE 'conversation_not_found' END;
        RETURN r;
    END IF;
    PERFORM foyer.participant_join(e, c.id, c.updated_at);
    PERFORM foyer.message_system(c, e.actor_name || ' joined the conversation');

    r := foyer.conversation_reply(r.verdict, c);
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
