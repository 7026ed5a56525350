-- What somebody has read: the marker only moves forward.
BEGIN;
SELECT plan(20);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('other', 'shop', 'ann');
SELECT pg_temp.message(k::text, 'talk', 'ann', 'visitor', '2025-01-15 10:00Z'::timestamptz + k * interval '10 ms', k + 1)
  FROM generate_series(1, 3) AS k \g /dev/null
SELECT pg_temp.message('foreign', 'other', 'ann', 'visitor', '2025-01-15 10:00Z', 2);
UPDATE foyer.message SET deleted_at = now() WHERE content = '2';
CREATE FUNCTION pg_temp.mark(p_caller text, p_message text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT (r.verdict).outcome FROM pg_temp.caller(p_caller) AS c,
           foyer_api.message_read(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot), pg_temp.hash(p_body),
               pg_temp.id('talk'), coalesce(pg_temp.message_id(p_message), pg_temp.id('nothing'))) AS r
$$;
PREPARE state AS
    SELECT c.seq, c.updated_at, (SELECT string_agg(m.content || ' ' || k.seq, ',' ORDER BY k.seq)
                    FROM foyer.read_marker AS k JOIN foyer.message AS m ON m.id = k.message_id)
      FROM foyer.conversation AS c WHERE c.id = pg_temp.id('talk');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.mark(q.caller, q.message), q.want, q.what)
  FROM (VALUES ('stranger', '1', 'key_unknown', 'a stranger marks nothing'),
               ('bob', '1', 'conversation_not_found', 'nor does another visitor'),
               ('otto', '1', 'conversation_not_found', 'nor another operator'),
               ('olga', 'foreign', 'message_not_found', 'a message of another conversation is not found'),
               ('olga', 'nothing', 'message_not_found', 'nor one that there is not'))
       AS q(caller, message, want, what);
RESET ROLE;
SELECT results_eq('state', $$ VALUES (4::bigint, '2025-01-15 10:00:00.030Z'::timestamptz, NULL::text) $$,
    'none of them took a number');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.mark('olga', '1'), 'ok', 'the assigned operator can');
RESET ROLE;
SELECT results_eq('state', $$ VALUES (5::bigint, '2025-01-15 10:00:00.030Z'::timestamptz, '1 5') $$,
    'a marker takes the next number; the conversation is not updated by it');
SELECT is(pg_temp.mark('olga', '3'), 'ok', 'the marker moves forward');
SELECT results_eq('state', $$ VALUES (6::bigint, '2025-01-15 10:00:00.030Z'::timestamptz, '3 6') $$,
    'with a number of its own');
SELECT is(pg_temp.mark('olga', '1'), 'ok', 'it does not move back');
SELECT is(pg_temp.mark('olga', '3'), 'ok', 'nor to where it is');
SELECT results_eq('state', $$ VALUES (6::bigint, '2025-01-15 10:00:00.030Z'::timestamptz, '3 6') $$,
    'and a marker that does not move takes no number');
SELECT is(pg_temp.mark('ann', '2', 'slot', 'body'), 'ok', 'the visitor has one, too; a deleted message will do');
SELECT results_eq('state', $$ VALUES (7::bigint, '2025-01-15 10:00:00.030Z'::timestamptz, '3 6,2 7') $$,
    'each its own');
SELECT is(pg_temp.mark('ann', '3', 'slot', 'other body'), 'idempotency_mismatch',
    'another body under its key is refused');
SELECT is(pg_temp.mark('ada', '1'), 'ok', 'an admin may only look');
SELECT is_empty($$ SELECT FROM foyer.participant WHERE user_id = pg_temp.id('ada') $$,
    'and does not take part by reading');
UPDATE foyer.conversation SET status = 'closed', closed_at = now() WHERE id = pg_temp.id('talk');
SELECT is(pg_temp.mark('ann', '3'), 'ok', 'a closed conversation can be read to its end');

-- ---- ids of visitors are their own choice, also that of an operator

SELECT pg_temp.talk('trap', 'shop', 'olga', 'active', 'olga');
SELECT pg_temp.message('secret', 'trap', 'olga', 'operator', '2025-01-15 10:01Z', 2);
SELECT foyer_api.message_read(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('trap'),
           pg_temp.message_id('secret')) FROM pg_temp.caller('olga') AS c \g /dev/null
SELECT is((r)."unreadCount", 1::bigint, 'the marker of an operator is not that of a visitor with its id')
  FROM pg_temp.caller('olga of shop') AS c,
       foyer_api.conversation_unread(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('trap')) AS r;

SELECT * FROM finish();
ROLLBACK;
