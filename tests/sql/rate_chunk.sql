-- Instants are filed 32 to a row, and forgotten when they are of no use.
BEGIN;
SELECT plan(15);
\ir lib/limiter.sql

CREATE FUNCTION pg_temp.ask_times(p_subject text, p_times integer, p_max integer[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    FOR k IN 1 .. p_times LOOP
        PERFORM pg_temp.ask(p_subject, p_max);
    END LOOP;
END;
$$;
CREATE FUNCTION pg_temp.chunks(p_subject text)
RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(c.chunk ORDER BY c.chunk), '{}')
      FROM foyer.rate_counter AS r JOIN foyer.rate_chunk AS c ON c.counter_id = r.id
     WHERE r.subject_id = pg_temp.id(p_subject)
$$;
-- The instants that the specification sees, in order.
CREATE FUNCTION pg_temp.hits(p_subject text)
RETURNS timestamptz[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(h.at ORDER BY h.i) FROM foyer.rate_hit AS h
     WHERE h.subject_id = pg_temp.id(p_subject)
$$;

SELECT pg_temp.ask_times('ann', 31, '{900,900,900}');
SELECT is(pg_temp.chunks('ann'), '{}', 'the newest 31 instants are in the counter alone');
SELECT is(pg_temp.hits('ann'), (SELECT hits FROM admitted), 'and all of them are hits');
SELECT pg_temp.ask_times('ann', 1, '{900,900,900}');
SELECT is(pg_temp.chunks('ann'), '{0}', 'the 32nd files them');
SELECT results_eq($$ SELECT c.hits FROM foyer.rate_chunk AS c $$,
    $$ SELECT hits FROM admitted $$, 'in order, itself the last');
SELECT is(pg_temp.hits('ann'), (SELECT hits FROM admitted), 'none is a hit twice');
SELECT pg_temp.ask_times('ann', 1, '{900,900,900}');
SELECT is(pg_temp.hits('ann'), (SELECT hits FROM admitted),
    'the next takes the place of the oldest in the counter, and is a hit');
SELECT pg_temp.ask_times('ann', 70, '{900,900,900}');
SELECT is(pg_temp.chunks('ann'), '{0,1,2}', 'each further 32 are filed');
SELECT is(pg_temp.hits('ann'), (SELECT hits FROM admitted), 'and none is lost');

SELECT pg_temp.write('bob', pg_temp.spread(319, '10 hours', '2 hours'));
SELECT pg_temp.ask_times('bob', 1, '{3,30,40}');
SELECT ok(pg_temp.chunks('bob') IN ('{9}', '{8,9}'),
    'filing drops the chunks that no window and no limit reaches');
SELECT is(pg_temp.chunks('ann'), '{0,1,2}', 'of that subject alone');
SELECT pg_temp.write('bob', pg_temp.spread(319, '50 minutes', '1 minute'));
SELECT pg_temp.ask_times('bob', 1, '{400,400,400}');
SELECT is(cardinality(pg_temp.chunks('bob')), 10, 'what is inside a window stays');
SELECT is_empty($$ SELECT * FROM pg_temp.drive('bob', '{400,400,400}', 100) $$,
    'and counts, up to the limit and beyond');

SELECT pg_temp.write('cat', pg_temp.spread(1023, '59 minutes', '1 second'));
SELECT pg_temp.ask_times('cat', 1, '{0,0,1025}');
SELECT is(pg_temp.hits('cat'), (SELECT hits FROM admitted WHERE subject = 'cat'),
    'more than a thousand hits are kept when the limit asks for them');
SELECT is_empty($$ SELECT * FROM pg_temp.drive('cat', '{0,0,1025}', 20) $$,
    'and counted to the last');
SELECT throws_ok($$ INSERT INTO foyer.rate_chunk VALUES (gen_random_uuid(), 1, 1, ARRAY[now()]) $$,
    '23514', NULL, 'a chunk that is not full is refused');

SELECT * FROM finish();
ROLLBACK;
