-- The assigned operator gives a conversation back.
BEGIN;
SELECT plan(24);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, 'shop', 'ann', t.status, t.assigned)
  FROM (VALUES ('talk', 'active', 'olga'), ('waiting', 'pending', NULL), ('done', 'closed', 'olga'))
       AS t(name, status, assigned) \g /dev/null
INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
SELECT pg_temp.id('shop'), pg_temp.id('talk'), pg_temp.id(name), role, '2025-01-15 10:01Z'
  FROM (VALUES ('olga', 'operator'), ('ada', 'admin')) AS p(name, role);
CREATE TEMPORARY TABLE said (step text, r foyer_api.conversation_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.leave(p_caller text, p_talk text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_caller || ': ' || p_talk, foyer_api.conversation_leave(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk))
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.leave(q.caller, q.talk), q.want, format('%s leaves %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('stranger', 'talk', 'key_unknown'), ('otto', 'talk', 'conversation_not_found'),
               ('ada', 'talk', 'conversation_not_found'), ('rita', 'talk', 'conversation_not_found'),
               ('olga', 'waiting', 'conversation_not_found'), ('olga', 'nothing', 'conversation_not_found'),
               ('olga in blog', 'talk', 'conversation_not_found'), ('olga', 'done', 'conversation_resolved'),
               ('ada', 'done', 'conversation_not_found'))
       AS q(caller, talk, want);
RESET ROLE;
SELECT is((SELECT max(seq) FROM foyer.conversation), 1::bigint, 'none of them took a number');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.leave('olga', 'talk', 'slot', 'body'), 'ok', 'the assigned operator can');
SELECT is(pg_temp.leave('olga', 'talk', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.leave('olga', 'talk'), 'conversation_not_found', 'another request is not for who has left');
RESET ROLE;
SELECT is((SELECT count((r).verdict.replayed) FROM said), 1::bigint, 'the same request is a replay');
SELECT results_eq(
    $$ SELECT (r).status, (r)."assignedTo", (r)."closedAt", (r)."updatedAt" > (r)."createdAt",
              (SELECT string_agg(p.role, ',') FROM unnest((r).participants) AS p)
         FROM said WHERE step = 'olga: talk' AND (r).verdict.outcome = 'ok' AND (r).verdict.replayed IS NULL $$,
    $$ VALUES ('pending', NULL::uuid, NULL::timestamptz, true, 'visitor,admin') $$,
    'it is pending again, and who has left is not listed');
SELECT results_eq(
    $$ SELECT c.seq, c.status_seq, m.seq, m.content::text, m.sender_role::text, m.created_at = c.updated_at, p.left_at = c.updated_at
         FROM foyer.conversation AS c JOIN foyer.message AS m ON m.conversation_id = c.id
         JOIN foyer.participant AS p ON p.conversation_id = c.id AND p.user_id = pg_temp.id('olga')
        WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES (3::bigint, 2::bigint, 3::bigint, 'olga left the conversation', 'system', true, true) $$,
    'two changes: the status, and a message that says so');

-- ---- and somebody takes it again

SELECT is((r.verdict).outcome, 'ok', 'another operator can take it')
  FROM pg_temp.caller('otto') AS c,
       foyer_api.conversation_accept(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('talk')) AS r;
SELECT is(pg_temp.leave('otto', 'talk'), 'ok', 'and leave it');
SELECT is((r.verdict).outcome, 'ok', 'and the first come back')
  FROM pg_temp.caller('olga') AS c,
       foyer_api.conversation_accept(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('talk')) AS r;
SELECT set_eq($$ SELECT p.role, p.user_id FROM foyer.participant AS p
                  WHERE p.conversation_id = pg_temp.id('talk') AND p.left_at IS NULL $$,
    $$ VALUES ('visitor', pg_temp.id('ann')), ('admin', pg_temp.id('ada')), ('operator', pg_temp.id('olga')) $$,
    'who takes part is who did not leave');
SELECT is((SELECT seq FROM foyer.conversation WHERE id = pg_temp.id('talk')), 9::bigint, 'the numbers have no gaps');

-- ---- whoever and whenever it is

SELECT pg_temp.talk('namesake', 'shop', 'olga', 'active', 'olga', now() + interval '1 day');
INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
VALUES (pg_temp.id('shop'), pg_temp.id('namesake'), pg_temp.id('olga'), 'operator', now());
SELECT is(pg_temp.leave('olga', 'namesake'), 'ok', 'an operator can leave a visitor of the same id');
SELECT results_eq($$ SELECT p.role, p.left_at IS NULL FROM foyer.participant AS p
                      WHERE p.conversation_id = pg_temp.id('namesake') ORDER BY p.role $$,
    $$ VALUES ('operator', false), ('visitor', true) $$, 'who stays');
SELECT is((SELECT c.updated_at - now() FROM foyer.conversation AS c WHERE c.id = pg_temp.id('namesake')),
    interval '1 day 1 ms', 'whatever the clock does, it is updated a millisecond later at least');

SELECT * FROM finish();
ROLLBACK;
