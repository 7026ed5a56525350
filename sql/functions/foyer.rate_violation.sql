-- foyer.rate_violation: the specification of the limiter, as window queries.
--
-- Every recorded hit that broke a limit of p_max in a window of p_span: more than
-- p_max hits in (at - p_span, at], or less than p_span since the hit p_max before.
-- No row may ever exist for a limit that did not change.
CREATE OR REPLACE FUNCTION foyer.rate_violation(p_max integer, p_span interval)
RETURNS TABLE (tenant_id uuid, scope text, subject_id uuid, at timestamptz, in_window bigint)
LANGUAGE sql STABLE AS $$
    SELECT q.tenant_id, q.scope, q.subject_id, q.at, q.in_window
      FROM (SELECT h.tenant_id, h.scope, h.subject_id, h.at,
                   pg_catalog.count(*) OVER (
                       PARTITION BY h.tenant_id, h.scope, h.subject_id ORDER BY h.at
                       RANGE BETWEEN p_span - interval '1 microsecond' PRECEDING
                                 AND CURRENT ROW) AS in_window,
                   pg_catalog.lag(h.at, p_max) OVER (
                       PARTITION BY h.tenant_id, h.scope, h.subject_id ORDER BY h.i) AS before
              FROM foyer.rate_hit AS h) AS q
     WHERE q.in_window > p_max OR q.at - q.before < p_span
$$;
