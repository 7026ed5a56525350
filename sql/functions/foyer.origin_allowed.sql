-- foyer.origin_allowed: may a page of this host use the application?
--
-- p_host is in lower case, without scheme and port.  A listed name also stands for
-- its www. form and the other way round; *.name stands for the name and all below it.
CREATE OR REPLACE FUNCTION foyer.origin_allowed(p_allowed text[], p_env text, p_host text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (p_env = 'test' AND (p_host IN ('localhost', '127.0.0.1', '[::1]')
                                OR p_host LIKE '%_.localhost'))
        OR EXISTS (
            SELECT FROM pg_catalog.unnest(p_allowed) AS o(name)
             WHERE p_host = o.name
                OR p_host = 'www.' || o.name AND o.name NOT LIKE 'www.%'
                OR o.name = 'www.' || p_host
                OR (o.name LIKE '*.%'
                    AND (p_host = pg_catalog.substr(o.name, 3)
                         OR pg_catalog.right(p_host, pg_catalog.length(o.name) - 1)
                            = pg_catalog.substr(o.name, 2))))
$$;
