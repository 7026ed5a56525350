-- foyer_api.tag_create: an operator makes a tag for the organization.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, tag_taken, quota_reached.
-- An organization has up to 1000 tags.
CREATE OR REPLACE FUNCTION foyer_api.tag_create(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_name text,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.tag_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_most  CONSTANT integer := 1000;
    e       foyer.entry;
    r       foyer_api.tag_reply;
    v_at    timestamptz;
    v_same  bigint;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    -- One after the other, so that what is counted is all there is.
    PERFORM FROM foyer.organization AS g WHERE g.id = e.organization_id FOR NO KEY UPDATE;
    v_at := foyer.now_ms();
    WITH held AS (
        SELECT pg_catalog.count(*) AS n,
               pg_catalog.count(*) FILTER (
                   WHERE pg_catalog.lower(t.name) = pg_catalog.lower(p_name)) AS same
          FROM foyer.tag AS t
         WHERE t.organization_id = e.organization_id
    ), made AS (
        INSERT INTO foyer.tag AS n (organization_id, id, name, created_at)
        SELECT e.organization_id, foyer.uuid_v7(v_at), p_name, v_at
          FROM held AS h
         WHERE h.same = 0 AND h.n < c_most
        RETURNING n.id, n.name, n.created_at
    )
    SELECT h.same, m.id, m.name, m.created_at
      INTO v_same, r.id, r.name, r."createdAt"
      FROM held AS h LEFT JOIN made AS m ON true;
    IF r.id IS NULL THEN
        r.verdict.outcome := CASE WHEN v_same > 0 THEN 'tag_taken' ELSE 'quota_reached' END;
        RETURN r;
    END IF;
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
