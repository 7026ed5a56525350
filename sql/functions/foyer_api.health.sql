-- foyer_api.health: what /health answers when the database does.
CREATE OR REPLACE FUNCTION foyer_api.health(OUT status text, OUT version text,
    OUT "timestamp" timestamptz)
LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'ok', foyer_api.schema_version()::text, foyer.now_ms()
$$;
