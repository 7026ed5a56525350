-- Sending a message: who may, where, and what becomes of the conversation.
BEGIN;
SELECT plan(31);
\ir lib/site.sql
SELECT pg_temp.talk('pending', 'shop', 'ann');
SELECT pg_temp.talk('active', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('closed', 'shop', 'ann', 'closed', 'olga');
SELECT pg_temp.talk('deleted', 'shop', 'ann');
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('deleted');
SELECT pg_temp.talk('ahead', 'shop', 'ann', 'pending', NULL, now() + interval '1 day');
CREATE TEMPORARY TABLE said (step text, r foyer_api.message_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.send(p_caller text, p_talk text, p_content text DEFAULT 'Hello',
    p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_content, foyer_api.message_send(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk), p_content)
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

-- ---- who may

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.send(q.caller, q.talk, q.caller || ' to ' || q.talk), q.want,
    format('%s to the conversation %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('ann', 'pending', 'ok'), ('ann', 'active', 'ok'), ('ann', 'closed', 'conversation_closed'),
               ('ann', 'deleted', 'conversation_not_found'), ('ann', 'nothing', 'conversation_not_found'),
               ('bob', 'pending', 'conversation_not_found'), ('bob', 'closed', 'conversation_not_found'),
               ('ann of blog', 'pending', 'conversation_not_found'),
               ('olga', 'active', 'ok'), ('olga', 'pending', 'not_assigned'), ('olga', 'closed', 'conversation_closed'),
               ('otto', 'active', 'conversation_not_found'), ('olga in blog', 'active', 'conversation_not_found'),
               ('ada', 'active', 'ok'), ('ada', 'pending', 'ok'), ('ada', 'closed', 'conversation_closed'),
               ('rita', 'pending', 'conversation_not_found'), ('stranger', 'pending', 'key_unknown'))
       AS q(caller, talk, want);
RESET ROLE;

-- ---- the answer

SELECT results_eq(
    $$ SELECT (r)."conversationId", (r)."senderId", (r)."senderRole", (r).type, (r).content,
              (r)."contentFormat", (r)."contentHtml", (r)."editedAt",
              (r)."editableUntil" - (r)."createdAt",
              left((r).id::text, 13) = left(foyer.uuid_v7((r)."createdAt")::text, 13)
         FROM said WHERE step = 'ann to active' $$,
    $$ SELECT pg_temp.id('active'), pg_temp.id('ann'), 'visitor', 'text', 'ann to active', 'plain',
              NULL::text, NULL::timestamptz, interval '15 minutes', true $$,
    'a message is shown whole; its id has the milliseconds of its creation');
SELECT results_eq(
    $$ SELECT (r)."senderId", (r)."senderRole" FROM said
        WHERE step IN ('olga to active', 'ada to active') ORDER BY step $$,
    $$ VALUES (pg_temp.id('ada'), 'admin'), (pg_temp.id('olga'), 'operator') $$,
    'operators write in their role');

-- ---- what becomes of the conversation

SELECT results_eq(
    $$ SELECT m.seq, m.content::text, m.created_at = (s.r)."createdAt"
         FROM foyer.message AS m JOIN said AS s ON m.id = (s.r).id
        WHERE m.conversation_id = pg_temp.id('active') ORDER BY m.id $$,
    $$ VALUES (2::bigint, 'ann to active', true), (3, 'olga to active', true), (4, 'ada to active', true) $$,
    'each message takes the next number; their order is that of their ids');
SELECT results_eq(
    $$ SELECT c.seq, c.status_seq, c.status::text, c.updated_at = (SELECT max(m.created_at) FROM foyer.message AS m
                                                 WHERE m.conversation_id = c.id)
         FROM foyer.conversation AS c WHERE c.id = pg_temp.id('active') $$,
    $$ VALUES (4::bigint, 1::bigint, 'active', true) $$,
    'the conversation has the newest number, and was updated with its newest message');
SELECT results_eq(
    $$ SELECT p.user_id, p.role FROM foyer.participant AS p
        WHERE p.conversation_id = pg_temp.id('active') ORDER BY p.joined_at $$,
    $$ VALUES (pg_temp.id('ann'), 'visitor'), (pg_temp.id('ada'), 'admin') $$,
    'an admin who writes takes part');
SELECT is((SELECT c.updated_at FROM foyer.conversation AS c WHERE c.id = pg_temp.id('closed')),
    '2025-01-15 10:00:00Z'::timestamptz, 'a refused message changes nothing');

-- ---- the clock

SELECT pg_temp.send('ann', 'ahead', 'one') \g /dev/null
SELECT pg_temp.send('ann', 'ahead', 'two') \g /dev/null
SELECT is((SELECT array_agg((r)."createdAt" - c.created_at ORDER BY step) FROM said, foyer.conversation AS c
            WHERE step IN ('one', 'two') AND c.id = pg_temp.id('ahead')), '{1 ms,2 ms}'::interval[],
    'whatever the clock does, each message is a millisecond later at least');
UPDATE foyer.application SET edit_window = '90 seconds';
SELECT pg_temp.send('ann', 'pending', 'short') \g /dev/null
SELECT is((r)."editableUntil" - (r)."createdAt", interval '90 seconds', 'the edit window is the application''s')
  FROM said WHERE step = 'short';

-- ---- the same request again

SET LOCAL ROLE foyer_web;
SELECT pg_temp.send('ann', 'pending', 'once', 'slot', 'body') \g /dev/null
SELECT pg_temp.send('ann', 'pending', 'twice', 'slot', 'body') \g /dev/null
SELECT is(pg_temp.send('ann', 'pending', 'else', 'slot', 'other body'), 'idempotency_mismatch',
    'another body under its key is refused');
RESET ROLE;
SELECT results_eq($$ SELECT (r).content, (r).verdict.replayed FROM said WHERE step = 'twice' $$,
    $$ VALUES ('once', true) $$, 'the same request is answered by the same message');
SELECT is((SELECT count(*) FROM foyer.message WHERE content IN ('once', 'twice', 'else')), 1::bigint,
    'which was sent once');
UPDATE foyer.conversation SET status = 'closed', closed_at = now() WHERE id = pg_temp.id('pending');
SELECT is(pg_temp.send('ann', 'pending', 'later', 'slot', 'body'), 'ok',
    'also when the conversation has been closed since');
SELECT is((r).verdict.replayed, true, 'as a replay') FROM said WHERE step = 'later';

SELECT * FROM finish();
ROLLBACK;
