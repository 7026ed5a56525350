-- foyer.recall: has this request been answered before?
--
-- Returns the reply unchanged when not, or when there is no slot; the first answer
-- with verdict.replayed set when it has; and the outcome idempotency_mismatch when
-- the Idempotency-Key was used with another request.  The caller's rate counter is
-- locked by now, so a concurrent twin has either been committed or not begun.
CREATE OR REPLACE FUNCTION foyer.recall(p_entry foyer.entry, p_slot bytea,
    p_fingerprint bytea, p_reply anyelement)
RETURNS anyelement LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_fingerprint  bytea;
    v_response     jsonb;
BEGIN
    IF p_slot IS NULL THEN
        RETURN p_reply;
    END IF;
    SELECT i.fingerprint, i.response INTO v_fingerprint, v_response
      FROM foyer.idempotency AS i
     WHERE i.tenant_id = p_entry.tenant_id AND i.caller_id = p_entry.actor_id
       AND i.slot = p_slot
       AND i.created_at > pg_catalog.clock_timestamp() - interval '24 hours';
    IF NOT FOUND THEN
        RETURN p_reply;
    ELSIF v_fingerprint <> p_fingerprint THEN
        v_response := '{"verdict": {"outcome": "idempotency_mismatch"}}';
    ELSE
        v_response := v_response || '{"verdict": {"replayed": true}}';
    END IF;
    -- Members that the object does not name keep the values that p_reply has.
    RETURN pg_catalog.jsonb_populate_record(p_reply, v_response);
END;
$$;
