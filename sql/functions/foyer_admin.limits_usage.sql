-- foyer_admin.limits_usage: who has used how much of which limit, the fullest first.
--
-- p_visitor  only this visitor; null: the application's visitors and keys, and the
--            operators of its organization
--
-- FY404  no such application or visitor
-- By window queries over the recorded hits: used is the number of them in
-- (now - span, now]; freeAt is when the window next regains a request, which is when
-- the oldest of them leaves, or while there are more than the limit, the one that is
-- limit before the next.  A window that is unused, or has no limit, is not shown; limit is
-- null, and freeAt as if there were none, where each mount has its own.
CREATE OR REPLACE FUNCTION foyer_admin.limits_usage(p_application uuid,
    p_visitor uuid DEFAULT NULL)
RETURNS TABLE ("subjectId" uuid, "window" text, "limit" integer, used bigint,
    "freeAt" timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_name  CONSTANT text[] := '{second,minute,hour}';
    c_span  CONSTANT interval[] := '{1 second,1 minute,1 hour}';
    a      foyer.application;
    v_max  integer[];
    v_now  timestamptz;
BEGIN
    a := foyer.application_require(p_application);
    IF p_visitor IS NOT NULL THEN
        PERFORM foyer.visitor_require(p_application, p_visitor);
    END IF;
    SELECT g.operator_max INTO v_max
      FROM foyer.organization AS g
     WHERE g.id = a.organization_id;
    v_now := pg_catalog.clock_timestamp();

    RETURN QUERY
    SELECT q.subject_id, q.name, q.max, q.used, q.at + q.span
      FROM (SELECT h.subject_id, h.at, w.name, w.span, w.max,
                   pg_catalog.count(*) OVER held AS used,
                   pg_catalog.row_number() OVER (held ORDER BY h.i DESC) AS newer
              FROM foyer.rate_hit AS h,
                   LATERAL ROWS FROM (
                       pg_catalog.unnest(c_name), pg_catalog.unnest(c_span),
                       pg_catalog.unnest(CASE h.scope
                           WHEN 'visitor' THEN a.visitor_max::integer[]
                           WHEN 'operator' THEN v_max
                           ELSE ARRAY[0, (SELECT coalesce(k.key_max, a.key_max)
                                            FROM foyer.api_key AS k
                                           WHERE k.id = h.subject_id), 0] END))
                       AS w(name, span, max)
             WHERE ((h.tenant_id = a.id AND h.scope = 'visitor'
                     AND h.subject_id = coalesce(p_visitor, h.subject_id))
                    OR (p_visitor IS NULL
                        AND ((h.tenant_id = a.id AND h.scope = 'key')
                             OR (h.tenant_id = a.organization_id AND h.scope = 'operator'))))
               AND h.at > v_now - w.span AND h.at <= v_now AND w.max IS DISTINCT FROM 0
            WINDOW held AS (PARTITION BY h.scope, h.subject_id, w.name)) AS q
     WHERE q.newer = least(q.used, q.max)
     ORDER BY q.used::numeric / q.max DESC NULLS LAST, q.span DESC, q.subject_id;
END;
$$;
