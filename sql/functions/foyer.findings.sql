-- foyer.findings: is the database as Foyer needs it?  A row for each thing that is looked
-- at; of what is wrong, the detail says how to mend it.
--
-- p_version  the schema version that the asking program was made for
-- p_workers  how many connections the programs want; null: as many as there are now
-- warning    Foyer works, but not as well as it could
CREATE OR REPLACE FUNCTION foyer.findings(p_version integer, p_workers integer)
RETURNS TABLE (name text, ok boolean, warning boolean, detail text) LANGUAGE sql STABLE AS $$
    WITH seen AS (
        SELECT foyer_api.schema_version() AS version,
               pg_catalog.getdatabaseencoding() AS encoding,
               pg_catalog.pg_is_in_recovery() AS standby,
               foyer.web_setting('default_transaction_read_only') AS read_only,
               foyer.web_setting('default_transaction_isolation') AS isolation,
               foyer.web_setting('enable_seqscan') AS seqscan,
               foyer.web_setting('jit') AS jit,
               pg_catalog.current_setting('fsync') AS fsync,
               pg_catalog.current_setting('full_page_writes') AS full_pages,
               foyer.web_setting('synchronous_commit') AS commits,
               c.room, c.used
          FROM foyer.connection_room() AS c
    ), grants AS (
        SELECT pg_catalog.string_agg(f.fault, ', ' ORDER BY f.fault COLLATE "C") AS faults
          FROM foyer.privilege_faults() AS f(fault)
    ), functions AS (
        SELECT pg_catalog.string_agg(p.oid::pg_catalog.regprocedure::text, ', '
                   ORDER BY p.oid::pg_catalog.regprocedure::text COLLATE "C") AS faults
          FROM pg_catalog.pg_proc AS p
          JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('foyer_api', 'foyer_admin')
           AND (p.prosecdef AND p.proowner = n.nspowner
                AND p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp']) IS NOT TRUE
    ), timeout AS (
        -- A number without a unit is in milliseconds; the program waits for 7 seconds.
        SELECT t.setting, t.value, t.most,
               (t.value || CASE WHEN t.value ~ '^[0-9]+$' THEN 'ms' ELSE '' END)::interval AS span
          FROM (SELECT s.setting, s.most, foyer.web_setting(s.setting)
                  FROM (VALUES ('statement_timeout', interval '7 s'),
                               ('lock_timeout', interval '7 s'),
                               ('idle_in_transaction_session_timeout', interval '1 day'))
                       AS s(setting, most)) AS t(setting, most, value)
    ), timeouts AS (
        SELECT pg_catalog.bool_and(t.span > '0' AND t.span < t.most) AS ok,
               pg_catalog.string_agg(t.setting || ' ' || t.value, ', ') AS detail
          FROM timeout AS t
    )
    SELECT f.name, f.ok OR f.warning, NOT f.ok AND f.warning,
           f.detail || CASE WHEN f.ok THEN '' ELSE '; ' || f.mend END
      FROM seen AS s, grants AS g, functions AS p, timeouts AS t, LATERAL (VALUES
        ('version', s.version IN (p_version, p_version + 1), false,
         CASE WHEN s.version IN (p_version, p_version + 1) THEN 'schema ' || s.version
         ELSE pg_catalog.format('the schema has version %s, this program serves %s and %s',
             s.version, p_version, p_version + 1) END,
         CASE WHEN s.version < p_version THEN 'deploy the schema of this release'
         ELSE 'install the release that belongs to the schema' END),
        ('grants', g.faults IS NULL, false,
         coalesce(g.faults, 'foyer_web and foyer_admin may do what they need, and no more'),
         'apply sql/deploy/grants.sql again'),
        ('functions', p.faults IS NULL, false,
         coalesce('not of their schema''s owner, or without its rights or a fixed search_path: '
             || p.faults, 'they run as their owner, with a fixed search_path'),
         'apply sql/deploy/functions.sql again'),
        ('timeouts', t.ok, false, t.detail, 'apply sql/deploy/roles.sql again'),
        ('isolation', s.isolation = 'read committed', false, s.isolation,
         'apply sql/deploy/roles.sql again'),
        ('planner', s.seqscan = 'off' AND s.jit = 'off', true,
         'enable_seqscan ' || s.seqscan || ', jit ' || s.jit,
         'apply sql/deploy/roles.sql again'),
        ('encoding', s.encoding = 'UTF8', false, s.encoding,
         'restore a dump of it into a database with ENCODING UTF8'),
        ('primary', NOT s.standby AND s.read_only = 'off', false,
         CASE WHEN s.standby THEN 'this server is a standby'
              WHEN s.read_only = 'off' THEN 'this server takes writes'
              ELSE 'default_transaction_read_only is on' END,
         CASE WHEN s.standby THEN 'name all hosts, with target_session_attrs=read-write'
              ELSE 'mend its reason, such as a full disk, and set it off' END),
        ('connections', coalesce(p_workers, greatest(s.used, 1)) <= s.room, false,
         pg_catalog.format('foyer_web may hold %s, holds %s%s', s.room, s.used,
             ', wants ' || p_workers),
         'raise max_connections or the limit of the role or database, start fewer processes, '
         'or use pgbouncer'),
        ('durability', s.fsync = 'on' AND s.full_pages = 'on' AND s.commits <> 'off', true,
         pg_catalog.format('fsync %s, full_page_writes %s, synchronous_commit %s', s.fsync,
             s.full_pages, s.commits),
         'a crash may lose what was acknowledged: set them on'))
      AS f(name, ok, warning, detail, mend)
$$;
