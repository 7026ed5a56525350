-- foyer_admin.operator_create: a new operator of an organization, with one key.
--
-- p_hash  SHA-256 of the key: the key itself is never sent to the database
--
-- FY400  the name
-- FY404  no such organization
CREATE OR REPLACE FUNCTION foyer_admin.operator_create(p_organization uuid, p_name text,
    p_role text, p_env text, p_hash bytea, OUT id uuid)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at  CONSTANT timestamptz := foyer.now_ms();
BEGIN
    PERFORM foyer.organization_require(p_organization);
    id := foyer.uuid_v7(v_at);
    INSERT INTO foyer.operator (hash, id, organization_id, name, role, env, created_at)
    VALUES (p_hash, operator_create.id, p_organization, foyer.name_checked(p_name),
        p_role, p_env, v_at);
END;
$$;
