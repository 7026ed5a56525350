-- foyer.time_text: an instant as the API writes it.
CREATE OR REPLACE FUNCTION foyer.time_text(p_at timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
