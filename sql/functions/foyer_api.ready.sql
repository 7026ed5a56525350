-- foyer_api.ready: what /health/ready answers when the database does.
CREATE OR REPLACE FUNCTION foyer_api.ready(OUT status text, OUT "schemaVersion" integer)
LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'ok', foyer_api.schema_version()
$$;
