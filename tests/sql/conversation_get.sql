-- One conversation, with those who take part in it, for those who see it.
BEGIN;
SELECT plan(17);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga', '2025-01-15 10:00:00.123Z');
SELECT pg_temp.talk('waiting', 'blog', 'ann');
UPDATE foyer.conversation SET subject = 'Hello' WHERE id = pg_temp.id('talk');
INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at, left_at)
SELECT pg_temp.id('shop'), pg_temp.id('talk'), pg_temp.id(p.name), p.role, p.joined, p.left_at
  FROM (VALUES ('ada', 'admin', '2025-01-15 10:05Z'::timestamptz, NULL::timestamptz),
               ('olga', 'operator', '2025-01-15 10:01Z', NULL),
               ('otto', 'operator', '2025-01-15 10:02Z', '2025-01-15 10:03Z'))
       AS p(name, role, joined, left_at);
CREATE FUNCTION pg_temp.get(p_caller text, p_talk text)
RETURNS foyer_api.conversation_reply LANGUAGE sql VOLATILE AS $$
    SELECT foyer_api.conversation_get(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(p_talk))
      FROM pg_temp.caller(p_caller) AS c
$$;

SET LOCAL ROLE foyer_web;
SELECT is((r).verdict.outcome, q.want, format('%s asks for the conversation %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('ann', 'talk', 'ok'), ('bob', 'talk', 'conversation_not_found'),
               ('ann of blog', 'talk', 'conversation_not_found'), ('ann', 'no talk', 'conversation_not_found'),
               ('olga', 'talk', 'ok'), ('olga in shop', 'talk', 'ok'),
               ('olga in blog', 'talk', 'conversation_not_found'), ('olga in spy', 'talk', 'application_mismatch'),
               ('otto', 'talk', 'conversation_not_found'), ('otto', 'waiting', 'ok'),
               ('ada', 'talk', 'ok'), ('rita', 'talk', 'conversation_not_found'),
               ('stranger', 'talk', 'key_unknown')) AS q(caller, talk, want),
       LATERAL pg_temp.get(q.caller, q.talk) AS r;
SELECT results_eq(
    $$ SELECT r.id, r."applicationId", r.status, r.subject, r."assignedTo", r."createdAt", r."closedAt"
         FROM pg_temp.get('ann', 'talk') AS r $$,
    $$ SELECT pg_temp.id('talk'), pg_temp.id('shop'), 'active', 'Hello', pg_temp.id('olga'),
              '2025-01-15 10:00:00.123Z'::timestamptz, NULL::timestamptz $$, 'it is shown as it is');
SELECT results_eq(
    $$ SELECT p."userId", p.role, p."joinedAt" FROM pg_temp.get('ann', 'talk') AS r, unnest(r.participants) AS p $$,
    $$ VALUES (pg_temp.id('ann'), 'visitor', '2025-01-15 10:00:00.123Z'::timestamptz),
              (pg_temp.id('olga'), 'operator', '2025-01-15 10:01Z'),
              (pg_temp.id('ada'), 'admin', '2025-01-15 10:05Z') $$,
    'with those who take part now, in the order of their joining');
SELECT results_eq($$ SELECT r.id, r.status, r.participants FROM pg_temp.get('bob', 'talk') AS r $$,
    $$ VALUES (NULL::uuid, NULL::text, NULL::foyer_api.participant[]) $$,
    'who does not see it is told nothing of it');
RESET ROLE;
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
