-- foyer_admin.operator_revoke: an operator's key is refused from now on; it stays so.
--
-- FY404  no such operator
CREATE OR REPLACE FUNCTION foyer_admin.operator_revoke(p_operator uuid,
    OUT id uuid, OUT "revokedAt" timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE foyer.operator AS o
       SET revoked_at = coalesce(o.revoked_at, foyer.now_ms())
     WHERE o.id = p_operator
    RETURNING o.id, o.revoked_at INTO operator_revoke.id, "revokedAt";
    IF NOT FOUND THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('operator %s does not exist', p_operator);
    END IF;
END;
$$;
