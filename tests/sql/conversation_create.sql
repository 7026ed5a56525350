-- A visitor opens a conversation.
BEGIN;
SELECT plan(16);
\ir lib/site.sql
CREATE TEMPORARY TABLE said (step text, r foyer_api.conversation_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.open(p_step text, p_caller text, p_subject text DEFAULT NULL,
    p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_step, foyer_api.conversation_create(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), p_subject)
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;
UPDATE foyer.application SET visitor_max = '{0,0,9}';

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.open('first', 'ann', 'Hello', 'slot', 'body'), 'ok',
    'a visitor can open a conversation');
SELECT is(pg_temp.open('bare', 'bob'), 'ok', 'without a subject');
SELECT is(pg_temp.open('again', 'ann', 'Changed', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.open('other', 'ann', 'Hello', 'slot', 'other body'), 'idempotency_mismatch',
    'another body under its key is refused');
SELECT is(pg_temp.open('bob', 'bob', 'Hello', 'slot', 'body'), 'ok',
    'another visitor''s request is one of its own');
SELECT is(pg_temp.open('stranger', 'stranger'), 'key_unknown', 'a stranger is refused');
RESET ROLE;
UPDATE foyer.application SET visitor_max = '{0,0,2}';
SELECT is(pg_temp.open('often', 'bob'), 'rate_limited', 'and who asks too often');

-- ---- the answer

SELECT results_eq(
    $$ SELECT (r).subject, (r)."applicationId", (r).status, (r)."assignedTo", (r)."closedAt",
              (r)."createdAt" = (r)."updatedAt",
              (r).participants = ARRAY[ROW(pg_temp.id('ann'), 'visitor',
                  (r)."createdAt")::foyer_api.participant]
         FROM said WHERE step = 'first' $$,
    $$ SELECT 'Hello', pg_temp.id('shop'), 'pending', NULL::uuid, NULL::timestamptz, true, true $$,
    'it is pending, and its visitor takes part');
SELECT is((r).subject, NULL, 'no subject is null') FROM said WHERE step = 'bare';
SELECT ok((r)."createdAt" = date_trunc('milliseconds', (r)."createdAt") AND (r)."createdAt" > now(),
    'it is created now, in whole milliseconds') FROM said WHERE step = 'first';
SELECT is(left((r).id::text, 13), left(foyer.uuid_v7((r)."createdAt")::text, 13),
    'its id has the same milliseconds') FROM said WHERE step = 'first';
SELECT results_eq(
    $$ SELECT (again.r).verdict.replayed, (again.r).id = (one.r).id, (again.r).subject
         FROM said AS again, said AS one WHERE again.step = 'again' AND one.step = 'first' $$,
    $$ VALUES (true, true, 'Hello') $$, 'the same request is answered by the same conversation');
SELECT is(count((r).verdict.replayed), 1::bigint, 'nothing else is a replay') FROM said;

-- ---- what is stored

SELECT results_eq(
    $$ SELECT c.visitor_id, c.subject::text, c.seq, c.status_seq, c.created_at = (s.r)."createdAt"
         FROM foyer.conversation AS c JOIN said AS s ON c.id = (s.r).id AND s.step = 'first' $$,
    $$ SELECT pg_temp.id('ann'), 'Hello', 1::bigint, 1::bigint, true $$,
    'its creation is change number 1');
SELECT results_eq(
    $$ SELECT c.subject::text, p.user_id, p.role, p.joined_at = c.created_at, p.left_at
         FROM foyer.conversation AS c LEFT JOIN foyer.participant AS p
           ON p.application_id = c.application_id AND p.conversation_id = c.id
        ORDER BY c.id $$,
    $$ VALUES ('Hello', pg_temp.id('ann'), 'visitor', true, NULL::timestamptz),
              (NULL, pg_temp.id('bob'), 'visitor', true, NULL),
              ('Hello', pg_temp.id('bob'), 'visitor', true, NULL) $$,
    'there are as many as were opened, each with its visitor, and no more');
SELECT set_eq($$ SELECT id FROM foyer.visitor $$,
    $$ VALUES (pg_temp.id('ann')), (pg_temp.id('bob')) $$, 'and so are the visitors');

SELECT * FROM finish();
ROLLBACK;
