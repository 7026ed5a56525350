-- foyer.now_ms: the clock, cut to the milliseconds that the API shows.
CREATE OR REPLACE FUNCTION foyer.now_ms()
RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp())
$$;
