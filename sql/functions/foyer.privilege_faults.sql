-- foyer.privilege_faults: every privilege that is missing or too much, as a sentence.
--
-- foyer_web may execute what is in foyer_api, foyer_admin what is in foyer_admin and
-- ask for the schema's version; neither has a right on a table, and PUBLIC has none.
CREATE OR REPLACE FUNCTION foyer.privilege_faults()
RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH caller (role, home) AS (
        VALUES ('foyer_web', 'foyer_api'), ('foyer_admin', 'foyer_admin')
    ), ours AS (
        SELECT n.oid, n.nspname, n.nspowner, n.nspacl
          FROM pg_catalog.pg_namespace AS n
         WHERE n.nspname IN ('foyer', 'foyer_api', 'foyer_admin')
    ), called AS (
        SELECT c.role, p.oid::pg_catalog.regprocedure AS function,
               s.nspname = c.home
               OR (c.role = 'foyer_admin' AND s.nspname = 'foyer_api'
                   AND p.proname = 'schema_version') AS wanted,
               pg_catalog.has_function_privilege(c.role, p.oid, 'EXECUTE') AS given
          FROM caller AS c, pg_catalog.pg_proc AS p
          JOIN ours AS s ON s.oid = p.pronamespace
    ), entered AS (
        SELECT c.role, s.nspname, s.nspname IN (c.home, 'foyer_api') AS wanted,
               pg_catalog.has_schema_privilege(c.role, s.oid, 'USAGE') AS given
          FROM caller AS c, ours AS s
    ), granted (object, acl) AS (
        SELECT p.oid::pg_catalog.regprocedure::text,
               coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
          FROM pg_catalog.pg_proc AS p JOIN ours AS s ON s.oid = p.pronamespace
        UNION ALL
        SELECT r.oid::pg_catalog.regclass::text, r.relacl
          FROM pg_catalog.pg_class AS r JOIN ours AS s ON s.oid = r.relnamespace
        UNION ALL
        SELECT 'schema ' || s.nspname, s.nspacl FROM ours AS s
    )
    SELECT pg_catalog.format('%s may%s execute %s', c.role,
               CASE WHEN c.wanted THEN ' not' ELSE '' END, c.function)
      FROM called AS c WHERE c.wanted <> c.given
    UNION ALL
    SELECT pg_catalog.format('%s may%s use schema %s', e.role,
               CASE WHEN e.wanted THEN ' not' ELSE '' END, e.nspname)
      FROM entered AS e WHERE e.wanted <> e.given
    UNION ALL
    SELECT pg_catalog.format('%s may create in schema %s', c.role, s.nspname)
      FROM caller AS c, ours AS s
     WHERE pg_catalog.has_schema_privilege(c.role, s.oid, 'CREATE')
    UNION ALL
    SELECT pg_catalog.format('%s has a right on %s', c.role, r.oid::pg_catalog.regclass)
      FROM caller AS c, pg_catalog.pg_class AS r JOIN ours AS s ON s.oid = r.relnamespace
     WHERE CASE WHEN r.relkind = 'S'
           THEN pg_catalog.has_sequence_privilege(c.role, r.oid, 'USAGE, SELECT, UPDATE')
           WHEN r.relkind IN ('r', 'v', 'm', 'p', 'f')
           THEN pg_catalog.has_any_column_privilege(c.role, r.oid,
                    'SELECT, INSERT, UPDATE, REFERENCES')
                OR pg_catalog.has_table_privilege(c.role, r.oid, 'DELETE, TRUNCATE, TRIGGER')
           END
    UNION ALL
    SELECT pg_catalog.format('PUBLIC has %s on %s', a.privilege_type, g.object)
      FROM granted AS g, pg_catalog.aclexplode(g.acl) AS a
     WHERE a.grantee = 0
$$;
