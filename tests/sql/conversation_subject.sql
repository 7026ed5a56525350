-- The assigned operator names a conversation.
BEGIN;
SELECT plan(19);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, 'shop', 'ann', t.status, t.assigned)
  FROM (VALUES ('talk', 'active', 'olga'), ('waiting', 'pending', NULL), ('done', 'closed', 'olga'))
       AS t(name, status, assigned) \g /dev/null
CREATE TEMPORARY TABLE said (step text, r foyer_api.conversation_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.name(p_caller text, p_talk text, p_subject text DEFAULT 'Refused', p_slot text DEFAULT NULL,
    p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_subject, foyer_api.conversation_subject(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk), p_subject)
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.name(q.caller, q.talk), q.want, format('%s names %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('stranger', 'talk', 'key_unknown'), ('otto', 'talk', 'conversation_not_found'),
               ('ada', 'talk', 'conversation_not_found'), ('rita', 'talk', 'conversation_not_found'),
               ('olga', 'waiting', 'conversation_not_found'), ('olga', 'nothing', 'conversation_not_found'),
               ('olga in blog', 'talk', 'conversation_not_found')) AS q(caller, talk, want);
RESET ROLE;
SELECT is((SELECT max(seq) FROM foyer.conversation), 1::bigint, 'none of them took a number');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.name('olga', 'talk', 'Hello', 'slot', 'body'), 'ok', 'the assigned operator can');
SELECT is(pg_temp.name('olga', 'talk', 'Once more', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.name('olga', 'talk', 'Else', 'slot', 'other body'), 'idempotency_mismatch',
    'another body under its key is refused');
SELECT is(pg_temp.name('olga', 'talk', 'Good bye'), 'ok', 'a name can be changed');
SELECT is(pg_temp.name('olga', 'done', 'Done'), 'ok', 'a closed conversation can be named');
RESET ROLE;
SELECT results_eq($$ SELECT step, (r).subject, (r).verdict.replayed FROM said WHERE (r).verdict.outcome = 'ok' ORDER BY step $$,
    $$ VALUES ('Done', 'Done', NULL::boolean), ('Good bye', 'Good bye', NULL), ('Hello', 'Hello', NULL),
              ('Once more', 'Hello', true) $$, 'the answer has the subject; the same request is a replay');
SELECT results_eq($$ SELECT c.subject::text, c.seq, c.status_seq, c.updated_at > c.created_at FROM foyer.conversation AS c
                      WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES ('Good bye', 3::bigint, 3::bigint, true) $$, 'each name takes the next number');
SELECT is_empty('TABLE foyer.message', 'no message says so');
SELECT is((SELECT closed_at FROM foyer.conversation WHERE id = pg_temp.id('done')), '2025-01-15 10:00Z'::timestamptz,
    'the status is not touched');

UPDATE foyer.conversation SET updated_at = now() + interval '1 day' WHERE id = pg_temp.id('talk');
SELECT is(pg_temp.name('olga', 'talk', 'Ahead'), 'ok', 'a conversation may be ahead of the clock');
SELECT is((SELECT c.updated_at - now() FROM foyer.conversation AS c WHERE c.id = pg_temp.id('talk')),
    interval '1 day 1 ms', 'then it is updated a millisecond later all the same');

SELECT * FROM finish();
ROLLBACK;
