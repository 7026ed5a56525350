-- foyer_api.operator_list: the conversations that an operator sees, by the time of their
-- last update.
--
-- Outcomes: those of foyer.enter.
-- An operator sees the pending ones and its own, an admin all of the organization.
-- p_status (null: any), p_filter (an application), p_assigned ('me') and p_tags (any of
-- these) narrow it.
CREATE OR REPLACE FUNCTION foyer_api.operator_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_status text[],
    p_filter uuid, p_assigned text, p_tags uuid[],
    p_limit integer, p_offset bigint, p_order text, p_since timestamptz, p_until timestamptz,
    p_before_at timestamptz, p_before_id uuid, p_counted boolean,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS SETOF foyer_api.operator_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e      foyer.entry;
    r      foyer_api.operator_list_reply;
    v_ids  uuid[];
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator');
    r.verdict := e.verdict;
    IF (r.verdict).outcome <> 'ok' THEN
        RETURN NEXT r;
        RETURN;
    END IF;

    v_ids := ARRAY(
        SELECT a.id
          FROM foyer.application AS a
         WHERE a.organization_id = e.organization_id
           AND a.id = coalesce(e.application_id, a.id)
           AND a.id = coalesce(p_filter, a.id));
    IF p_counted THEN
        SELECT pg_catalog.count(*) INTO r.total
          FROM foyer.operator_view(e, v_ids, p_status, p_assigned, p_tags,
                   p_since, p_until, p_before_at, p_before_id);
    END IF;
    RETURN NEXT r;
    RETURN QUERY
    SELECT NULL::foyer_api.verdict, NULL::bigint,
           q.id, q.application_id, q.status::text, q.subject::text, q.assigned_to,
           q.created_at, q.updated_at, q.closed_at,
           foyer.unread_count(e, q.application_id, q.id)
      FROM (SELECT c.*
              FROM foyer.operator_view(e, v_ids, p_status, p_assigned, p_tags,
                       p_since, p_until, p_before_at, p_before_id) AS c
             ORDER BY CASE p_order WHEN 'asc' THEN c.updated_at END,
                      CASE p_order WHEN 'asc' THEN c.id END, c.updated_at DESC, c.id DESC
             LIMIT p_limit OFFSET p_offset) AS q
     ORDER BY CASE p_order WHEN 'asc' THEN q.updated_at END,
              CASE p_order WHEN 'asc' THEN q.id END, q.updated_at DESC, q.id DESC;
END;
$$;
