-- The assigned operator closes a conversation.
BEGIN;
SELECT plan(21);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, 'shop', 'ann', t.status, t.assigned)
  FROM (VALUES ('talk', 'active', 'olga'), ('waiting', 'pending', NULL), ('done', 'closed', 'olga'))
       AS t(name, status, assigned) \g /dev/null
INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
VALUES (pg_temp.id('shop'), pg_temp.id('talk'), pg_temp.id('olga'), 'operator', '2025-01-15 10:01Z');
CREATE TEMPORARY TABLE said (step text, r foyer_api.conversation_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.resolve(p_caller text, p_talk text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_caller || ': ' || p_talk, foyer_api.conversation_resolve(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk))
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.resolve(q.caller, q.talk), q.want, format('%s resolves %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('stranger', 'talk', 'key_unknown'), ('otto', 'talk', 'conversation_not_found'),
               ('ada', 'talk', 'conversation_not_found'), ('rita', 'talk', 'conversation_not_found'),
               ('olga', 'waiting', 'conversation_not_found'), ('olga', 'nothing', 'conversation_not_found'),
               ('olga in blog', 'talk', 'conversation_not_found'), ('olga', 'done', 'conversation_resolved'),
               ('ada', 'done', 'conversation_not_found'))
       AS q(caller, talk, want);
RESET ROLE;
SELECT is((SELECT max(seq) FROM foyer.conversation), 1::bigint, 'none of them took a number');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.resolve('olga', 'talk', 'slot', 'body'), 'ok', 'the assigned operator can');
SELECT is(pg_temp.resolve('olga', 'talk', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.resolve('olga', 'talk'), 'conversation_resolved', 'another request is told that it was done');
RESET ROLE;
SELECT is((SELECT count((r).verdict.replayed) FROM said), 1::bigint, 'the same request is a replay');
SELECT results_eq(
    $$ SELECT (r).status, (r)."assignedTo", (r)."closedAt" = (r)."updatedAt", (r)."updatedAt" > (r)."createdAt",
              cardinality((r).participants)
         FROM said WHERE step = 'olga: talk' AND (r).verdict.outcome = 'ok' AND (r).verdict.replayed IS NULL $$,
    $$ SELECT 'closed', pg_temp.id('olga'), true, true, 2 $$,
    'it is closed and stays assigned, and all take part still');
SELECT results_eq(
    $$ SELECT c.seq, c.status_seq, m.seq, m.content::text, m.sender_role::text, m.created_at = c.updated_at
         FROM foyer.conversation AS c JOIN foyer.message AS m ON m.conversation_id = c.id
        WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES (3::bigint, 2::bigint, 3::bigint, 'olga resolved the conversation', 'system', true) $$,
    'two changes: the status, and a message that says so');
SELECT is((r.verdict).outcome, q.want, q.what)
  FROM (VALUES ('olga', 'ok', 'the operator sees it still'), ('otto', 'conversation_not_found', 'others never did'),
               ('ann', 'ok', 'and so does the visitor')) AS q(caller, want, what), LATERAL pg_temp.caller(q.caller) AS c,
       LATERAL foyer_api.conversation_get(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk')) AS r;

SELECT pg_temp.talk('ahead', 'shop', 'ann', 'active', 'olga', now() + interval '1 day');
SELECT is(pg_temp.resolve('olga', 'ahead'), 'ok', 'a conversation may be ahead of the clock');
SELECT results_eq($$ SELECT c.updated_at - now(), c.closed_at - now() FROM foyer.conversation AS c WHERE c.id = pg_temp.id('ahead') $$,
    $$ VALUES (interval '1 day 1 ms', interval '1 day 1 ms') $$, 'then it is closed a millisecond later all the same');

SELECT * FROM finish();
ROLLBACK;
