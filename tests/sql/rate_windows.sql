-- What the limiter says is what counting says, from any state.  Each state is asked many
-- times, until its windows are full.
BEGIN;
SELECT plan(31);
\ir lib/limiter.sql

CREATE FUNCTION pg_temp.differ(p_hits timestamptz[], p_max integer[], p_times integer)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_temp.write('ann', p_hits);
    RETURN string_agg(d, E'\n') FROM pg_temp.drive('ann', p_max, p_times) AS d;
END;
$$;

SELECT is(string_agg(d, E'\n'), NULL, 'nobody is known yet')
  FROM pg_temp.drive('new', '{20,50,90}', 40) AS d;
SELECT is(pg_temp.differ(pg_temp.spread(n, '1 second', '0'), '{40,70,90}', 60), NULL,
    n || ' hits in a second')
  FROM unnest('{1,31,32,33,39}'::integer[]) AS n;
SELECT is(pg_temp.differ(pg_temp.spread(n, '1 minute', '10 seconds'), '{40,70,90}', 60), NULL,
    n || ' hits in a minute that ended ten seconds ago')
  FROM unnest('{32,63,64,65,89}'::integer[]) AS n;
SELECT is(pg_temp.differ(pg_temp.spread(300, '1 minute', '0'), '{50,310,1000}', 60), NULL,
    'the start of a minute moves through many chunks, a little with each request');
SELECT is(pg_temp.differ(pg_temp.spread(800, '1 hour', '30 minutes'), '{50,60,430}', 70), NULL,
    'after half an hour of silence the hour starts many chunks further on');
SELECT is(pg_temp.differ(pg_temp.spread(800, '1 hour', '59 minutes'), '{50,60,30}', 70), NULL,
    'after most of an hour it starts among the newest 32');
SELECT is(pg_temp.differ(pg_temp.spread(96, '90 minutes', '30 minutes'), '{5,6,50}', 70), NULL,
    'it starts at the first hit of a chunk');
SELECT is(pg_temp.differ(pg_temp.spread(500, '10 hours', '61 minutes'), '{20,30,40}', 60), NULL,
    'everything has left every window');
SELECT is(pg_temp.differ(pg_temp.spread(1500, '1 hour', '1 minute'), '{50,40,1490}', 60), NULL,
    'more than a thousand hits in an hour');
SELECT is(pg_temp.differ(pg_temp.spread(600, '1 second', '58 minutes')
        || pg_temp.spread(40, '1 minute', '0'), '{30,60,650}', 60), NULL,
    'a burst at the far end of the hour');
SELECT is(pg_temp.differ(array_fill(now() - interval '20 minutes', '{200}')
        || array_fill(now() - interval '20 seconds', '{200}'), '{20,220,420}', 60), NULL,
    'hundreds at the very same instant');
SELECT is(pg_temp.differ(array_fill(clock_timestamp() + interval '1 day', '{100}'),
        '{120,130,140}', 60), NULL, 'the clock has been put back, and stands still');

-- ---- at the very edge: hits that leave at this instant, in numbers that fill chunks

CREATE FUNCTION pg_temp.edge(p_left integer, p_inside integer, p_max integer[])
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    t  CONSTANT timestamptz := date_trunc('second', clock_timestamp()) + interval '1 day';
BEGIN
    PERFORM pg_temp.write('ann', array_fill(t - interval '1 minute', ARRAY[p_left])
        || array_fill(t - interval '30 seconds', ARRAY[p_inside]) || t, p_stale => true);
    RETURN string_agg(d, E'\n') FROM pg_temp.drive('ann', p_max, 3) AS d;
END;
$$;
SET LOCAL statement_timeout = '60s';
SELECT is(pg_temp.edge(n, m, '{0,200,0}'), NULL,
    format('%s hits leave at this instant, %s stay', n, m))
  FROM unnest('{1,31,32,33,64}'::integer[]) AS n, unnest('{1,32}'::integer[]) AS m;

-- ---- chunks that no limit reached have been dropped meanwhile

SELECT pg_temp.write('ann', pg_temp.spread(1000, '10 hours', '30 minutes'));
UPDATE foyer.rate_counter SET kept = (1000 - 120) / 32 * 32 WHERE subject_id = pg_temp.id('ann');
DELETE FROM foyer.rate_chunk AS c USING foyer.rate_counter AS r
 WHERE c.counter_id = r.id AND r.subject_id = pg_temp.id('ann') AND c.chunk < r.kept / 32;
SELECT is(string_agg(d, E'\n'), NULL, 'chunks of hits that have left are missing')
  FROM pg_temp.drive('ann', '{80,90,120}', 120) AS d;

SELECT * FROM finish();
ROLLBACK;
