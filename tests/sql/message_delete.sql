-- The author takes a message back, within the edit window; the row stays, marked.
BEGIN;
SELECT plan(20);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga', now() - interval '1 hour');
SELECT pg_temp.message(m.name, 'talk', m.sender, m.role, now() - m.age, m.seq)
  FROM (VALUES ('old', 'ann', 'visitor', interval '20 minutes', 2), ('note', NULL, 'system', '5 minutes', 3),
               ('answer', 'olga', 'operator', '4 minutes', 4), ('mine', 'ann', 'visitor', '2 minutes', 5),
               ('other', 'ann', 'visitor', '1 minute', 6)) AS m(name, sender, role, age, seq) \g /dev/null
CREATE TEMPORARY TABLE said (step text, r foyer_api.plain_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.remove(p_caller text, p_message text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_message, foyer_api.message_delete(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot),
               pg_temp.hash(p_body), pg_temp.id('talk'), pg_temp.message_id(p_message))
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.remove(q.caller, q.message), q.want, q.what)
  FROM (VALUES ('stranger', 'mine', 'key_unknown', 'a stranger deletes nothing'),
               ('bob', 'mine', 'conversation_not_found', 'another visitor finds no conversation'),
               ('ann', 'nothing', 'message_not_found', 'a message that there is not is not found'),
               ('ann', 'answer', 'not_author', 'an answer is its operator''s'),
               ('ada', 'mine', 'not_author', 'an admin is no author'),
               ('olga', 'note', 'not_author', 'a message of Foyer''s own is nobody''s'),
               ('ann', 'old', 'edit_window_expired', 'the author may be too late'))
       AS q(caller, message, want, what);
RESET ROLE;
SELECT is((SELECT seq FROM foyer.conversation WHERE id = pg_temp.id('talk')), 6::bigint,
    'none of them took a number');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.remove('ann', 'mine', 'slot', 'body'), 'ok', 'the author may');
SELECT is(pg_temp.remove('ann', 'mine', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.remove('ann', 'mine'), 'message_not_found', 'another request finds nothing any more');
SELECT is(pg_temp.remove('olga', 'answer'), 'ok', 'an operator may, too');
RESET ROLE;
SELECT is((SELECT array_agg((r).verdict.replayed) FROM said WHERE step = 'mine' AND (r).verdict.outcome = 'ok'),
    '{NULL,true}', 'it is a replay');
SELECT results_eq(
    $$ SELECT m.content::text, m.seq, m.deleted_at > now(), m.edited_at FROM foyer.message AS m
        WHERE m.deleted_at IS NOT NULL ORDER BY m.seq $$,
    $$ VALUES ('mine', 7::bigint, true, NULL::timestamptz), ('answer', 8, true, NULL) $$,
    'the rows stay with their texts, marked, each with the next number');
SELECT results_eq($$ SELECT c.seq, c.updated_at = m.deleted_at FROM foyer.conversation AS c, foyer.message AS m
                      WHERE c.id = pg_temp.id('talk') AND m.content = 'answer' $$,
    $$ VALUES (8::bigint, true) $$, 'and the conversation is updated');
UPDATE foyer.conversation SET status = 'closed', closed_at = now() WHERE id = pg_temp.id('talk');
SELECT is(pg_temp.remove('ann', 'other'), 'ok', 'a conversation that is closed does not matter');

-- ---- ids of visitors are their own choice, also that of an operator

SELECT pg_temp.talk('trap', 'shop', 'olga', 'active', 'olga', now());
SELECT pg_temp.message('promise', 'trap', 'olga', 'operator', now(), 2);
SELECT is((r).verdict.outcome, 'not_author', 'a visitor who calls itself by an operator''s id is not the author')
  FROM pg_temp.caller('olga of shop') AS c,
       foyer_api.message_delete(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('trap'),
           pg_temp.message_id('promise')) AS r;
SELECT is((r).verdict.edit_window, 900, 'who is too late is told the window''s seconds') FROM said WHERE step = 'old';
SELECT is_empty('TABLE foyer.message_revision', 'nothing was replaced');
SELECT is((SELECT count(*) FROM foyer.message), 6::bigint, 'and no row has gone');

SELECT * FROM finish();
ROLLBACK;
