-- The least id of an instant: what makes a bound of time a bound of ids.
BEGIN;
SELECT plan(9);

SELECT is(foyer.uuid_floor(at), id::uuid, promise)
  FROM (VALUES
    ('2025-01-15 10:30:05.123Z'::timestamptz, '01946983-6043-0000-0000-000000000000',
     'a whole millisecond is that of the id'),
    ('2025-01-15 10:30:05.122001Z', '01946983-6043-0000-0000-000000000000', 'a part of one is rounded up'),
    ('2025-01-15 10:30:05.122999Z', '01946983-6043-0000-0000-000000000000', 'however little is missing'),
    ('1970-01-01 00:00Z', '00000000-0000-0000-0000-000000000000', 'the first instant has the first id'),
    ('0001-01-01 00:00Z', '00000000-0000-0000-0000-000000000000', 'and so has what was before it'),
    ('20000-01-01 00:00Z', 'ffffffff-ffff-0000-0000-000000000000', 'no instant is beyond the last id'),
    (NULL, NULL, 'no instant has no id')) AS t(at, id, promise);

SELECT is_empty($$
    SELECT t.at FROM (SELECT timestamptz '2025-01-15Z' + i * interval '1234.567 seconds' AS at
                        FROM generate_series(1, 1000) AS i) AS t,
           LATERAL (SELECT foyer.uuid_v7(t.at) AS id) AS made
     WHERE foyer.uuid_floor(date_trunc('milliseconds', t.at)) > made.id
        OR foyer.uuid_floor(date_trunc('milliseconds', t.at) + interval '1 millisecond') < made.id $$,
    'an id is made between its millisecond''s and the next one''s');
SELECT is(provolatile, 'i', 'it depends on nothing but the instant') FROM pg_proc
 WHERE oid = 'foyer.uuid_floor'::regproc;

SELECT * FROM finish();
ROLLBACK;
