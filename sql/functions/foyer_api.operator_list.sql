-- foyer_api.operator_list: the conversations that an operator sees, latest updated first.
--
-- Outcomes: those of foyer.enter.
-- An operator sees the pending ones and its own, an admin all of the organization.
-- p_status (null: any), p_filter (an application) and p_assigned ('me') narrow it.
CREATE OR REPLACE FUNCTION foyer_api.operator_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_limit integer, p_offset bigint,
    p_status text[], p_filter uuid, p_assigned text)
RETURNS SETOF foyer_api.operator_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e      foyer.entry;
    r      foyer_api.operator_list_reply;
    v_ids  uuid[];
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor);
    r.verdict := e.verdict;
    IF (r.verdict).outcome = 'ok' THEN
        v_ids := ARRAY(
            SELECT a.id
              FROM foyer.application AS a
             WHERE a.organization_id = e.organization_id
               AND a.id = coalesce(e.application_id, a.id)
               AND a.id = coalesce(p_filter, a.id));
        SELECT pg_catalog.count(*) INTO r.total
          FROM foyer.operator_view(e, v_ids, p_status, p_assigned);
    END IF;
    RETURN NEXT r;

    IF r.total > p_offset THEN
        RETURN QUERY
        SELECT NULL::foyer_api.verdict, NULL::bigint,
               q.id, q.application_id, q.status, q.subject, q.assigned_to,
               q.created_at, q.updated_at, q.closed_at,
               foyer.unread_count(e, q.application_id, q.id)
          FROM (SELECT c.*
                  FROM foyer.operator_view(e, v_ids, p_status, p_assigned) AS c
                 ORDER BY c.updated_at DESC, c.id DESC
                 LIMIT p_limit OFFSET p_offset) AS q
         ORDER BY q.updated_at DESC, q.id DESC;
    END IF;
END;
$$;
