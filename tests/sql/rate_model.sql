-- Thousands of random requests: the limiter says what a model that counts says.
--
-- Time passes by moving every stored instant into the past.  Another seed:
-- psql -v seed=0.7 -f tests/sql/rate_model.sql
BEGIN;
SELECT plan(9);
\ir lib/limiter.sql
\if :{?seed}
\else
\set seed 0.42
\endif
SELECT diag('seed ' || :'seed');
SELECT setseed(:seed) \g /dev/null

-- Each subject keeps its windows; its limits change among three.
CREATE TEMPORARY TABLE subject AS
    SELECT s.name, s.one::integer[], s.two::integer[], s.three::integer[]
      FROM (VALUES ('default', '{3,30,200}', '{5,20,90}', '{2,40,300}'),
                   ('second', '{4,0,0}', '{33,0,0}', '{2,0,0}'),
                   ('minute', '{0,40,0}', '{0,70,0}', '{0,12,0}'),
                   ('hour', '{0,0,64}', '{0,0,150}', '{0,0,65}'),
                   ('outer', '{2,0,33}', '{3,0,120}', '{1,0,31}'),
                   ('even', '{32,64,96}', '{31,63,97}', '{33,65,95}'),
                   ('equal', '{10,10,10}', '{40,40,40}', '{1,1,1}'),
                   ('wide', '{20,200,400}', '{10,150,300}', '{30,100,350}'))
           AS s(name, one, two, three);
CREATE TEMPORARY TABLE told (subject text, refused boolean, rate_window text, remaining integer,
    recorded boolean, differ text);

CREATE FUNCTION pg_temp.live(p_subject pg_temp.subject, p_steps integer)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v         foyer_api.verdict;
    v_max     integer[] := p_subject.one;
    v_record  boolean;
    v_hits    timestamptz[];
    v_want    text;
BEGIN
    FOR k IN 1 .. p_steps LOOP
        v_max := CASE floor(random() * 150) WHEN 0 THEN p_subject.one WHEN 1 THEN p_subject.two
                 WHEN 2 THEN p_subject.three ELSE v_max END;
        v_record := random() < 0.9;
        v := pg_temp.admit(p_subject.name, v_max, v_record);
        SELECT a.hits INTO v_hits FROM pg_temp.admitted AS a WHERE a.subject = p_subject.name;
        v_want := pg_temp.model(coalesce(v_hits, '{}'), v_max, v.at, v_record);
        INSERT INTO pg_temp.told VALUES (p_subject.name, v.outcome <> 'ok', v.rate_window,
            v.rate_remaining, v_record,
            CASE WHEN pg_temp.said(v) IS DISTINCT FROM v_want THEN format('%s: got %s, want %s',
                v_max, pg_temp.said(v), v_want) END);
        IF v.outcome = 'ok' AND v_record THEN
            INSERT INTO pg_temp.admitted AS a VALUES (p_subject.name, ARRAY[v.at])
            ON CONFLICT (subject) DO UPDATE SET hits = a.hits || v.at;
        END IF;
        PERFORM pg_temp.pass(p_subject.name, d.time)
           FROM (SELECT CASE
                   -- about when a full window opens
                   WHEN v.outcome <> 'ok' AND random() < 0.4
                   THEN v.rate_reset - clock_timestamp() + (random() - 0.5) * interval '2 ms'
                   WHEN random() < 0.7 THEN interval '0'
                   WHEN random() < 0.6 THEN random() * interval '1.2 seconds'
                   WHEN random() < 0.8 THEN random() * interval '20 seconds'
                   WHEN random() < 0.9 THEN random() * interval '8 minutes'
                   ELSE random() * interval '70 minutes' END AS time) AS d
          WHERE d.time > interval '0';
        IF random() < 0.01 THEN
            PERFORM foyer.rate_sweep('1 hour', 3);
        END IF;
    END LOOP;
END;
$$;
SELECT pg_temp.live(s, 600) FROM subject AS s \g /dev/null

SELECT is((SELECT count(*) FROM told), 4800::bigint, 'many requests were made');
SELECT is((SELECT string_agg(t.subject || ' ' || t.differ, E'\n') FROM
               (SELECT * FROM told WHERE differ IS NOT NULL LIMIT 5) AS t), NULL,
    'limiter and model agree about each: outcome, window, limit, remaining, reset');

-- ---- the random requests met what they are for

SELECT cmp_ok(count(*), '>', 20::bigint, 'requests were refused by a ' || w.name)
  FROM (VALUES ('second'), ('minute'), ('hour')) AS w(name)
  LEFT JOIN told AS t ON t.refused AND t.rate_window = w.name
 GROUP BY w.name ORDER BY w.name;
SELECT cmp_ok(count(*), '>', 100::bigint, 'requests took the last place')
  FROM told WHERE recorded AND NOT refused AND remaining = 0;
SELECT cmp_ok(max(r.n), '>', 96::bigint, 'counters went through several chunks')
  FROM foyer.rate_counter AS r;
SELECT cmp_ok(count(*), '>', 3::bigint, 'chunks were filed') FROM foyer.rate_chunk;
SELECT is_empty($$ SELECT FROM foyer.rate_chunk AS c
                    WHERE NOT EXISTS (SELECT FROM foyer.rate_counter AS r
                                       WHERE r.tenant_id = c.tenant_id AND r.id = c.counter_id) $$,
    'none is left of a counter that was swept');

SELECT * FROM finish();
ROLLBACK;
