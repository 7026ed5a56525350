-- Which messages a cursor of a conversation may name.
BEGIN;
SELECT plan(6);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann');
SELECT pg_temp.talk('other', 'shop', 'ann');
SELECT pg_temp.talk('foreign', 'blog', 'ann');
INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, created_at,
    deleted_at, sender_role, content)
SELECT pg_temp.id(m.app), pg_temp.id(m.talk), pg_temp.id(m.name), 2 + m.k, pg_temp.id('ann'), now(),
       CASE WHEN m.name = 'deleted' THEN now() END, 'visitor', 'hello'
  FROM (VALUES ('shop', 'talk', 'message', 0), ('shop', 'talk', 'deleted', 1),
               ('shop', 'other', 'of another', 2), ('blog', 'foreign', 'foreign', 3))
       AS m(app, talk, name, k);
CREATE FUNCTION pg_temp.known(p_name text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT foyer.message_known(c, pg_temp.id(p_name)) FROM foyer.conversation AS c
     WHERE c.id = pg_temp.id('talk')
$$;

SELECT is(pg_temp.known('message'), true, 'a message of the conversation is known');
SELECT is(pg_temp.known('deleted'), true, 'a deleted one too');
SELECT is(pg_temp.known('of another'), false, 'one of another conversation is not');
SELECT is(pg_temp.known('foreign'), false, 'nor one of another application');
SELECT is(pg_temp.known('nothing'), false, 'nor one that there is not');
SELECT is(pg_temp.known(NULL), true, 'no cursor is no fault');

SELECT * FROM finish();
ROLLBACK;
