-- foyer_admin.visitor_erase: remove everything that is stored about a visitor.
--
-- FY404  no such application or visitor
-- The visitor's conversations go with what operators wrote in them, and with the
-- answers about them that are kept for retries, the operators' too.  Who comes back is a
-- new visitor.
CREATE OR REPLACE FUNCTION foyer_admin.visitor_erase(p_application uuid, p_visitor uuid,
    OUT conversations bigint, OUT participants bigint, OUT "readMarkers" bigint,
    OUT tags bigint, OUT messages bigint, OUT revisions bigint,
    OUT "idempotencyKeys" bigint, OUT counters bigint, OUT visitors bigint)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_counter  bigint;
    v_ids      uuid[];
BEGIN
    PERFORM foyer.visitor_require(p_application, p_visitor);

    -- The counter is the first of all locks, and holds up the visitor's requests; a
    -- request of our own makes sure that there is one.
    PERFORM foyer.rate_admit(p_application, 'visitor', p_visitor, '{0,0,0}');
    DELETE FROM foyer.rate_counter AS r
     WHERE r.tenant_id = p_application AND r.subject_id = p_visitor AND r.scope = 'visitor'
    RETURNING r.id, (r.n > 1)::integer INTO v_counter, counters;
    DELETE FROM foyer.rate_chunk AS c
     WHERE c.tenant_id = p_application AND c.counter_id = v_counter;

    v_ids := ARRAY(
        SELECT c.id
          FROM foyer.conversation AS c
         WHERE c.application_id = p_application AND c.visitor_id = p_visitor
         ORDER BY c.id
           FOR UPDATE);
    SELECT q.* INTO conversations, participants, "readMarkers", tags, messages, revisions
      FROM foyer.conversation_remove(p_application, v_ids) AS q;

    DELETE FROM foyer.idempotency AS i
     WHERE (i.tenant_id = p_application AND i.caller_id = p_visitor)
        OR (i.tenant_id = (foyer.application_require(p_application)).organization_id
            AND (i.response ->> 'id' = ANY (v_ids::text[])
                 OR i.response ->> 'conversationId' = ANY (v_ids::text[])));
    GET DIAGNOSTICS "idempotencyKeys" = ROW_COUNT;
    DELETE FROM foyer.visitor AS v
     WHERE v.application_id = p_application AND v.id = p_visitor;
    GET DIAGNOSTICS visitors = ROW_COUNT;
END;
$$;
