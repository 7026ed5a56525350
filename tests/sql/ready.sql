-- What tells a program that this database is one of its own.
BEGIN;
SELECT plan(6);

SET LOCAL ROLE foyer_web;
SELECT is(foyer_api.schema_version(), 1, 'the schema has a version');
SELECT results_eq('SELECT * FROM foyer_api.ready()', $$ VALUES ('ok', 1) $$,
    'a ready database says so, and its version');
RESET ROLE;
SELECT results_eq(
    $$ SELECT a.name::text COLLATE "C" FROM pg_proc AS p, unnest(p.proargnames) WITH ORDINALITY AS a(name, i)
        WHERE p.oid = 'foyer_api.ready'::regproc ORDER BY a.i $$,
    $$ VALUES ('status'::text COLLATE "C"), ('schemaVersion') $$, 'in members of these names');
SET LOCAL ROLE foyer_web;
SELECT is(to_jsonb(h) - 'timestamp', '{"status": "ok", "version": "1"}', 'a healthy one, too')
  FROM foyer_api.health() AS h;
SELECT ok(h.timestamp BETWEEN now() - interval '1 ms' AND clock_timestamp(), 'with the time of its clock') FROM foyer_api.health() AS h;
SET LOCAL ROLE foyer_admin;
SELECT is(foyer_api.schema_version(), 1, 'foyerctl may ask, too');

SELECT * FROM finish();
ROLLBACK;
