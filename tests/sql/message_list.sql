-- A page of a conversation's messages.
BEGIN;
SELECT plan(52);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('other', 'shop', 'ann');
SELECT pg_temp.message(k::text, 'talk', 'ann', 'visitor', '2025-01-15 10:00Z'::timestamptz + k * interval '10 ms', k + 1)
  FROM generate_series(1, 7) AS k \g /dev/null
SELECT pg_temp.message('foreign', 'other', 'ann', 'visitor', '2025-01-15 10:00Z', 2);
SELECT pg_temp.message('gone', 'talk', 'ann', 'visitor', '2025-01-15 10:00:00.045Z', 9);
UPDATE foyer.message SET deleted_at = now() WHERE content = 'gone';    -- between 4 and 5
UPDATE foyer.message SET edited_at = '2025-01-15 10:05Z' WHERE content = '1';
CREATE FUNCTION pg_temp.list(p_caller text, p_talk text, p_limit integer, p_offset bigint,
    p_order text, p_after text, p_before text, p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_before_at timestamptz DEFAULT NULL, p_before_id uuid DEFAULT NULL,
    p_counted boolean DEFAULT false)
RETURNS SETOF foyer_api.message_list_reply LANGUAGE sql VOLATILE AS $$
    SELECT r.* FROM pg_temp.caller(p_caller) AS c,
           foyer_api.message_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(p_talk), p_limit,
               p_offset, p_order, p_since, p_until, p_before_at, p_before_id, p_counted, pg_temp.message_id(p_after), pg_temp.message_id(p_before)) AS r
$$;
-- The outcome, or the contents in the order of the answer.
CREATE FUNCTION pg_temp.page(p_limit integer, p_order text, p_after text DEFAULT NULL,
    p_before text DEFAULT NULL, p_offset bigint DEFAULT 0)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(nullif(max((q.verdict).outcome), 'ok'), string_agg(q.content, '' ORDER BY q.i), '')
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list('ann', 'talk', p_limit, p_offset, p_order, p_after, p_before) AS l) AS q
$$;
CREATE FUNCTION pg_temp.outcome(p_caller text, p_talk text, p_after text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, r.content)
      FROM pg_temp.list(p_caller, p_talk, 20, 0, 'asc', p_after, NULL) AS r LIMIT 1
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.page(p.size, p.ord, p.after, p.before, p.skip), p.want, p.what)
  FROM (VALUES
    (20, 'asc',  NULL, NULL, 0, '1234567', 'all, oldest first; deleted ones are left out'),
    (20, 'desc', NULL, NULL, 0, '7654321', 'or newest first'),
    (3,  'asc',  NULL, NULL, 0, '123', 'the first three, oldest first'),
    (3,  'desc', NULL, NULL, 0, '765', 'the first three, newest first'),
    (3,  'asc',  NULL, NULL, 3, '456', 'the next three by offset'),
    (3,  'desc', NULL, NULL, 6, '1', 'the rest by offset'),
    (3,  'asc',  NULL, NULL, 9, '', 'nothing behind the end'),
    (3,  'asc',  '3', NULL, 0, '456', 'the three next after one'),
    (3,  'desc', '3', NULL, 0, '654', 'the same three, newest first'),
    (3,  'asc',  NULL, '5', 0, '234', 'the three next before one'),
    (3,  'desc', NULL, '5', 0, '432', 'the same three, newest first'),
    (20, 'asc',  '2', '6', 0, '345', 'between two'),
    (2,  'asc',  '2', '6', 0, '34', 'the first two of those'),
    (2,  'desc', '2', '6', 0, '54', 'the first two, newest first'),
    (20, 'asc',  '6', '2', 0, '', 'nothing is after a later and before an earlier'),
    (20, 'asc',  '7', NULL, 0, '', 'nothing after the last'),
    (20, 'asc',  NULL, '1', 0, '', 'nothing before the first'),
    (20, 'asc',  'gone', NULL, 0, '567', 'a deleted message is a cursor'),
    (20, 'asc',  NULL, 'gone', 0, '1234', 'in both directions'),
    (20, 'asc',  'foreign', NULL, 0, 'message_not_found', 'one of another conversation is none'),
    (20, 'asc',  NULL, 'foreign', 0, 'message_not_found', 'in neither direction'),
    (20, 'asc',  '3', 'foreign', 0, 'message_not_found', 'nor beside one that is'),
    (20, 'asc',  'foreign', '3', 0, 'message_not_found', 'whichever it is'))
    AS p(size, ord, after, before, skip, want, what);

-- ---- who sees them

SELECT is(pg_temp.outcome('olga', 'talk'), 'ok', 'the assigned operator sees them');
SELECT is(pg_temp.outcome('otto', 'talk'), 'conversation_not_found', 'another does not');
SELECT is(pg_temp.outcome('bob', 'talk'), 'conversation_not_found', 'nor another visitor');
SELECT is(pg_temp.outcome('bob', 'talk', '3'), 'conversation_not_found',
    'who is not told, either, whether a message is there');
SELECT is(pg_temp.outcome('stranger', 'talk'), 'key_unknown', 'nor a stranger');

-- ---- the answer

SELECT results_eq(
    $$ SELECT r."conversationId", r."senderId", r."senderRole", r.type, r.content, r."contentFormat",
              r."contentHtml", r."createdAt", r."editedAt", r."editableUntil"
         FROM pg_temp.list('ann', 'talk', 1, 0, 'asc', NULL, NULL) AS r OFFSET 1 $$,
    $$ SELECT pg_temp.id('talk'), pg_temp.id('ann'), 'visitor', 'text', '1', 'plain', NULL::text,
              '2025-01-15 10:00:00.010Z'::timestamptz, '2025-01-15 10:05Z'::timestamptz,
              '2025-01-15 10:15:00.010Z'::timestamptz $$, 'a message is shown whole');
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, r.id IS NULL FROM pg_temp.list('ann', 'talk', 2, 0, 'asc', NULL, NULL) AS r $$,
    $$ VALUES ('ok', true), (NULL, false), (NULL, false) $$,
    'the verdict is in the first row, and nowhere else');

-- ---- what the other mounts ask for: the messages are of 10, 20, … 70 ms, a deleted one of 45

CREATE FUNCTION pg_temp.span(p_order text, p_since text DEFAULT NULL, p_until text DEFAULT NULL,
    p_before text DEFAULT NULL, p_before_id uuid DEFAULT NULL, p_limit integer DEFAULT 20, p_offset bigint DEFAULT 0)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat(max(q.total), ': ', string_agg(q.content, '' ORDER BY q.i))
      FROM (SELECT l.*, row_number() OVER () AS i
              FROM pg_temp.list('ann', 'talk', p_limit, p_offset, p_order, NULL, NULL,
                       ('2025-01-15 10:00:00.' || p_since || 'Z')::timestamptz,
                       ('2025-01-15 10:00:00.' || p_until || 'Z')::timestamptz,
                       ('2025-01-15 10:00:00.' || p_before || 'Z')::timestamptz, p_before_id, true) AS l) AS q
$$;
SELECT is(pg_temp.span(s.ord, s.since, s.until, s.before, s.id, s.size, s.skip), s.want, s.what)
  FROM (VALUES
    ('asc',  NULL, NULL, NULL, NULL::uuid, 20, 0, '7: 1234567', 'all, counted without the deleted one'),
    ('desc', NULL, NULL, NULL, NULL, 3, 3, '7: 432', 'a page of them'),
    ('asc',  '030', NULL, NULL, NULL, 20, 0, '5: 34567', 'since an instant, which is in it'),
    ('asc',  '030001', NULL, NULL, NULL, 20, 0, '4: 4567', 'a microsecond later it is not'),
    ('desc', '029999', NULL, NULL, NULL, 2, 0, '5: 76', 'a microsecond earlier it is'),
    ('asc',  NULL, '030', NULL, NULL, 20, 0, '2: 12', 'until an instant, which is not in it'),
    ('desc', NULL, '030001', NULL, NULL, 20, 0, '3: 321', 'a microsecond later it is'),
    ('asc',  '020', '050', NULL, NULL, 20, 0, '3: 234', 'between two'),
    ('asc',  '050', '020', NULL, NULL, 20, 0, '0: ', 'nothing is since a later and until an earlier'),
    ('asc',  '045', '046', NULL, NULL, 20, 0, '0: ', 'a deleted one is in no span'),
    ('desc', NULL, NULL, '030', NULL, 20, 0, '2: 21', 'before an instant: older ones alone'),
    ('desc', NULL, NULL, '030001', NULL, 20, 0, '3: 321', 'before a microsecond later'),
    ('desc', NULL, NULL, '030', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 20, 0, '3: 321', 'with a larger id also that of the instant'),
    ('desc', NULL, NULL, '030', '00000000-0000-0000-0000-000000000000', 20, 0, '2: 21', 'with a smaller one not'),
    ('desc', NULL, NULL, '030', pg_temp.message_id('3'), 20, 0, '2: 21', 'nor with its own'),
    ('desc', NULL, NULL, '030', pg_temp.message_id('5'), 20, 0, '3: 321', 'an id of later does not let in what is later'),
    ('desc', NULL, NULL, '030001', pg_temp.message_id('1'), 20, 0, '3: 321', 'nor keep out what is older than the instant'),
    ('desc', '020', '060', '050', NULL, 2, 1, '3: 32', 'all at once'))
    AS s(ord, since, until, before, id, size, skip, want, what);
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, r.total, r.id IS NULL FROM pg_temp.list('ann', 'talk', 1, 0, 'asc', NULL, NULL,
           NULL, NULL, NULL, NULL, true) AS r $$,
    $$ VALUES ('ok', 7::bigint, true), (NULL, NULL, false) $$, 'the total is beside the verdict');
SELECT results_eq($$ SELECT r.total FROM pg_temp.list('bob', 'talk', 1, 0, 'asc', NULL, NULL, NULL, NULL, NULL, NULL, true) AS r $$,
    '{NULL}'::bigint[], 'who is refused is told none');
RESET ROLE;
SELECT pg_temp.message('8', 'talk', NULL, 'system', '2025-01-15 10:01Z', 10);
SELECT results_eq(
    $$ SELECT r.type, r."senderId", r."senderRole" FROM pg_temp.list('ann', 'talk', 1, 0, 'desc', NULL, NULL) AS r OFFSET 1 $$,
    $$ VALUES ('system', NULL::uuid, 'system') $$, 'a message of Foyer''s own has no sender');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
