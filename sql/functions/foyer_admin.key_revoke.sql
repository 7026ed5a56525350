-- foyer_admin.key_revoke: a key is refused from now on; once revoked, it stays so.
--
-- FY404  no such key
CREATE OR REPLACE FUNCTION foyer_admin.key_revoke(p_key uuid,
    OUT id uuid, OUT "revokedAt" timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE foyer.api_key AS k
       SET revoked_at = coalesce(k.revoked_at, foyer.now_ms())
     WHERE k.id = p_key
    RETURNING k.id, k.revoked_at INTO key_revoke.id, "revokedAt";
    IF NOT FOUND THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('key %s does not exist', p_key);
    END IF;
END;
$$;
