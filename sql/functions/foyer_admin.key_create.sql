-- foyer_admin.key_create: give an application one more key.
--
-- p_scopes  what it may do; null: everything
-- p_hash    SHA-256 of the key: the key itself is never sent to the database
-- p_prefix  the beginning of the key, to tell keys apart
--
-- FY400  the name or a scope
-- FY404  no such application
CREATE OR REPLACE FUNCTION foyer_admin.key_create(p_application uuid, p_env text,
    p_name text, p_expires timestamptz, p_scopes text[], p_hash bytea,
    p_prefix text,
    OUT id uuid, OUT prefix text)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at  CONSTANT timestamptz := foyer.now_ms();
BEGIN
    PERFORM foyer.application_require(p_application);
    id := foyer.uuid_v7(v_at);
    prefix := p_prefix;
    INSERT INTO foyer.api_key
        (hash, id, application_id, env, prefix, name, scopes, created_at, expires_at)
    VALUES (p_hash, key_create.id, p_application, p_env, p_prefix,
        foyer.name_checked(p_name), foyer.scopes_checked(p_scopes), v_at, p_expires);
END;
$$;
