-- foyer_admin.key_enable: a disabled key is taken again; a revoked one is not.
--
-- FY404  no such key
CREATE OR REPLACE FUNCTION foyer_admin.key_enable(p_key uuid,
    OUT id uuid, OUT "disabledAt" timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE foyer.api_key AS k
       SET disabled_at = NULL
     WHERE k.id = p_key
    RETURNING k.id, k.disabled_at INTO key_enable.id, "disabledAt";
    IF NOT FOUND THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('key %s does not exist', p_key);
    END IF;
END;
$$;
