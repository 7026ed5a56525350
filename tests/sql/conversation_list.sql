-- A visitor's conversations, latest updated first.
BEGIN;
SELECT plan(13);
\ir lib/site.sql
SELECT pg_temp.talk('talk ' || k, 'shop', 'ann', 'pending', NULL,
           '2025-01-15 10:00Z'::timestamptz + k * interval '1 minute')
  FROM generate_series(1, 5) AS k \g /dev/null
UPDATE foyer.conversation SET updated_at = '2025-01-16 10:00Z' WHERE id = pg_temp.id('talk 2');
SELECT pg_temp.talk('deleted', 'shop', 'ann');
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('deleted');
SELECT pg_temp.talk('of bob', 'shop', 'bob');
SELECT pg_temp.talk('elsewhere', 'blog', 'ann');
CREATE FUNCTION pg_temp.list(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0)
RETURNS SETOF foyer_api.conversation_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.conversation_list(c.key, c.kind, c.app, NULL, c.visitor, p_limit, p_offset) AS r
$$;
-- The names of the conversations in the order of the answer.
CREATE FUNCTION pg_temp.names(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(string_agg(n.name, ',' ORDER BY r.i), '')
      FROM (SELECT l.*, row_number() OVER () AS i FROM pg_temp.list(p_caller, p_limit, p_offset) AS l) AS r
      JOIN unnest('{talk 1,talk 2,talk 3,talk 4,talk 5,deleted,of bob,elsewhere,tie 1,tie 2}'::text[]) AS n(name)
        ON r.id = pg_temp.id(n.name)
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.names('ann'), 'talk 2,talk 5,talk 4,talk 3,talk 1', 'the latest updated comes first');
SELECT is(pg_temp.names('bob'), 'of bob', 'each visitor sees its own');
SELECT is(pg_temp.names('ann of blog'), 'elsewhere', 'in each application');
SELECT is(pg_temp.names('carl'), '', 'or none');
SELECT is(pg_temp.names('ann', 2), 'talk 2,talk 5', 'a page has so many');
SELECT is(pg_temp.names('ann', 2, 2), 'talk 4,talk 3', 'and the next the next');
SELECT is(pg_temp.names('ann', 2, 4), 'talk 1', 'the last the rest');
SELECT results_eq($$ SELECT r.total FROM pg_temp.list('ann', 2, 9) AS r $$, $$ VALUES (5::bigint) $$,
    'behind the end there is nothing, but the total is known');
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, r.total, r.id IS NULL FROM pg_temp.list('ann', 1) AS r $$,
    $$ VALUES ('ok', 5::bigint, true), (NULL, NULL, false) $$,
    'verdict and total are in the first row, and nowhere else');
SELECT results_eq(
    $$ SELECT r.id, r."applicationId", r.status, r.subject, r."assignedTo", r."createdAt", r."updatedAt", r."closedAt"
         FROM pg_temp.list('ann', 1) AS r OFFSET 1 $$,
    $$ SELECT pg_temp.id('talk 2'), pg_temp.id('shop'), 'pending', NULL::text, NULL::uuid,
              '2025-01-15 10:02Z'::timestamptz, '2025-01-16 10:00Z'::timestamptz, NULL::timestamptz $$,
    'a conversation is shown as it is');
SELECT results_eq($$ SELECT (r.verdict).outcome, r.total FROM pg_temp.list('stranger') AS r $$,
    $$ VALUES ('key_unknown', NULL::bigint) $$, 'who is refused is told nothing else');
RESET ROLE;

SELECT pg_temp.talk(name, 'shop', 'tim') FROM (VALUES ('tie 1'), ('tie 2')) AS t(name) \g /dev/null
SELECT is(pg_temp.names('tim', 1) || ',' || pg_temp.names('tim', 1, 1), pg_temp.names('tim'),
    'conversations of one instant have an order, so pages neither repeat nor skip');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
