-- foyer.web_setting: what foyer_web's sessions start with: what is given to the role or
-- the database, and else what the server gives to everybody.
CREATE OR REPLACE FUNCTION foyer.web_setting(p_name text)
RETURNS text LANGUAGE sql STABLE AS $$
    -- The nearest counts: of the role in this database, of the role, of the database.
    SELECT coalesce((
        SELECT pg_catalog.substr(c.entry, pg_catalog.length(p_name) + 2)
          FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS c(entry)
         WHERE pg_catalog.starts_with(c.entry, p_name || '=')
           AND s.setrole IN (0, 'foyer_web'::pg_catalog.regrole)
           AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d
                                      WHERE d.datname = pg_catalog.current_database()))
         ORDER BY s.setrole = 0, s.setdatabase = 0
         LIMIT 1), pg_catalog.current_setting(p_name, true))
$$;
