-- foyer_admin.key_disable: a key is refused until it is enabled again.
--
-- FY404  no such key
CREATE OR REPLACE FUNCTION foyer_admin.key_disable(p_key uuid,
    OUT id uuid, OUT "disabledAt" timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE foyer.api_key AS k
       SET disabled_at = coalesce(k.disabled_at, foyer.now_ms())
     WHERE k.id = p_key
    RETURNING k.id, k.disabled_at INTO key_disable.id, "disabledAt";
    IF NOT FOUND THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('key %s does not exist', p_key);
    END IF;
END;
$$;
