-- foyer.recall: has this request been answered before?
--
-- Returns the entry unchanged when not; with the first answer, and verdict.replayed, when
-- it has; and with the outcome idempotency_mismatch when the Idempotency-Key was used with
-- another request.  The caller's rate counter is locked by now, so a concurrent twin has
-- either been committed or not begun.
CREATE OR REPLACE FUNCTION foyer.recall(p_entry foyer.entry, p_slot bytea,
    p_fingerprint bytea)
RETURNS foyer.entry LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_fingerprint  bytea;
    v_response     jsonb;
BEGIN
    SELECT i.fingerprint, i.response INTO v_fingerprint, v_response
      FROM foyer.idempotency AS i
     WHERE i.tenant_id = p_entry.tenant_id AND i.caller_id = p_entry.actor_id
       AND i.slot = p_slot
       AND i.created_at > pg_catalog.clock_timestamp() - interval '24 hours';
    IF NOT FOUND THEN
        RETURN p_entry;
    ELSIF v_fingerprint <> p_fingerprint THEN
        p_entry.verdict.outcome := 'idempotency_mismatch';
    ELSE
        p_entry.verdict.replayed := true;
        p_entry.answer := v_response;
    END IF;
    p_entry.done := true;
    RETURN p_entry;
END;
$$;
