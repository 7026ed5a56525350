-- foyer.connection_room: how many connections foyer_web may hold in this database, and
-- how many of them it holds now.
--
-- The least of what the server, the database and the role allow, without what others use.
CREATE OR REPLACE FUNCTION foyer.connection_room(OUT room integer, OUT used integer)
LANGUAGE sql STABLE AS $$
    -- Of other roles' sessions, a role without special rights sees little more than this.
    WITH client AS (
        SELECT a.usename = 'foyer_web' AS web, a.datname = pg_catalog.current_database() AS here
          FROM pg_catalog.pg_stat_activity AS a
         WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL
    ), taken AS (
        SELECT pg_catalog.count(*) FILTER (WHERE c.web AND c.here) AS web,
               pg_catalog.count(*) FILTER (WHERE NOT (c.web AND c.here)) AS others,
               pg_catalog.count(*) FILTER (WHERE c.here AND NOT c.web) AS others_here,
               pg_catalog.count(*) FILTER (WHERE c.web AND NOT c.here) AS web_elsewhere
          FROM client AS c
    )
    -- A limit of -1 is none.
    SELECT greatest(0, least(
               pg_catalog.current_setting('max_connections')::integer
               - pg_catalog.current_setting('superuser_reserved_connections')::integer - t.others,
               nullif(d.datconnlimit, -1) - t.others_here,
               nullif(r.rolconnlimit, -1) - t.web_elsewhere))::integer,
           t.web::integer
      FROM taken AS t, pg_catalog.pg_database AS d, pg_catalog.pg_roles AS r
     WHERE d.datname = pg_catalog.current_database() AND r.rolname = 'foyer_web'
$$;
