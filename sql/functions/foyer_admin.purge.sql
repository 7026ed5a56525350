-- foyer_admin.purge: delete one batch of what has outlived its time.
--
-- p_batch  at most so many conversations, idempotency keys and rate counters each
--
-- FY400  the batch
-- Conversations go when they were closed or deleted as long ago as the application's
-- retention says, with all that belongs to them; answers kept for retries after 24
-- hours; rate counters once no window reaches their last request.  Rows that somebody
-- uses are left for the next batch, so this never waits.  Nothing deleted means that
-- nothing is left to do.
CREATE OR REPLACE FUNCTION foyer_admin.purge(p_batch integer,
    OUT conversations bigint, OUT participants bigint, OUT "readMarkers" bigint,
    OUT tags bigint, OUT messages bigint, OUT revisions bigint,
    OUT "idempotencyKeys" bigint, OUT counters bigint)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_now    CONSTANT timestamptz := pg_catalog.clock_timestamp();
    v_until  timestamptz;
    a        foyer.application;
    r        record;
BEGIN
    IF p_batch IS NULL OR p_batch < 1 THEN
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'the batch must be at least 1';
    END IF;
    conversations := 0; participants := 0; "readMarkers" := 0; tags := 0; messages := 0;
    revisions := 0;

    FOR a IN SELECT f.* FROM foyer.application AS f WHERE f.retention_days IS NOT NULL LOOP
        v_until := v_now - a.retention_days * interval '24 hours';
        SELECT q.* INTO r
          FROM foyer.conversation_remove(a.id, ARRAY(
              SELECT c.id
                FROM foyer.conversation AS c
               WHERE c.application_id = a.id
                 AND (c.closed_at <= v_until OR c.deleted_at <= v_until)
               LIMIT p_batch - conversations
                 FOR UPDATE SKIP LOCKED)) AS q;
        conversations := conversations + r.conversations;
        participants := participants + r.participants;
        "readMarkers" := "readMarkers" + r."readMarkers";
        tags := tags + r.tags;
        messages := messages + r.messages;
        revisions := revisions + r.revisions;
        EXIT WHEN conversations >= p_batch;
    END LOOP;

    WITH due AS (
        SELECT i.tenant_id, i.caller_id, i.slot
          FROM foyer.idempotency AS i
         WHERE i.created_at <= v_now - interval '24 hours'
         LIMIT p_batch
           FOR UPDATE SKIP LOCKED
    )
    DELETE FROM foyer.idempotency AS i USING due AS d
     WHERE i.tenant_id = d.tenant_id AND i.caller_id = d.caller_id AND i.slot = d.slot;
    GET DIAGNOSTICS "idempotencyKeys" = ROW_COUNT;

    counters := foyer.rate_sweep('1 hour', p_batch);
END;
$$;
