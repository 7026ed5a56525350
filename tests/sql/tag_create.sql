-- The organization's tags: made by operators, named once, shown in order, deleted by admins.
BEGIN;
SELECT plan(40);
\ir lib/site.sql

CREATE FUNCTION pg_temp.make(p_caller text, p_name text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS foyer_api.tag_reply LANGUAGE sql VOLATILE AS $$
    SELECT r FROM pg_temp.caller(p_caller) AS c,
           foyer_api.tag_create(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot), pg_temp.hash(p_body), p_name) AS r
$$;
CREATE FUNCTION pg_temp.outcome(p_caller text, p_name text)
RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT ((pg_temp.make(p_caller, p_name)).verdict).outcome $$;
CREATE FUNCTION pg_temp.tag(p_name text, p_org text DEFAULT 'acme')
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT coalesce((SELECT t.id FROM foyer.tag AS t WHERE t.organization_id = pg_temp.id(p_org) AND t.name = p_name),
                    pg_temp.id('no tag'))
$$;
CREATE FUNCTION pg_temp.remove(p_caller text, p_tag uuid, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).replayed) FROM pg_temp.caller(p_caller) AS c,
           foyer_api.tag_delete(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot), pg_temp.hash(p_body), p_tag) AS r
$$;
CREATE FUNCTION pg_temp.list(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL, p_until timestamptz DEFAULT NULL,
    p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL, p_counted boolean DEFAULT true)
RETURNS SETOF foyer_api.tag_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.tag_list(c.key, c.kind, c.app, NULL, c.visitor, p_limit, p_offset, p_order, p_since, p_until,
               p_before_at, p_before_id, p_counted) AS r
$$;
-- The total, and the names in the order of the answer.
CREATE FUNCTION pg_temp.names(p_caller text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_order text DEFAULT 'desc', p_since timestamptz DEFAULT NULL, p_until timestamptz DEFAULT NULL,
    p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL, p_counted boolean DEFAULT true)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(max(r.total), ': ', string_agg(r.name, ',' ORDER BY r.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list(p_caller, p_limit, p_offset, p_order, p_since, p_until, p_before_at, p_before_id,
                       p_counted) AS l) AS r
$$;

-- ---- making

SET LOCAL ROLE foyer_web;
SELECT pg_temp.make('olga', 'Angry') AS made \gset
SELECT is(((:'made'::foyer_api.tag_reply).verdict).outcome, 'ok', 'an operator makes a tag');
SELECT is((:'made'::foyer_api.tag_reply).name, 'Angry', 'with its name');
RESET ROLE;
SELECT results_eq('SELECT organization_id, id, name, created_at FROM foyer.tag',
    format($$ SELECT pg_temp.id('acme'), t.id, t.name, t."createdAt"
                FROM (SELECT (%L::foyer_api.tag_reply).*) AS t $$, :'made'), 'which is as it was shown');
SELECT is(left(t.id::text, 13), left(foyer.uuid_v7(t.created_at)::text, 13), 'its id has its instant') FROM foyer.tag AS t;
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.outcome(w.caller, w.name), w.want, format('%s makes %s: %s', w.caller, w.name, w.want))
  FROM (VALUES ('otto', 'Angry', 'tag_taken'), ('ada', 'ANGRY', 'tag_taken'), ('ada', 'Angry ', 'ok'),
               ('rita', 'angry', 'ok'), ('ada in shop', 'angry', 'tag_taken'), ('ada', 'Äpfel', 'ok'),
               ('ada', 'äPFEL', 'tag_taken'), ('stranger', 'x', 'key_unknown')) AS w(caller, name, want);
SELECT is((pg_temp.make('otto', 'Angry')).id, NULL, 'whose name is taken is told nothing else');

-- ---- retries

SELECT pg_temp.make('olga', 'Twice', 'slot', 'body') AS first \gset
SELECT is((t).id, (:'first'::foyer_api.tag_reply).id, 'a retry gets the first answer again')
  FROM (SELECT pg_temp.make('olga', 'Twice', 'slot', 'body') AS t) AS q;
SELECT is(((t).verdict).outcome, 'idempotency_mismatch', 'another request with its key does not')
  FROM (SELECT pg_temp.make('olga', 'Twice', 'slot', 'other') AS t) AS q;
SELECT is(((t).verdict).outcome, 'tag_taken', 'what failed')
  FROM (SELECT pg_temp.make('olga', 'Twice', 'failed', 'body') AS t) AS q;
RESET ROLE;
DELETE FROM foyer.tag WHERE name = 'Twice';
SET LOCAL ROLE foyer_web;
SELECT is(((t).verdict).outcome, 'ok', 'may be tried again')
  FROM (SELECT pg_temp.make('olga', 'Twice', 'failed', 'body') AS t) AS q;

-- ---- the list

RESET ROLE;
DELETE FROM foyer.tag;
INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT pg_temp.id(t.org), t.id::uuid, t.name, '2025-01-15 10:00Z'::timestamptz + t.minute * interval '1 minute'
  FROM (VALUES ('acme', '00000000-0000-7000-8000-00000000000a', 'a', 0), ('acme', '00000000-0000-7000-8000-00000000000b', 'b', 1),
               ('acme', '00000000-0000-7000-8000-00000000000c', 'c', 1), ('acme', '00000000-0000-7000-8000-00000000000d', 'd', 2),
               ('rival', '00000000-0000-7000-8000-00000000000e', 'e', 1)) AS t(org, id, name, minute);
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.names('olga'), '4: d,c,b,a', 'the newest comes first');
SELECT is(pg_temp.names('olga', p_order => 'asc'), '4: a,b,c,d', 'or the oldest');
SELECT is(pg_temp.names('rita'), '1: e', 'each organization has its own');
SELECT is(pg_temp.names('olga in blog', 3), '4: d,c,b', 'a page has so many; tags are of no application');
SELECT is(pg_temp.names('olga', 3, 3), '4: a', 'and the next the rest');
SELECT is(pg_temp.names('olga', 3, 9), '4: ', 'behind the end there is nothing, but the total is known');
SELECT is(pg_temp.names('olga', p_counted => false), ': d,c,b,a', 'unless nobody asks for it');
SELECT is(pg_temp.names('olga', p_since => '2025-01-15 10:01Z'), '3: d,c,b', 'since an instant, which is in it');
SELECT is(pg_temp.names('olga', p_until => '2025-01-15 10:01Z'), '1: a', 'until an instant, which is not');
SELECT is(pg_temp.names('olga', p_before_at => '2025-01-15 10:01Z'), '1: a', 'before one: older ones alone');
SELECT is(pg_temp.names('olga', p_before_at => '2025-01-15 10:01Z', p_before_id => '00000000-0000-7000-8000-00000000000c'),
    '2: b,a', 'or those of the instant with smaller ids');
SELECT results_eq($$ SELECT (r.verdict).outcome, r.total FROM pg_temp.list('stranger') AS r $$,
    $$ VALUES ('key_unknown', NULL::bigint) $$, 'who is refused is told nothing else');
SELECT results_eq($$ SELECT (r.verdict).outcome, r.total, r.id, r.name, r."createdAt" FROM pg_temp.list('rita') AS r $$,
    $$ VALUES ('ok', 1::bigint, NULL::uuid, NULL::text, NULL::timestamptz),
              (NULL, NULL, '00000000-0000-7000-8000-00000000000e', 'e', '2025-01-15 10:01Z') $$,
    'verdict and total are in the first row, a tag in each other');

-- ---- deleting

SELECT is(pg_temp.remove(w.caller, pg_temp.tag(w.tag)), w.want, format('%s deletes %s: %s', w.caller, w.tag, w.want))
  FROM (VALUES ('olga', 'a', 'role_too_low'), ('rita', 'a', 'tag_not_found'), ('olga', 'none', 'tag_not_found'),
               ('stranger', 'a', 'key_unknown'), ('ada', 'a', 'ok'), ('ada', 'a', 'tag_not_found')) AS w(caller, tag, want);
SELECT pg_temp.tag('b') AS b \gset
SELECT is(pg_temp.remove('ada', :'b', 'delete', 'body') || ', ' || pg_temp.remove('ada', :'b', 'delete', 'body'),
    'ok, ok t', 'a retry is answered again');
SELECT is(pg_temp.names('olga'), '2: d,c', 'what is deleted is gone');

-- ---- the quota

RESET ROLE;
INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT pg_temp.id('acme'), gen_random_uuid(), 'tag ' || i, now() FROM generate_series(3, 999) AS i;
SET LOCAL ROLE foyer_web;
SELECT is(concat_ws(', ', pg_temp.outcome('olga', 'last'), pg_temp.outcome('olga', 'more'), pg_temp.outcome('olga', 'LAST'),
        pg_temp.outcome('rita', 'more')), 'ok, quota_reached, tag_taken, ok', 'an organization has up to 1000 tags');
SELECT is(pg_temp.remove('ada', pg_temp.tag('last')) || ', ' || pg_temp.outcome('olga', 'more'), 'ok, ok',
    'one less makes room');

SELECT * FROM finish();
ROLLBACK;
