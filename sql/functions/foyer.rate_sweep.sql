-- foyer.rate_sweep: forget up to p_limit subjects that were silent for p_silent.
--
-- Safe at any moment for a p_silent of at least the longest window: the counter's
-- row is the only point of agreement, so a request that read it before it went finds
-- its compare-and-set refused and looks again.
CREATE OR REPLACE FUNCTION foyer.rate_sweep(p_silent interval, p_limit integer)
RETURNS bigint LANGUAGE sql VOLATILE AS $$
    WITH idle AS (
        SELECT r.tenant_id, r.subject_id, r.scope
          FROM foyer.rate_counter AS r
         WHERE r.last_at <= pg_catalog.clock_timestamp() - p_silent
         LIMIT p_limit
           FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM foyer.rate_counter AS r USING idle AS i
         WHERE r.tenant_id = i.tenant_id AND r.subject_id = i.subject_id
           AND r.scope = i.scope
        RETURNING r.tenant_id, r.id
    ), chunks AS (
        DELETE FROM foyer.rate_chunk AS c USING gone AS g
         WHERE c.tenant_id = g.tenant_id AND c.counter_id = g.id
    )
    SELECT pg_catalog.count(*) FROM gone
$$;
