-- Tags of conversations: attached all or none, detached one by one, gone with the tag.
BEGIN;
SELECT plan(47);
\ir lib/site.sql
INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT pg_temp.id(t.org), pg_temp.id(t.name), t.name, '2025-01-15 10:00Z'::timestamptz + t.k * interval '1 minute'
  FROM (VALUES ('acme', 'red', 1), ('acme', 'blue', 2), ('acme', 'green', 3), ('rival', 'theirs', 1)) AS t(org, name, k);
INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT pg_temp.id('acme'), pg_temp.id('t' || i), 't' || i, '2025-01-16 10:00Z' FROM generate_series(1, 21) AS i;
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('other', 'shop', 'ann');
SELECT pg_temp.talk('closed', 'shop', 'ann', 'closed', 'olga');
SELECT pg_temp.talk('deleted', 'shop', 'ann');
SELECT pg_temp.talk('of blog', 'blog', 'ann', 'active', 'olga');
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('deleted');

CREATE FUNCTION pg_temp.ids(p_names text)
RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(pg_temp.id(n)) FROM unnest(string_to_array(p_names, ',')) AS u(n)
$$;
CREATE FUNCTION pg_temp.attach(p_caller text, p_talk text, p_tags text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).replayed) FROM pg_temp.caller(p_caller) AS c,
           foyer_api.tag_attach(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot), pg_temp.hash(p_body),
               pg_temp.id(p_talk), pg_temp.ids(p_tags)) AS r
$$;
CREATE FUNCTION pg_temp.detach(p_caller text, p_talk text, p_tag text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).replayed) FROM pg_temp.caller(p_caller) AS c,
           foyer_api.tag_detach(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot), pg_temp.hash(p_body),
               pg_temp.id(p_talk), pg_temp.id(p_tag)) AS r
$$;
CREATE FUNCTION pg_temp.list(p_caller text, p_talk text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_order text DEFAULT 'asc', p_since timestamptz DEFAULT NULL, p_until timestamptz DEFAULT NULL,
    p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL, p_counted boolean DEFAULT true)
RETURNS SETOF foyer_api.tag_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.conversation_tags(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(p_talk), p_limit, p_offset,
               p_order, p_since, p_until, p_before_at, p_before_id, p_counted) AS r
$$;
CREATE FUNCTION pg_temp.names(p_caller text, p_talk text, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0,
    p_order text DEFAULT 'asc', p_since timestamptz DEFAULT NULL, p_until timestamptz DEFAULT NULL,
    p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL, p_counted boolean DEFAULT true)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(nullif(max((r.verdict).outcome), 'ok'), max(r.total), ': ', string_agg(r.name, ',' ORDER BY r.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list(p_caller, p_talk, p_limit, p_offset, p_order, p_since, p_until, p_before_at,
                       p_before_id, p_counted) AS l) AS r
$$;

-- ---- attaching

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.attach(w.caller, w.talk, w.tags), w.want, format('%s gives %s %s: %s', w.caller, w.talk, w.tags, w.want))
  FROM (VALUES ('olga', 'talk', 'red,blue', 'ok'), ('olga', 'talk', 'red', 'ok'), ('olga', 'talk', 'green,green', 'ok'),
               ('olga', 'other', 'red,nothing', 'tag_not_found'), ('olga', 'other', 'red,theirs', 'tag_not_found'),
               ('olga', 'nothing', 'red', 'conversation_not_found'), ('otto', 'talk', 'red', 'conversation_not_found'),
               ('olga', 'deleted', 'red', 'conversation_not_found'), ('rita', 'talk', 'theirs', 'conversation_not_found'),
               ('olga in blog', 'talk', 'red', 'conversation_not_found'), ('otto', 'other', 'blue', 'ok'),
               ('olga', 'closed', 'red', 'ok'), ('ada', 'of blog', 'red', 'ok'), ('stranger', 'talk', 'red', 'key_unknown'))
       AS w(caller, talk, tags, want);
RESET ROLE;
SELECT results_eq(
    $$ SELECT c.seq, c.updated_at FROM foyer.conversation AS c WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES (1::bigint, '2025-01-15 10:00Z'::timestamptz) $$, 'tags take no change number, and move no time');
SELECT results_eq('SELECT DISTINCT j.organization_id FROM foyer.conversation_tag AS j', $$ VALUES (pg_temp.id('acme')) $$,
    'a tag is joined as the organization''s');

-- ---- the list

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.names('olga', 'talk'), '3: red,blue,green', 'a conversation has what was attached, each once');
SELECT is(pg_temp.names('olga', 'other'), '1: blue', 'what was refused has attached none of it');
SELECT is(pg_temp.names('ada', 'talk', p_order => 'desc'), '3: green,blue,red', 'the newest may come first');
SELECT is(pg_temp.names('olga', 'talk', 2, 1), '3: blue,green', 'a page has so many');
SELECT is(pg_temp.names('olga', 'talk', p_counted => false), ': red,blue,green', 'the total is told who asks for it');
SELECT is(pg_temp.names('olga', 'talk', p_since => '2025-01-15 10:02Z', p_until => '2025-01-15 10:03Z'), '1: blue',
    'since and until an instant');
SELECT is(pg_temp.names('olga', 'talk', p_order => 'desc', p_before_at => '2025-01-15 10:02Z'), '1: red', 'before an instant');
SELECT is(pg_temp.names('olga', 'talk', p_before_at => '2025-01-15 10:02Z', p_before_id => 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    '2: red,blue', 'and of that instant the smaller ids');
SELECT is(pg_temp.names(w.caller, w.talk), w.want || ': ', format('%s and the tags of %s: %s', w.caller, w.talk, w.want))
  FROM (VALUES ('otto', 'talk', 'conversation_not_found'), ('olga', 'deleted', 'conversation_not_found'),
               ('rita', 'other', 'conversation_not_found'), ('stranger', 'talk', 'key_unknown')) AS w(caller, talk, want);

-- ---- detaching

SELECT is(pg_temp.detach(w.caller, w.talk, w.tag), w.want, format('%s takes %s from %s: %s', w.caller, w.tag, w.talk, w.want))
  FROM (VALUES ('olga', 'talk', 'red', 'ok'), ('olga', 'talk', 'red', 'tag_not_found'),
               ('olga', 'talk', 'nothing', 'tag_not_found'), ('otto', 'talk', 'blue', 'conversation_not_found'),
               ('rita', 'talk', 'theirs', 'conversation_not_found'), ('stranger', 'talk', 'blue', 'key_unknown'))
       AS w(caller, talk, tag, want);
SELECT is(pg_temp.names('olga', 'talk') || '; ' || pg_temp.names('olga', 'closed'), '2: blue,green; 1: red',
    'the others stay, and other conversations keep theirs');

-- ---- retries

SELECT is(concat_ws(', ', pg_temp.attach('olga', 'talk', 'red', 's', 'b'), pg_temp.detach('olga', 'talk', 'red'),
        pg_temp.attach('olga', 'talk', 'red', 's', 'b'), pg_temp.attach('olga', 'talk', 'red', 's', 'c')),
    'ok, ok, ok t, idempotency_mismatch', 'a retry of attaching is answered again');
SELECT is(pg_temp.names('olga', 'talk'), '2: blue,green', 'and attaches nothing');
SELECT is(concat_ws(', ', pg_temp.detach('olga', 'talk', 'blue', 't', 'b'), pg_temp.attach('olga', 'talk', 'blue'),
        pg_temp.detach('olga', 'talk', 'blue', 't', 'b')), 'ok, ok, ok t', 'so is one of detaching');
SELECT is(pg_temp.names('olga', 'talk'), '2: blue,green', 'which detaches nothing');

-- ---- the quota

SELECT is(pg_temp.attach('olga', 'other', (SELECT string_agg('t' || i, ',') FROM generate_series(1, 20) AS i)),
    'quota_reached', 'a conversation has up to 20 tags, those that it had counted');
SELECT is(pg_temp.attach('olga', 'other', (SELECT string_agg('t' || i, ',') FROM generate_series(1, 19) AS i)),
    'ok', 'and no less');
SELECT is(pg_temp.attach('olga', 'other', 't1,t2,blue'), 'ok', 'those that it has need no room');
SELECT is(pg_temp.attach('olga', 'other', 't1,t20'), 'quota_reached', 'a new one does');

-- ---- a tag that goes

SELECT is((r.verdict).outcome, 'ok', 'an admin deletes a tag')
  FROM pg_temp.caller('ada') AS c,
       foyer_api.tag_delete(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('blue')) AS r;
SELECT is(pg_temp.names('olga', 'talk') || '; ' || left(pg_temp.names('olga', 'other'), 3), '1: green; 19:',
    'no conversation has it any more');
RESET ROLE;
SELECT is_empty($$ SELECT FROM foyer.conversation_tag AS j WHERE j.tag_id = pg_temp.id('blue') $$, 'nothing is left of it');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
