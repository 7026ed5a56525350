-- foyer_admin.operator_list: the operators of an organization, the oldest first.
--
-- FY404  no such organization
CREATE OR REPLACE FUNCTION foyer_admin.operator_list(p_organization uuid)
RETURNS TABLE (id uuid, name text, role text, env text, "createdAt" timestamptz,
    "revokedAt" timestamptz)
LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM foyer.organization_require(p_organization);
    RETURN QUERY
    SELECT o.id, o.name, o.role, o.env, o.created_at, o.revoked_at
      FROM foyer.operator AS o
     WHERE o.organization_id = p_organization
     ORDER BY o.created_at, o.id;
END;
$$;
