-- foyer_admin.organization_create: a new organization, without applications.
--
-- FY400  the name
CREATE OR REPLACE FUNCTION foyer_admin.organization_create(p_name text, OUT id uuid)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at  CONSTANT timestamptz := foyer.now_ms();
BEGIN
    id := foyer.uuid_v7(v_at);
    INSERT INTO foyer.organization (id, name, created_at)
    VALUES (organization_create.id, foyer.name_checked(p_name), v_at);
END;
$$;
