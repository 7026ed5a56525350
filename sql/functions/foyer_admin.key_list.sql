-- foyer_admin.key_list: the keys of an application, the oldest first.
--
-- FY404  no such application
-- scopes is null for all, minuteLimit for that of the application.
CREATE OR REPLACE FUNCTION foyer_admin.key_list(p_application uuid)
RETURNS TABLE (id uuid, prefix text, env text, name text, scopes text[],
    "minuteLimit" integer, "createdAt" timestamptz, "expiresAt" timestamptz,
    "disabledAt" timestamptz, "revokedAt" timestamptz)
LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM foyer.application_require(p_application);
    RETURN QUERY
    SELECT k.id, k.prefix, k.env, k.name, k.scopes::text[], k.key_max, k.created_at,
           k.expires_at, k.disabled_at, k.revoked_at
      FROM foyer.api_key AS k
     WHERE k.application_id = p_application
     ORDER BY k.created_at, k.id;
END;
$$;
