-- foyer_admin.installation_check: is everything as Foyer needs it?
--
-- p_version  the schema version that the asking program knows
-- What is wrong has a detail that says what to do.
CREATE OR REPLACE FUNCTION foyer_admin.installation_check(p_version integer)
RETURNS TABLE (name text, ok boolean, detail text) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_version    CONSTANT integer := foyer_api.schema_version();
    v_encoding   CONSTANT text := pg_catalog.getdatabaseencoding();
    v_isolation  CONSTANT text := foyer.web_setting('default_transaction_isolation');
BEGIN
    RETURN QUERY VALUES ('version', v_version = p_version,
        CASE WHEN v_version = p_version THEN 'schema ' || v_version
        ELSE pg_catalog.format('the schema has version %s, this program wants %s; deploy '
            'that schema, or run the program that belongs to it', v_version, p_version) END);

    RETURN QUERY
    SELECT 'grants', pg_catalog.count(*) = 0,
           coalesce(pg_catalog.string_agg(f.fault, ', ' ORDER BY f.fault COLLATE "C")
               || '; apply sql/deploy/grants.sql again',
               'foyer_web and foyer_admin may do what they need, and no more')
      FROM foyer.privilege_faults() AS f(fault);

    RETURN QUERY
    SELECT 'timeouts', pg_catalog.bool_and(t.value !~ '^0+ *[a-z]*$'),
           pg_catalog.string_agg(t.setting || ' ' || t.value, ', ')
           || CASE WHEN pg_catalog.bool_and(t.value !~ '^0+ *[a-z]*$') THEN ''
              ELSE '; apply sql/deploy/roles.sql again' END
      FROM (SELECT s.setting, coalesce(foyer.web_setting(s.setting), '0')
              FROM (VALUES ('statement_timeout'), ('lock_timeout')) AS s(setting))
           AS t(setting, value);

    RETURN QUERY VALUES ('isolation', v_isolation IS NOT DISTINCT FROM 'read committed',
        coalesce(v_isolation, 'not set')
        || CASE WHEN v_isolation IS NOT DISTINCT FROM 'read committed' THEN ''
           ELSE '; apply sql/deploy/roles.sql again' END);

    RETURN QUERY VALUES ('encoding', v_encoding = 'UTF8',
        v_encoding || CASE v_encoding WHEN 'UTF8' THEN ''
        ELSE '; restore a dump of it into a database with ENCODING UTF8' END);
END;
$$;
