-- Sweeping forgets subjects that were silent for long, and nothing that still counts.
BEGIN;
SELECT plan(16);
\ir lib/limiter.sql

CREATE FUNCTION pg_temp.known()
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(a.subject, ' ' ORDER BY a.subject)
      FROM pg_temp.admitted AS a
      JOIN foyer.rate_counter AS r ON r.subject_id = pg_temp.id(a.subject)
$$;
CREATE FUNCTION pg_temp.orphans()
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM foyer.rate_chunk AS c
     WHERE NOT EXISTS (SELECT FROM foyer.rate_counter AS r
                        WHERE r.tenant_id = c.tenant_id AND r.id = c.counter_id)
$$;

SELECT pg_temp.write('busy', pg_temp.spread(100, '3 hours', '1 minute'));
SELECT pg_temp.write('idle', pg_temp.spread(100, '3 hours', '61 minutes'));
SELECT pg_temp.write('once', pg_temp.spread(1, '1 second', '2 hours'));
SELECT pg_temp.write('edge', pg_temp.spread(40, '3 hours', '59 minutes'));

SELECT is(foyer.rate_sweep('1 day', 10), 0::bigint, 'nobody was silent for a day');
SELECT is(pg_temp.known(), 'busy edge idle once', 'so nobody is forgotten');
SELECT is(foyer.rate_sweep('1 hour', 10), 2::bigint, 'two were silent for an hour');
SELECT is(pg_temp.known(), 'busy edge', 'they are forgotten, the others are not');
SELECT is(pg_temp.orphans(), 0::bigint, 'their chunks go with them');
SELECT is((SELECT count(*) FROM foyer.rate_chunk), 4::bigint, 'those of the others stay');
SELECT is(foyer.rate_sweep('1 hour', 10), 0::bigint, 'there is no more to do');

SELECT is(string_agg(d, E'\n'), NULL, 'what a window holds is not forgotten')
  FROM pg_temp.drive('edge', '{50,50,60}', 30) AS d;

-- ---- who comes back starts anew

DELETE FROM admitted WHERE subject = 'idle';
SELECT is(string_agg(d, E'\n'), NULL, 'a forgotten subject is new again')
  FROM pg_temp.drive('idle', '{50,60,70}', 70) AS d;
SELECT is((SELECT array_agg(c.chunk) FROM foyer.rate_chunk AS c JOIN foyer.rate_counter AS r
               ON r.id = c.counter_id WHERE r.subject_id = pg_temp.id('idle')), '{0}',
    'with chunks from the first on');

-- ---- in portions

SELECT pg_temp.write('idle' || k, pg_temp.spread(33, '1 hour', '2 hours'))
  FROM generate_series(1, 5) AS k \g /dev/null
SELECT is(foyer.rate_sweep('1 hour', 2), 2::bigint, 'no more than asked for are forgotten');
SELECT is(foyer.rate_sweep('1 hour', 2), 2::bigint, 'two more');
SELECT is(foyer.rate_sweep('1 hour', 2), 1::bigint, 'and the last');
SELECT is(pg_temp.orphans(), 0::bigint, 'with all their chunks');

-- ---- nobody else of the same id

SELECT foyer.rate_admit(pg_temp.id(tenant), scope, pg_temp.id('twin'), '{0,0,0}')
  FROM (VALUES ('tenant', 'operator'), ('tenant', 'key'), ('other', 'operator')) AS t(tenant, scope) \g /dev/null
UPDATE foyer.rate_counter AS r SET last_at = clock_timestamp() - interval '2 hours'
 WHERE r.subject_id = pg_temp.id('twin') AND r.tenant_id = pg_temp.id('tenant') AND r.scope = 'operator';
SELECT is(foyer.rate_sweep('1 hour', 10), 1::bigint, 'of three of one id, one was silent');
SELECT set_eq($$ SELECT r.tenant_id, r.scope::text FROM foyer.rate_counter AS r WHERE r.subject_id = pg_temp.id('twin') $$,
    $$ VALUES (pg_temp.id('tenant'), 'key'), (pg_temp.id('other'), 'operator') $$,
    'another kind of subject and another tenant''s are not forgotten with it');

SELECT * FROM finish();
ROLLBACK;
