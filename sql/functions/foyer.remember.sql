-- foyer.remember: keep an answer for the retries of its request, and return it.
--
-- Part of the transaction of the effect.  Keeps nothing without a slot.  An answer of
-- more than 24 hours ago makes room.
CREATE OR REPLACE FUNCTION foyer.remember(p_entry foyer.entry, p_slot bytea,
    p_fingerprint bytea, p_reply anyelement)
RETURNS anyelement LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF p_slot IS NOT NULL THEN
        INSERT INTO foyer.idempotency AS i
            (tenant_id, caller_id, slot, fingerprint, created_at, response)
        VALUES (p_entry.tenant_id, p_entry.actor_id, p_slot, p_fingerprint,
            pg_catalog.clock_timestamp(), pg_catalog.to_jsonb(p_reply) - 'verdict')
        ON CONFLICT (tenant_id, caller_id, slot) DO UPDATE
           SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
               response = excluded.response;
    END IF;
    RETURN p_reply;
END;
$$;
