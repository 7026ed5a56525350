-- Who sees which conversation.
BEGIN;
SELECT plan(24);
\ir lib/site.sql
SELECT pg_temp.talk('pending', 'shop', 'ann');
SELECT pg_temp.talk('active', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('closed', 'shop', 'ann', 'closed', 'olga');
SELECT pg_temp.talk('waiting', 'shop', 'ann', 'pending', 'otto');
SELECT pg_temp.talk('deleted', 'shop', 'ann', 'active', 'olga');
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('deleted');

CREATE FUNCTION pg_temp.seen(p_name text, p_role text, p_talk text, p_app text DEFAULT 'shop')
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (c).id IS NOT DISTINCT FROM pg_temp.id(p_talk)
      FROM foyer.conversation_find(pg_temp.entry(p_name, p_role, p_app), pg_temp.id(p_talk)) AS c
$$;

SELECT is(pg_temp.seen(q.name, q.role, t.talk), t.talk = ANY (q.sees), format('%s %s a %s one',
        q.what, CASE WHEN t.talk = ANY (q.sees) THEN 'sees' ELSE 'does not see' END, t.talk))
  FROM (VALUES
    ('ann', 'visitor', 'its visitor', '{pending,active,closed,waiting}'::text[]),
    ('bob', 'visitor', 'another visitor', '{}'),
    ('olga', 'operator', 'the assigned operator', '{pending,active,closed,waiting}'),
    ('ada', 'admin', 'an admin', '{pending,active,closed,waiting}'))
    AS q(name, role, what, sees), (VALUES ('pending'), ('active'), ('closed'), ('waiting'), ('deleted'))
    AS t(talk);
SELECT ok(NOT pg_temp.seen('otto', 'operator', 'active'),
    'another operator does not see an assigned one');
SELECT ok(NOT pg_temp.seen('ann', 'visitor', 'pending', 'blog'),
    'the visitor of the same id in another application sees nothing');
SELECT ok(NOT pg_temp.seen('ada', 'admin', 'pending', NULL), 'nor who is nowhere');
SELECT ok(NOT pg_temp.seen('ada', 'admin', 'nothing'), 'what is not there is seen by nobody');

SELECT * FROM finish();
ROLLBACK;
