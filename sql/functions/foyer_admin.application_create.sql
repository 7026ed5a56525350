-- foyer_admin.application_create: a new application.
--
-- FY400  the name or an origin
-- FY404  no such organization
-- Without an organization it gets one of its own, of the same name.
CREATE OR REPLACE FUNCTION foyer_admin.application_create(p_name text,
    p_organization uuid DEFAULT NULL, p_origins text[] DEFAULT NULL,
    OUT id uuid, OUT "organizationId" uuid)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at  CONSTANT timestamptz := foyer.now_ms();
BEGIN
    IF p_organization IS NULL THEN
        "organizationId" := foyer_admin.organization_create(p_name);
    ELSE
        PERFORM foyer.organization_require(p_organization);
        "organizationId" := p_organization;
    END IF;
    id := foyer.uuid_v7(v_at);
    INSERT INTO foyer.application (id, organization_id, name, allowed_origins, created_at)
    VALUES (application_create.id, "organizationId", foyer.name_checked(p_name),
        coalesce(foyer.origins_checked(p_origins), '{}'), v_at);
END;
$$;
