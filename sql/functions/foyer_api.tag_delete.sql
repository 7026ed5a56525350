-- foyer_api.tag_delete: an admin removes a tag, also from every conversation that has it.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, tag_not_found, role_too_low.
CREATE OR REPLACE FUNCTION foyer_api.tag_delete(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_tag uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.plain_reply;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    -- Under this lock nobody attaches it any more.
    PERFORM FROM foyer.tag AS t
      WHERE t.organization_id = e.organization_id AND t.id = p_tag
        FOR UPDATE;
    IF NOT FOUND THEN
        r.verdict.outcome := 'tag_not_found';
        RETURN r;
    ELSIF e.actor_role <> 'admin' THEN
        r.verdict.outcome := 'role_too_low';
        RETURN r;
    END IF;

    -- In the order of foyer.conversation_remove, so that neither waits for the other.
    WITH due AS (
        SELECT j.application_id, j.conversation_id
          FROM foyer.conversation_tag AS j
         WHERE j.organization_id = e.organization_id AND j.tag_id = p_tag
         ORDER BY j.application_id, j.conversation_id
           FOR UPDATE
    )
    DELETE FROM foyer.conversation_tag AS j USING due AS d
     WHERE j.application_id = d.application_id AND j.conversation_id = d.conversation_id
       AND j.tag_id = p_tag;
    DELETE FROM foyer.tag AS t
     WHERE t.organization_id = e.organization_id AND t.id = p_tag;
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
