-- A visitor's conversations, latest updated first.
BEGIN;
SELECT plan(26);
\ir lib/site.sql
SELECT pg_temp.talk('talk ' || k, 'shop', 'ann', 'pending', NULL,
           '2025-01-15 10:00Z'::timestamptz + k * interval '1 minute')
  FROM generate_series(1, 5) AS k \g /dev/null
UPDATE foyer.conversation SET updated_at = '2025-01-16 10:00Z' WHERE id = pg_temp.id('talk 2');
SELECT pg_temp.talk('deleted', 'shop', 'ann');
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('deleted');
SELECT pg_temp.talk('of bob', 'shop', 'bob');
SELECT pg_temp.talk('elsewhere', 'blog', 'ann');
CREATE FUNCTION pg_temp.list(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_status text[] DEFAULT NULL, p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL,
    p_counted boolean DEFAULT true)
RETURNS SETOF foyer_api.conversation_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.conversation_list(c.key, c.kind, c.app, NULL, c.visitor, p_status, p_limit,
               p_offset, p_order, p_since, p_until, p_before_at, p_before_id, p_counted) AS r
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
SELECT pg_temp.talk('tie ' || k, 'shop', 'tim') FROM generate_series(3, 12) AS k \g /dev/null
SELECT results_eq($$ SELECT r.id FROM pg_temp.list('tim', 5, 4) AS r WHERE r.id IS NOT NULL $$,
    $$ SELECT c.id FROM foyer.conversation AS c WHERE c.visitor_id = pg_temp.id('tim') ORDER BY c.id DESC LIMIT 5 OFFSET 4 $$,
    'which is that of their ids, the larger first');
SELECT results_eq($$ SELECT r.id FROM pg_temp.list('tim', 5, 4, p_order => 'asc') AS r WHERE r.id IS NOT NULL $$,
    $$ SELECT c.id FROM foyer.conversation AS c WHERE c.visitor_id = pg_temp.id('tim') ORDER BY c.id LIMIT 5 OFFSET 4 $$,
    'or the smaller, with the oldest');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

-- ---- what the other mounts ask for

CREATE FUNCTION pg_temp.page(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_status text[] DEFAULT NULL, p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL,
    p_counted boolean DEFAULT true)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(max(r.total), ': ', string_agg(substr(n.name, 6), ',' ORDER BY r.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list(p_caller, p_limit, p_offset, p_status, p_order, p_since, p_until, p_before_at,
                       p_before_id, p_counted) AS l) AS r
      LEFT JOIN unnest('{talk 1,talk 2,talk 3,talk 4,talk 5}'::text[]) AS n(name) ON r.id = pg_temp.id(n.name)
$$;
UPDATE foyer.conversation SET updated_at = '2025-01-15 10:02Z' WHERE id = pg_temp.id('talk 2');
UPDATE foyer.conversation SET updated_at = '2025-01-15 10:04Z' WHERE id = pg_temp.id('talk 3');
UPDATE foyer.conversation SET status = 'closed', closed_at = updated_at WHERE id IN (pg_temp.id('talk 1'), pg_temp.id('talk 4'));
SELECT CASE WHEN pg_temp.id('talk 3') > pg_temp.id('talk 4') THEN '3,4' ELSE '4,3' END AS both,
       greatest(pg_temp.id('talk 3'), pg_temp.id('talk 4')) AS larger,
       CASE WHEN pg_temp.id('talk 3') > pg_temp.id('talk 4') THEN '4' ELSE '3' END AS smaller \gset
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.page('ann'), '5: 5,' || :'both' || ',2,1', 'of one instant the larger id is the newer');
SELECT is(pg_temp.page('ann', p_order => 'asc'), '5: 1,2,' || reverse(:'both') || ',5', 'the oldest may come first');
SELECT is(pg_temp.page('ann', 2, 2, p_order => 'asc'), '5: ' || reverse(:'both'), 'by pages, too');
SELECT is(pg_temp.page('ann', p_status => '{closed}'), '2: 4,1', 'of one status');
SELECT is(pg_temp.page('ann', p_status => '{closed,pending}', p_limit => 1), '5: 5', 'or of several');
SELECT is(pg_temp.page('ann', p_counted => false), ': 5,' || :'both' || ',2,1', 'without a total, if nobody asks for it');
SELECT is(pg_temp.page('ann', p_since => '2025-01-15 10:04Z'), '3: 5,' || :'both', 'since an instant, which is in it');
SELECT is(pg_temp.page('ann', p_until => '2025-01-15 10:04Z'), '2: 2,1', 'until an instant, which is not');
SELECT is(pg_temp.page('ann', p_since => '2025-01-15 10:02Z', p_until => '2025-01-15 10:03Z'), '1: 2', 'or between two');
SELECT is(pg_temp.page('ann', p_before_at => '2025-01-15 10:04Z'), '2: 2,1', 'before an instant: older ones alone');
SELECT is(pg_temp.page('ann', p_before_at => '2025-01-15 10:04Z', p_before_id => :'larger'), '3: ' || :'smaller' || ',2,1',
    'or those of that instant with smaller ids');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
