-- foyer_api.schema_version: which schema this is; foyer.fcgi serves those it knows.
CREATE OR REPLACE FUNCTION foyer_api.schema_version()
RETURNS integer LANGUAGE sql IMMUTABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 1
$$;
