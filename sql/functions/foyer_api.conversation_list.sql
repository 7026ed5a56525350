-- foyer_api.conversation_list: a visitor's conversations, latest updated first.
--
-- Outcomes: those of foyer.enter.
CREATE OR REPLACE FUNCTION foyer_api.conversation_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_limit integer, p_offset bigint)
RETURNS SETOF foyer_api.conversation_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.conversation_list_reply;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor);
    r.verdict := e.verdict;
    IF (r.verdict).outcome = 'ok' THEN
        SELECT pg_catalog.count(*) INTO r.total
          FROM foyer.conversation AS c
         WHERE c.application_id = e.application_id AND c.visitor_id = e.actor_id
           AND c.deleted_at IS NULL;
    END IF;
    RETURN NEXT r;

    IF r.total > p_offset THEN
        RETURN QUERY
        SELECT NULL::foyer_api.verdict, NULL::bigint,
               c.id, c.application_id, c.status, c.subject, c.assigned_to,
               c.created_at, c.updated_at, c.closed_at
          FROM foyer.conversation AS c
         WHERE c.application_id = e.application_id AND c.visitor_id = e.actor_id
           AND c.deleted_at IS NULL
         ORDER BY c.updated_at DESC, c.id DESC
         LIMIT p_limit OFFSET p_offset;
    END IF;
END;
$$;
