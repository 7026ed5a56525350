-- The conversations that an operator sees, with what it has not read.
BEGIN;
SELECT plan(39);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, t.app, 'ann', t.status, t.assigned, '2025-01-15 10:00Z'::timestamptz + t.k * interval '1 minute')
  FROM (VALUES (1, 'new', 'shop', 'pending', NULL), (2, 'mine', 'shop', 'active', 'olga'),
               (3, 'done', 'blog', 'closed', 'olga'), (4, 'his', 'blog', 'active', 'otto'),
               (5, 'new too', 'blog', 'pending', NULL), (6, 'gone', 'shop', 'pending', NULL),
               (7, 'theirs', 'spy', 'pending', NULL)) AS t(k, name, app, status, assigned) \g /dev/null
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('gone');
SELECT pg_temp.message('one', 'mine', 'ann', 'visitor', '2025-01-15 10:10Z', 2);
SELECT pg_temp.message('two', 'mine', 'olga', 'operator', '2025-01-15 10:11Z', 3);
SELECT pg_temp.message('three', 'mine', 'ann', 'visitor', '2025-01-15 10:12Z', 4);
CREATE FUNCTION pg_temp.list(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_status text[] DEFAULT NULL, p_filter text DEFAULT NULL, p_assigned text DEFAULT NULL,
    p_tags text[] DEFAULT NULL, p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL,
    p_counted boolean DEFAULT true)
RETURNS SETOF foyer_api.operator_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.operator_list(c.key, c.kind, c.app, NULL, c.visitor, p_status,
               pg_temp.id(p_filter), p_assigned,
               CASE WHEN p_tags IS NOT NULL THEN ARRAY(SELECT pg_temp.id(n) FROM unnest(p_tags) AS u(n)) END,
               p_limit, p_offset, p_order, p_since, p_until, p_before_at, p_before_id, p_counted) AS r
$$;
-- The total, and the names of the conversations in the order of the answer.
CREATE FUNCTION pg_temp.names(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_status text[] DEFAULT NULL, p_filter text DEFAULT NULL, p_assigned text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(max(r.total), ': ', string_agg(n.name, ',' ORDER BY r.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list(p_caller, p_limit, p_offset, p_status, p_filter, p_assigned) AS l) AS r
      LEFT JOIN unnest('{new,mine,done,his,new too,gone,theirs}'::text[]) AS n(name)
        ON r.id = pg_temp.id(n.name)
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.names('olga'), '4: mine,new too,done,new',
    'an operator sees the pending ones and its own, latest updated first');
SELECT is(pg_temp.names('otto'), '3: new too,his,new', 'each its own');
SELECT is(pg_temp.names('ada'), '5: mine,new too,his,done,new', 'an admin all of the organization');
SELECT is(pg_temp.names('rex'), '1: theirs', 'nobody those of another');
SELECT is(pg_temp.names('olga in blog'), '2: new too,done', 'X-App-Id narrows it');
SELECT is(pg_temp.names('olga', p_filter => 'blog'), '2: new too,done', 'and so does applicationId');
SELECT is(pg_temp.names('olga in shop', p_filter => 'blog'), '0: ', 'both together to nothing');
SELECT is(pg_temp.names('olga', p_filter => 'spy'), '0: ', 'another organization''s has nothing');
SELECT is(pg_temp.names('olga', p_status => '{pending}'), '2: new too,new', 'one status');
SELECT is(pg_temp.names('olga', p_status => '{closed,active}'), '2: mine,done', 'two');
SELECT is(pg_temp.names('ada', p_status => '{active}'), '2: mine,his', 'an admin''s');
SELECT is(pg_temp.names('olga', p_assigned => 'me'), '2: mine,done', 'those assigned to the caller');
SELECT is(pg_temp.names('ada', p_assigned => 'me'), '0: ', 'to an admin none is');
SELECT is(pg_temp.names('olga', p_status => '{active}', p_assigned => 'me', p_filter => 'shop'),
    '1: mine', 'all three together');
SELECT is(pg_temp.names('olga', 2), '4: mine,new too', 'a page has so many');
SELECT is(pg_temp.names('olga', 2, 2), '4: done,new', 'and the next the next');
SELECT is(pg_temp.names('olga', 2, 9), '4: ', 'behind the end there is nothing, but the total is known');
SELECT is((SELECT "unreadCount" FROM pg_temp.list('olga') WHERE id = pg_temp.id('mine')), 2::bigint,
    'what the visitor wrote is unread');
SELECT is((SELECT "unreadCount" FROM pg_temp.list('olga') WHERE id = pg_temp.id('new')), 0::bigint,
    'where nothing was written, nothing is');
RESET ROLE;
INSERT INTO foyer.read_marker (application_id, conversation_id, user_id, role, message_id, seq)
SELECT pg_temp.id('shop'), pg_temp.id('mine'), pg_temp.id('olga'), 'operator', pg_temp.message_id('one'), 5;
SET LOCAL ROLE foyer_web;
SELECT is((SELECT "unreadCount" FROM pg_temp.list('olga') WHERE id = pg_temp.id('mine')), 1::bigint,
    'what was read is not unread');
SELECT is((SELECT "unreadCount" FROM pg_temp.list('ada') WHERE id = pg_temp.id('mine')), 2::bigint,
    'another''s marker does not count');
SELECT results_eq($$ SELECT (r.verdict).outcome, r.total FROM pg_temp.list('stranger') AS r $$,
    $$ VALUES ('key_unknown', NULL::bigint) $$, 'who is refused is told nothing else');
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, r.total, r.id IS NULL FROM pg_temp.list('rex') AS r $$,
    $$ VALUES ('ok', 1::bigint, true), (NULL, NULL, false) $$,
    'verdict and total are in the first row, and nowhere else');
RESET ROLE;
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

-- ---- what the other mounts ask for

INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT pg_temp.id('acme'), pg_temp.id(n), n, now() FROM unnest('{red,blue,unused}'::text[]) AS u(n);
INSERT INTO foyer.conversation_tag (application_id, conversation_id, tag_id, organization_id)
SELECT c.application_id, c.id, pg_temp.id(t.tag), pg_temp.id('acme')
  FROM (VALUES ('new', 'red'), ('mine', 'red'), ('mine', 'blue'), ('his', 'blue'), ('gone', 'red')) AS t(talk, tag)
  JOIN foyer.conversation AS c ON c.id = pg_temp.id(t.talk);
CREATE FUNCTION pg_temp.page(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_tags text[] DEFAULT NULL, p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL,
    p_counted boolean DEFAULT true, p_status text[] DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(max(r.total), ': ', string_agg(n.name, ',' ORDER BY r.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list(p_caller, p_limit, p_offset, p_status, NULL, NULL, p_tags, p_order, p_since, p_until,
                       p_before_at, p_before_id, p_counted) AS l) AS r
      LEFT JOIN unnest('{new,mine,done,his,new too,gone,theirs}'::text[]) AS n(name)
        ON r.id = pg_temp.id(n.name)
$$;
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.page('ada', p_tags => '{red}'), '2: mine,new', 'those with a tag');
SELECT is(pg_temp.page('ada', p_tags => '{red,blue}'), '3: mine,his,new', 'or with any of several, each once');
SELECT is(pg_temp.page('olga', p_tags => '{blue}'), '1: mine', 'of those that the caller sees');
SELECT is(pg_temp.page('ada', p_tags => '{unused}'), '0: ', 'a tag that nothing has finds nothing');
SELECT is(pg_temp.page('rita', p_tags => '{red}'), '0: ', 'nor does another organization''s');
SELECT is(pg_temp.page('ada', p_tags => '{red}', p_status => '{pending}'), '1: new', 'with a status, too');
SELECT is(pg_temp.page('ada', p_order => 'asc'), '5: new,done,his,new too,mine', 'the oldest may come first');
SELECT is(pg_temp.page('ada', 2, 1, p_order => 'asc'), '5: done,his', 'by pages, too');
SELECT is(pg_temp.page('ada', p_counted => false), ': mine,new too,his,done,new', 'without a total, if nobody asks for it');
SELECT is(pg_temp.page('ada', p_since => '2025-01-15 10:04Z'), '3: mine,new too,his', 'since an instant, which is in it');
SELECT is(pg_temp.page('ada', p_until => '2025-01-15 10:04Z'), '2: done,new', 'until an instant, which is not');
SELECT is(pg_temp.page('ada', p_before_at => '2025-01-15 10:04Z'), '2: done,new', 'before an instant: older ones alone');
SELECT is(pg_temp.page('ada', p_before_at => '2025-01-15 10:04Z', p_before_id => 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    '3: his,done,new', 'or those of that instant with smaller ids');
RESET ROLE;
SELECT pg_temp.talk('tie ' || k, 'spy', 'ann') FROM generate_series(1, 12) AS k \g /dev/null
SELECT results_eq($$ SELECT r.id FROM pg_temp.list('rita', 5, 4) AS r WHERE r.id IS NOT NULL $$,
    $$ SELECT c.id FROM foyer.conversation AS c WHERE c.application_id = pg_temp.id('spy')
        ORDER BY c.updated_at DESC, c.id DESC LIMIT 5 OFFSET 4 $$, 'those of one instant have the order of their ids');
SELECT results_eq($$ SELECT r.id FROM pg_temp.list('rita', 5, 4, p_order => 'asc') AS r WHERE r.id IS NOT NULL $$,
    $$ SELECT c.id FROM foyer.conversation AS c WHERE c.application_id = pg_temp.id('spy')
        ORDER BY c.updated_at, c.id LIMIT 5 OFFSET 4 $$, 'in both directions');

SELECT * FROM finish();
ROLLBACK;
