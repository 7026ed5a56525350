-- The author replaces the text of a message, within the edit window.
BEGIN;
SELECT plan(34);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga', now() - interval '1 hour');
SELECT pg_temp.talk('other', 'shop', 'ann', 'active', 'olga', now() - interval '1 hour');
SELECT pg_temp.message(m.name, 'talk', m.sender, m.role, now() - m.age, m.seq)
  FROM (VALUES ('old', 'ann', 'visitor', interval '20 minutes', 2), ('almost', 'ann', 'visitor', '14 minutes 50 seconds', 3),
               ('note', NULL, 'system', '5 minutes', 4), ('answer', 'olga', 'operator', '4 minutes', 5),
               ('remark', 'ada', 'admin', '3 minutes', 6), ('mine', 'ann', 'visitor', '2 minutes', 7),
               ('gone', 'ann', 'visitor', '1 minute', 8)) AS m(name, sender, role, age, seq) \g /dev/null
UPDATE foyer.message SET deleted_at = now() WHERE content = 'gone';
CREATE TEMPORARY TABLE name AS SELECT content AS name, id FROM foyer.message;
CREATE TEMPORARY TABLE said (step text, r foyer_api.message_reply);
GRANT ALL ON said, name TO foyer_web;
CREATE FUNCTION pg_temp.edit(p_step text, p_caller text, p_message text, p_slot text DEFAULT NULL,
    p_body text DEFAULT NULL, p_talk text DEFAULT 'talk')
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_step, foyer_api.message_edit(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot),
               pg_temp.hash(p_body), pg_temp.id(p_talk),
               (SELECT n.id FROM pg_temp.name AS n WHERE n.name = p_message), p_step)
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;
CREATE FUNCTION pg_temp.outcome(p_caller text, p_message text, p_talk text DEFAULT 'talk')
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.edit('refused', p_caller, p_message, p_talk => p_talk)
$$;

-- ---- who may not: in the order of the checks

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.outcome(q.caller, q.message, q.talk), q.want, q.what)
  FROM (VALUES ('stranger', 'mine', 'talk', 'key_unknown', 'a stranger changes nothing'),
               ('bob', 'mine', 'talk', 'conversation_not_found', 'another visitor finds no conversation'),
               ('otto', 'answer', 'talk', 'conversation_not_found', 'nor does another operator'),
               ('ann', 'nothing', 'talk', 'message_not_found', 'a message that there is not is not found'),
               ('ann', 'mine', 'other', 'message_not_found', 'nor is one of another conversation'),
               ('ann', 'gone', 'talk', 'message_not_found', 'nor a deleted one'),
               ('olga', 'gone', 'talk', 'message_not_found', 'by nobody'),
               ('ann', 'answer', 'talk', 'not_author', 'an answer is its operator''s'),
               ('olga', 'mine', 'talk', 'not_author', 'a visitor''s message is the visitor''s'),
               ('ada', 'mine', 'talk', 'not_author', 'an admin is no author, either'),
               ('ada', 'note', 'talk', 'not_author', 'a message of Foyer''s own is nobody''s'),
               ('olga', 'old', 'talk', 'not_author', 'who is no author hears nothing of the window'),
               ('ann', 'old', 'talk', 'edit_window_expired', 'the author may be too late'))
       AS q(caller, message, talk, want, what);
SELECT is((r).verdict.edit_window, 900, 'the window''s seconds are told')
  FROM said WHERE (r).verdict.outcome = 'edit_window_expired';
RESET ROLE;
SELECT is((s.r).verdict.expired_at, m.created_at + interval '15 minutes', 'and when it ended')
  FROM said AS s, foyer.message AS m WHERE (s.r).verdict.outcome = 'edit_window_expired' AND m.content = 'old';
SELECT is((SELECT seq FROM foyer.conversation WHERE id = pg_temp.id('talk')), 8::bigint,
    'none of them took a number');
SELECT is_empty('TABLE foyer.message_revision', 'or wrote anything down');

-- ---- who may

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.edit('mine, better', 'ann', 'mine'), 'ok', 'a visitor may');
SELECT is(pg_temp.edit('a better answer', 'olga', 'answer'), 'ok', 'an operator may');
SELECT is(pg_temp.edit('just in time', 'ann', 'almost', 'slot', 'body'), 'ok', 'almost 15 minutes later, too');
RESET ROLE;
SELECT results_eq(
    $$ SELECT (s.r).id = n.id, (s.r).content, (s.r)."editedAt" = c.updated_at, (s.r)."editedAt" > (s.r)."createdAt",
              (s.r)."editableUntil" - (s.r)."createdAt"
         FROM said AS s, name AS n, foyer.conversation AS c
        WHERE s.step = 'just in time' AND n.name = 'almost' AND c.id = pg_temp.id('talk') $$,
    $$ VALUES (true, 'just in time', true, true, interval '15 minutes') $$,
    'the message has the new text and the time of the edit');
SELECT results_eq($$ SELECT m.content::text, m.seq FROM foyer.message AS m WHERE m.edited_at IS NOT NULL ORDER BY m.seq $$,
    $$ VALUES ('mine, better', 9::bigint), ('a better answer', 10), ('just in time', 11) $$,
    'each edit takes the next number');
SELECT results_eq(
    $$ SELECT r.content, r.seq, r.replaced_at = m.edited_at
         FROM foyer.message_revision AS r JOIN foyer.message AS m ON m.id = r.message_id ORDER BY r.seq $$,
    $$ VALUES ('mine', 9::bigint, true), ('answer', 10, true), ('almost', 11, true) $$,
    'the replaced texts are kept');

-- ---- the same request again

SELECT is(pg_temp.edit('too late by now', 'ann', 'almost', 'slot', 'body'), 'ok', 'the same request again');
SELECT results_eq($$ SELECT (r).content, (r).verdict.replayed FROM said WHERE step = 'too late by now' $$,
    $$ VALUES ('just in time', true) $$, 'is a replay');
SELECT is((SELECT count(*) FROM foyer.message_revision), 3::bigint, 'which edits nothing');

-- ---- the window is the setting of now

UPDATE foyer.application SET edit_window = '90 seconds' WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.outcome('ann', 'mine'), 'edit_window_expired', 'a shorter window holds for old messages');
UPDATE foyer.application SET edit_window = '1 hour' WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.edit('late', 'ann', 'old'), 'ok', 'and a longer one');
UPDATE foyer.application SET edit_window = '0' WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.outcome('ann', 'late'), 'message_not_found', 'an id that was never given is not found');
SELECT is(pg_temp.outcome('ann', 'old'), 'edit_window_expired', 'a window of nothing is always over');

-- ---- ids of visitors are their own choice, also that of an operator

UPDATE foyer.application SET edit_window = '15 minutes' WHERE id = pg_temp.id('shop');
SELECT pg_temp.talk('trap', 'shop', 'olga', 'active', 'olga', now());
SELECT pg_temp.message('promise', 'trap', 'olga', 'operator', now(), 2);
INSERT INTO name SELECT content, id FROM foyer.message WHERE content = 'promise';
SELECT is(pg_temp.outcome('olga of shop', 'promise', 'trap'), 'not_author',
    'a visitor who calls itself by an operator''s id is not the author');

-- ---- the clock is that of the write

SELECT pg_temp.message('just over', 'other', 'ann', 'visitor', clock_timestamp() - interval '15 minutes', 2);
INSERT INTO name SELECT content, id FROM foyer.message WHERE content = 'just over';
SELECT is(pg_temp.outcome('ann', 'just over', 'other'), 'edit_window_expired',
    'a window that has ended since the transaction began is over');
UPDATE foyer.conversation SET updated_at = now() + interval '1 day' WHERE id = pg_temp.id('talk');
SELECT is(pg_temp.edit('ahead', 'ann', 'mine'), 'ok', 'a conversation may be ahead of the clock');
SELECT results_eq($$ SELECT (s.r)."editedAt" - now(), c.updated_at - now() FROM said AS s, foyer.conversation AS c
                      WHERE s.step = 'ahead' AND c.id = pg_temp.id('talk') $$,
    $$ VALUES (interval '1 day 1 ms', interval '1 day 1 ms') $$,
    'then an edit is a millisecond later all the same');

SELECT * FROM finish();
ROLLBACK;
