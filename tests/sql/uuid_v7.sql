-- Ids are UUIDs of version 7: they sort by the millisecond of their instant.
BEGIN;
SELECT plan(9);

CREATE TEMPORARY TABLE made AS
    SELECT k, foyer.uuid_v7('2025-01-15 10:30:05Z'::timestamptz + k * interval '1 ms') AS id
      FROM generate_series(0, 2999) AS k;

SELECT is((SELECT count(*) FROM made WHERE (id::text ~
        '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$') IS NOT TRUE),
    0::bigint, 'version and variant are those of RFC 9562, section 5.7');
SELECT is(left(replace(foyer.uuid_v7(i.at)::text, '-', ''), 12), i.want, i.what)
  FROM (VALUES ('2025-01-15 10:30:05.123Z'::timestamptz, '019469836043', 'the first 48 bits are milliseconds'),
               ('2025-01-15 10:30:05.123999Z', '019469836043', 'which are cut, not rounded'),
               ('1970-01-01 00:00:00.001Z', '000000000001', 'since 1970'),
               ('9999-12-31 23:59:59.999Z', 'e677d21fdbff', 'for as long as there are dates'))
       AS i(at, want, what);
SELECT is_empty($$ SELECT FROM (SELECT id < lead(id) OVER (ORDER BY k) AS sorted FROM made) AS q
                    WHERE NOT q.sorted $$, 'ids of later milliseconds are greater');
SELECT is((SELECT count(DISTINCT foyer.uuid_v7('2025-01-15 10:30:05Z')) FROM generate_series(1, 3000)),
    3000::bigint, 'ids of one millisecond differ');
-- A bit that is set in 40 to 60 % of 3000 is off by at most ten standard deviations.
SELECT is((SELECT count(*)
             FROM (SELECT b FROM generate_series(48, 127) AS b, made
                    GROUP BY b
                   HAVING avg(get_bit(uuid_send(id), b / 8 * 8 + 7 - b % 8)) BETWEEN 0.4 AND 0.6) AS q),
    74::bigint, 'the other 74 bits are random');
SELECT isnt(foyer.uuid_v7(now()), foyer.uuid_v7(now()),
    'it is called for each row, not once for a statement');

SELECT * FROM finish();
ROLLBACK;
