-- foyer.origins_checked: allowed origins in lower case; null stays null.
--
-- FY400  one is not a host name of at most 100 characters, which may begin with *.,
--        nor an IPv6 address in brackets; there is no scheme, port or path
CREATE OR REPLACE FUNCTION foyer.origins_checked(p_origins text[])
RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    c_label  CONSTANT text := '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?';
    v_host   text;
    v_hosts  text[] := CASE WHEN p_origins IS NOT NULL THEN '{}'::text[] END;
BEGIN
    FOREACH v_host IN ARRAY coalesce(p_origins, '{}') LOOP
        v_host := pg_catalog.lower(v_host);
        IF pg_catalog.char_length(v_host) <= 100
            AND (v_host ~ ('^(\*\.)?' || c_label || '(\.' || c_label || ')*$')
                 OR v_host ~ '^\[[0-9a-f:.]*:[0-9a-f:.]*\]$') THEN
            v_hosts := v_hosts || v_host;
        ELSE
            RAISE SQLSTATE 'FY400' USING MESSAGE = pg_catalog.format(
                'origin %s is not a host name', coalesce(v_host, 'null'));
        END IF;
    END LOOP;
    RETURN v_hosts;
END;
$$;
