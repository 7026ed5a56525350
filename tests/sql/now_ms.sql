-- The clock of the API has whole milliseconds, and moves within a transaction.
BEGIN;
SELECT plan(4);

SELECT is((SELECT count(*) FROM generate_series(1, 1000) AS k, LATERAL (SELECT foyer.now_ms() AS at, k) AS c
            WHERE EXTRACT(microseconds FROM c.at) % 1000 <> 0), 0::bigint,
    'it has whole milliseconds');
SELECT ok(clock_timestamp() - foyer.now_ms() BETWEEN '0' AND '1 second',
    'it is the clock, cut and not rounded');
SELECT pg_sleep(0.002) \g /dev/null
SELECT ok(foyer.now_ms() > now(), 'it is not the start of the transaction');
SELECT foyer.now_ms() AS before \gset
SELECT pg_sleep(0.002) \g /dev/null
SELECT ok(foyer.now_ms() > :'before', 'it moves on');

SELECT * FROM finish();
ROLLBACK;
