-- foyer_api.conversation_list: a visitor's conversations, by the time of their last update.
--
-- Outcomes: those of foyer.enter.
CREATE OR REPLACE FUNCTION foyer_api.conversation_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_status text[],
    p_limit integer, p_offset bigint, p_order text, p_since timestamptz, p_until timestamptz,
    p_before_at timestamptz, p_before_id uuid, p_counted boolean,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS SETOF foyer_api.conversation_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.conversation_list_reply;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'visitor');
    r.verdict := e.verdict;
    IF (r.verdict).outcome = 'ok' AND p_counted THEN
        SELECT pg_catalog.count(*) INTO r.total
          FROM foyer.visitor_view(e, p_status, p_since, p_until, p_before_at, p_before_id);
    END IF;
    RETURN NEXT r;

    IF (r.verdict).outcome = 'ok' THEN
        RETURN QUERY
        SELECT NULL::foyer_api.verdict, NULL::bigint,
               c.id, c.application_id, c.status::text, c.subject::text, c.assigned_to,
               c.created_at, c.updated_at, c.closed_at
          FROM foyer.visitor_view(e, p_status, p_since, p_until, p_before_at, p_before_id) AS c
         ORDER BY CASE p_order WHEN 'asc' THEN c.updated_at END,
                  CASE p_order WHEN 'asc' THEN c.id END, c.updated_at DESC, c.id DESC
         LIMIT p_limit OFFSET p_offset;
    END IF;
END;
$$;
