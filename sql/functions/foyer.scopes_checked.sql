-- foyer.scopes_checked: scopes of a key, each once; null stays null.
--
-- FY400  there is no such scope, or none is named
CREATE OR REPLACE FUNCTION foyer.scopes_checked(p_scopes text[])
RETURNS foyer.scope[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    c_all  CONSTANT foyer.scope[] := pg_catalog.enum_range(NULL::foyer.scope);
BEGIN
    IF p_scopes = '{}' OR NOT p_scopes <@ c_all::text[] THEN
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'a scope must be one of '
            || pg_catalog.array_to_string(c_all, ', ');
    END IF;
    RETURN CASE WHEN p_scopes IS NOT NULL
           THEN ARRAY(SELECT s.scope FROM pg_catalog.unnest(c_all) AS s(scope)
                       WHERE s.scope::text = ANY (p_scopes)) END;
END;
$$;
