-- How many messages of the other side the caller has not read.
BEGIN;
SELECT plan(16);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.message(m.name, 'talk', m.sender, m.role, '2025-01-15 10:00Z'::timestamptz + m.k * interval '1 minute', m.k + 1)
  FROM (VALUES (1, 'v1', 'ann', 'visitor'), (2, 's1', NULL, 'system'), (3, 'o1', 'olga', 'operator'),
               (4, 'v2', 'ann', 'visitor'), (5, 'o2', 'olga', 'operator'), (6, 'a1', 'ada', 'admin'),
               (7, 's2', NULL, 'system'), (8, 'v3', 'ann', 'visitor'), (9, 'v4', 'ann', 'visitor'))
       AS m(k, name, sender, role) \g /dev/null
CREATE FUNCTION pg_temp.unread(p_caller text)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, r."unreadCount") FROM pg_temp.caller(p_caller) AS c,
           foyer_api.conversation_unread(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk')) AS r
$$;
CREATE FUNCTION pg_temp.mark(p_name text, p_message text)
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO foyer.read_marker AS k (application_id, conversation_id, user_id, role, message_id, seq)
    VALUES (pg_temp.id('shop'), pg_temp.id('talk'), pg_temp.id(p_name),
        CASE p_name WHEN 'ann' THEN 'visitor' ELSE 'operator' END, pg_temp.message_id(p_message), 20)
    ON CONFLICT (application_id, conversation_id, user_id, side) DO UPDATE SET message_id = excluded.message_id
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.unread('ann'), 'ok 3', 'a visitor has not read what operators and admins wrote');
SELECT is(pg_temp.unread('olga'), 'ok 4', 'an operator what the visitor wrote');
SELECT is(pg_temp.unread('ada'), 'ok 4', 'an admin, too');
SELECT is(pg_temp.unread('otto'), 'conversation_not_found', 'who does not see it has no count');
SELECT is(pg_temp.unread('bob'), 'conversation_not_found', 'nor another visitor');
SELECT is(pg_temp.unread('stranger'), 'key_unknown', 'nor a stranger');
RESET ROLE;
SELECT pg_temp.mark('ann', 'o1');
SELECT is(pg_temp.unread('ann'), 'ok 2', 'what is up to the marker is read');
SELECT is(pg_temp.unread('olga'), 'ok 4', 'by whose marker it is');
SELECT pg_temp.mark('ann', 'a1');
SELECT is(pg_temp.unread('ann'), 'ok 0', 'there may be nothing left');
SELECT pg_temp.mark('olga', 's2');
SELECT is(pg_temp.unread('olga'), 'ok 2', 'the marker may be at a message of Foyer''s own');
UPDATE foyer.message SET deleted_at = now() WHERE content = 'v3';
SELECT is(pg_temp.unread('olga'), 'ok 1', 'what is deleted need not be read');
SELECT pg_temp.mark('olga', 'v3');
SELECT is(pg_temp.unread('olga'), 'ok 1', 'a deleted message can be the marker');
SELECT pg_temp.message('o3', 'talk', 'olga', 'operator', '2025-01-15 11:00Z', 30);
SELECT is(pg_temp.unread('olga'), 'ok 1', 'sending moves no marker');
SELECT is(pg_temp.unread('ann'), 'ok 1', 'and is unread by the other side');
UPDATE foyer.conversation SET deleted_at = now();
SELECT is(pg_temp.unread('ann'), 'conversation_not_found', 'a deleted conversation has no count');
SELECT is(current_setting('synchronous_commit'), 'off', 'a request that reads does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
