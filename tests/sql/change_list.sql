-- What changed in a conversation after a cursor: the newest state of each thing, once.
BEGIN;
SELECT plan(37);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.message(m.name, 'talk', m.sender, m.role, '2025-01-15 10:00Z'::timestamptz + m.k * interval '1 minute', m.seq)
  FROM (VALUES (1, 'one', 'ann', 'visitor', 7), (2, 'joined', NULL, 'system', 3), (3, 'two', 'olga', 'operator', 4),
               (4, 'three', 'ann', 'visitor', 8), (5, 'four', 'ann', 'visitor', 9))
       AS m(k, name, sender, role, seq) \g /dev/null
-- One was edited, three deleted; the status changed with number 2; olga read with 6.
UPDATE foyer.message SET edited_at = '2025-01-15 10:10Z' WHERE content = 'one';
UPDATE foyer.message SET deleted_at = '2025-01-15 10:11Z' WHERE content = 'three';
UPDATE foyer.conversation SET status_seq = 2, subject = 'Hello' WHERE id = pg_temp.id('talk');
INSERT INTO foyer.read_marker (application_id, conversation_id, user_id, role, message_id, seq)
SELECT pg_temp.id('shop'), pg_temp.id('talk'), pg_temp.id('olga'), 'operator', pg_temp.message_id('one'), 6;

CREATE FUNCTION pg_temp.changes(p_caller text, p_after bigint, p_limit integer DEFAULT 100, p_tags text[] DEFAULT NULL)
RETURNS SETOF foyer_api.change_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.change_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk'), p_after, p_limit, p_tags) AS r
$$;
-- The outcome, or cursor, hasMore, and the changes by number and type in the order of the answer.
CREATE FUNCTION pg_temp.said(p_caller text, p_after bigint, p_limit integer DEFAULT 100, p_tags text[] DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN max((q.verdict).outcome) <> 'ok' THEN max((q.verdict).outcome)
                WHEN bool_or((q.verdict).unmodified) THEN 'unmodified ' || max((q.verdict).etag)
                ELSE concat(max(q.cursor), CASE WHEN bool_or(q."hasMore") THEN ' more' END, ':',
                            string_agg(concat(' ', q.seq, ' ', q.type), ',' ORDER BY q.i) FILTER (WHERE q.i > 1)) END
      FROM (SELECT l.*, row_number() OVER () AS i FROM pg_temp.changes(p_caller, p_after, p_limit, p_tags) AS l) AS q
$$;

-- ---- cursors

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.said('ann', c.after, c.size), c.want, format('after %s at most %s', c.after, c.size))
  FROM (VALUES (0, 100, '9: 2 conversation, 3 message, 4 message, 6 read, 7 message, 8 message.deleted, 9 message'),
               (0, 3, '4 more: 2 conversation, 3 message, 4 message'),
               (4, 3, '8 more: 6 read, 7 message, 8 message.deleted'),
               (8, 3, '9: 9 message'), (5, 100, '9: 6 read, 7 message, 8 message.deleted, 9 message'),
               (6, 3, '9: 7 message, 8 message.deleted, 9 message'), (9, 3, '9:'), (12, 3, '12:'),
               (0, 1, '2 more: 2 conversation')) AS c(after, size, want);

RESET ROLE;
-- What is written between the two is not of this answer: its number is above the one that is told.
SELECT is((SELECT string_agg(f.seq::text, ',' ORDER BY f.seq)
             FROM foyer.conversation AS c,
                  LATERAL foyer.change_feed(pg_temp.entry('ann', 'visitor', 'shop'),
                      jsonb_populate_record(c, jsonb_build_object('seq', w.seq)), 0, 100) AS f
            WHERE c.id = pg_temp.id('talk')), w.want,
    format('a conversation that was read with number %s has no later change', w.seq))
  FROM (VALUES (5, '2,3,4'), (7, '2,3,4,6,7')) AS w(seq, want);
SET LOCAL ROLE foyer_web;

-- ---- things

SELECT results_eq(
    $$ SELECT r.type, r."messageId", r."message.id" = pg_temp.message_id('one'), r."message.conversationId",
              r."message.senderId", r."message.senderRole", r."message.type", r."message.content",
              r."message.contentFormat", r."message.contentHtml", r."message.createdAt", r."message.editedAt",
              r."message.editableUntil", r."conversation.id"
         FROM pg_temp.changes('ann', 6, 1) AS r OFFSET 1 $$,
    $$ SELECT 'message', NULL::uuid, true, pg_temp.id('talk'), pg_temp.id('ann'), 'visitor', 'text', 'one', 'plain',
              NULL::text, '2025-01-15 10:01Z'::timestamptz, '2025-01-15 10:10Z'::timestamptz,
              '2025-01-15 10:16Z'::timestamptz, NULL::uuid $$,
    'a message is shown whole, in its newest state');
SELECT results_eq(
    $$ SELECT r.type, r."messageId" = pg_temp.message_id('three'), r."message.id", r."message.content"
         FROM pg_temp.changes('ann', 7, 1) AS r OFFSET 1 $$,
    $$ VALUES ('message.deleted', true, NULL::uuid, NULL::text) $$, 'of a deleted one only the id');
SELECT results_eq(
    $$ SELECT r.type, r."conversation.id", r."conversation.applicationId", r."conversation.status",
              r."conversation.subject", r."conversation.assignedTo", r."conversation.createdAt",
              r."conversation.closedAt", r."message.id"
         FROM pg_temp.changes('ann', 1, 1) AS r OFFSET 1 $$,
    $$ SELECT 'conversation', pg_temp.id('talk'), pg_temp.id('shop'), 'active', 'Hello', pg_temp.id('olga'),
              '2025-01-15 10:00Z'::timestamptz, NULL::timestamptz, NULL::uuid $$,
    'a conversation with its status, assignment and subject');
SELECT results_eq(
    $$ SELECT r.type, r."userId", r."messageId" = pg_temp.message_id('one'), r."message.id"
         FROM pg_temp.changes('ann', 5, 1) AS r OFFSET 1 $$,
    $$ SELECT 'read', pg_temp.id('olga'), true, NULL::uuid $$, 'a marker with its reader and its message');
SELECT results_eq(
    $$ SELECT (r.verdict).etag, r.cursor IS NULL, r.seq IS NULL FROM pg_temp.changes('ann', 7, 1) AS r $$,
    $$ VALUES (9::bigint, false, true), (NULL, true, false) $$,
    'verdict, newest number and cursor are in the first row, and nowhere else');

-- ---- who sees them

SELECT is(pg_temp.said('olga', 8), '9: 9 message', 'the assigned operator sees them');
SELECT is(pg_temp.said('otto', 0), 'conversation_not_found', 'another does not');
SELECT is(pg_temp.said('bob', 0), 'conversation_not_found', 'nor another visitor');
SELECT is(pg_temp.said('stranger', 0), 'key_unknown', 'nor a stranger');
SELECT is(pg_temp.said('bob', 0, 100, '{9}'), 'conversation_not_found', 'nor by a tag');
SELECT is(pg_temp.said('bob', 0, 100, '{*}'), 'conversation_not_found', 'nor by any tag');

-- ---- tags

SELECT is(pg_temp.said('ann', 0, 3, '{9}'), 'unmodified 9', 'who has the newest number is told so');
SELECT is(pg_temp.said('ann', 0, 3, '{7,8,9}'), 'unmodified 9', 'among others');
SELECT is(pg_temp.said('olga', 0, 3, '{9}'), 'unmodified 9', 'an operator, too, who names no application');
SELECT is(pg_temp.said('ann', 0, 3, '{*}'), 'unmodified 9', 'any will do');
SELECT is(pg_temp.said('ann', 8, 3, '{8}'), '9: 9 message', 'an older one gets what changed');
SELECT is(pg_temp.said('ann', 8, 3, '{}'), '9: 9 message', 'and so does none at all');
RESET ROLE;

-- ---- counting

DELETE FROM foyer.rate_counter;
SET LOCAL synchronous_commit = 'on';
SELECT pg_temp.said('ann', 0, 3, '{9}') \g /dev/null
SELECT is_empty('TABLE foyer.rate_counter', 'what is unmodified does not count');
SELECT is(current_setting('synchronous_commit'), 'on', 'and has nothing for the disk that need not wait');
SELECT pg_temp.said('ann', 0, 3, '{8}') \g /dev/null
SELECT results_eq('SELECT n FROM foyer.rate_counter', ARRAY[1::bigint], 'the rest does, once');
UPDATE foyer.application SET visitor_max = '{0,0,1}';
SELECT is(pg_temp.said('ann', 0, 3, '{9}'), 'rate_limited', 'a full window refuses what is unmodified, too');
UPDATE foyer.application SET visitor_max = '{0,0,0}', key_max = 2;
DELETE FROM foyer.rate_counter;
SELECT is(pg_temp.said('ann', 0, 3, '{9}'), 'unmodified 9', 'with a limit for the key what is unmodified is told so');
SELECT is_empty('TABLE foyer.rate_counter', 'and counts neither for the key nor for the visitor');
SELECT pg_temp.said('ann', 0, 3, '{8}'), pg_temp.said('bob', 0, 3, '{8}') \g /dev/null
SELECT results_eq('SELECT r.scope::text, r.n FROM foyer.rate_counter AS r ORDER BY r.scope, r.n',
    $$ VALUES ('key', 2::bigint), ('visitor', 1), ('visitor', 1) $$, 'the rest counts for both');
SELECT is(pg_temp.said('ann', 0, 3, '{9}'), 'rate_limited', 'and a full key refuses as a full visitor does');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
