-- A page of messages is a walk along the key: whatever its bounds are, it costs what the first page costs.
BEGIN;
SELECT plan(16);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, sender_role, content, created_at)
SELECT pg_temp.id('shop'), pg_temp.id('talk'), foyer.uuid_v7(m.at), 1 + m.i, pg_temp.id('ann'), 'visitor', 'Message ' || m.i, m.at
  FROM (SELECT i, '2025-01-15 10:00Z'::timestamptz + i * interval '1 second' AS at
          FROM generate_series(1, 20000) AS i) AS m;
UPDATE foyer.conversation SET seq = 20001 WHERE id = pg_temp.id('talk');
ANALYZE foyer.message;
SET LOCAL enable_seqscan = off;    -- as for foyer_web

-- How many blocks a page touches, once its plans are made.
CREATE FUNCTION pg_temp.blocks(p_page text)
RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_plan  json;
BEGIN
    FOR i IN 1 .. 8 LOOP
        EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT r.* FROM pg_temp.caller(%L) AS c,
            foyer_api.message_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(%L), %s) AS r', 'ann', 'talk', p_page)
           INTO v_plan;
    END LOOP;
    RETURN (v_plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::integer + (v_plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::integer;
END;
$$;
CREATE FUNCTION pg_temp.content(p_page text)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_text  text;
BEGIN
    EXECUTE format('SELECT min(substr(r.content, 9)::integer) || %L || max(substr(r.content, 9)::integer)
        FROM pg_temp.caller(%L) AS c, foyer_api.message_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(%L), %s) AS r',
        '-', 'ann', 'talk', p_page) INTO v_text;
    RETURN v_text;
END;
$$;
CREATE TEMPORARY TABLE page (what text, arguments text, want text);
INSERT INTO page
SELECT p.what, format(p.arguments, '2025-01-15 10:00Z'::timestamptz + p.at * interval '1 second'), p.want
  FROM (VALUES ('from the end', $$20, 0, 'desc', NULL, NULL, NULL, NULL, false, NULL, NULL$$, 0, '19981-20000'),
               ('since the middle', $$20, 0, 'asc', %L, NULL, NULL, NULL, false, NULL, NULL$$, 10000, '10000-10019'),
               ('since the end', $$20, 0, 'asc', %L, NULL, NULL, NULL, false, NULL, NULL$$, 19981, '19981-20000'),
               ('back from the middle', $$20, 0, 'desc', NULL, %L, NULL, NULL, false, NULL, NULL$$, 10001, '9981-10000'),
               ('before the middle', $$20, 0, 'desc', NULL, NULL, %L, NULL, false, NULL, NULL$$, 10001, '9981-10000'),
               ('before the end', $$20, 0, 'desc', NULL, NULL, %L, NULL, false, NULL, NULL$$, 20000, '19980-19999'),
               ('before the end, with an id', $$20, 0, 'desc', NULL, NULL, %L, 'ffffffff-ffff-ffff-ffff-ffffffffffff',
                    false, NULL, NULL$$, 19999, '19980-19999')) AS p(what, arguments, at, want);
SELECT pg_temp.blocks($$20, 0, 'asc', NULL, NULL, NULL, NULL, false, NULL, NULL$$) AS first \gset
SELECT cmp_ok(:first, '<=', 40, 'the first page touches few blocks');
SELECT is(pg_temp.content(p.arguments), p.want, 'a page ' || p.what || ' has the messages ' || p.want) FROM page AS p;
SELECT cmp_ok(pg_temp.blocks(p.arguments), '<=', :first * 3 / 2, 'a page ' || p.what || ' costs as much as the first')
  FROM page AS p;
SELECT cmp_ok(pg_temp.blocks($$20, 0, 'asc', NULL, NULL, NULL, NULL, true, NULL, NULL$$), '>', :first * 3,
    'but counting them all costs more');

SELECT * FROM finish();
ROLLBACK;
