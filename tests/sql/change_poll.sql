-- A client that polls with the cursor it got ends with exactly the final state, whatever
-- happens between its polls.  Another seed: psql -v seed=0.7 -f tests/sql/change_poll.sql
BEGIN;
SELECT plan(6);
\ir lib/site.sql
\if :{?seed}
\else
\set seed 0.23
\endif
SELECT diag('seed ' || :'seed');
SELECT setseed(:seed) \g /dev/null
SELECT pg_temp.talk('talk', 'shop', 'ann');

CREATE FUNCTION pg_temp.pick()
RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT coalesce((SELECT m.id FROM foyer.message AS m ORDER BY random() LIMIT 1),
                    pg_temp.id('nothing'))
$$;
-- One random write by ann or olga; many are refused.
CREATE FUNCTION pg_temp.act()
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c       record;
    v_talk  uuid := pg_temp.id('talk');
    v_one   uuid := pg_temp.pick();
    v_what  integer := floor(random() * 12);
BEGIN
    SELECT * INTO c FROM pg_temp.caller(CASE WHEN v_what > 2 AND random() < 0.5 THEN 'ann' ELSE 'olga' END);
    CASE v_what
    WHEN 0 THEN PERFORM foyer_api.conversation_accept(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk);
    WHEN 1 THEN PERFORM foyer_api.conversation_leave(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk);
    WHEN 2 THEN PERFORM foyer_api.conversation_subject(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk,
                    md5(random()::text));
    WHEN 3, 4 THEN PERFORM foyer_api.message_edit(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk, v_one,
                    md5(random()::text));
    WHEN 5 THEN PERFORM foyer_api.message_delete(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk, v_one);
    WHEN 6, 7 THEN PERFORM foyer_api.message_read(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk, v_one);
    ELSE PERFORM foyer_api.message_send(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, v_talk,
                    md5(random()::text));
    END CASE;
END;
$$;

-- What the client has: the thing, and its state as text.
CREATE TEMPORARY TABLE client (thing text PRIMARY KEY, state text);
CREATE TEMPORARY TABLE cursor_at AS SELECT 0::bigint AS cursor, false AS more, 0 AS polls, 0 AS repeated;
CREATE FUNCTION pg_temp.poll(p_limit integer)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r       foyer_api.change_list_reply;
    v_last  bigint;
BEGIN
    FOR r IN SELECT l.* FROM pg_temp.cursor_at AS k, pg_temp.caller('ann') AS c,
             foyer_api.change_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk'), k.cursor, p_limit, NULL) AS l
    LOOP
        IF (r.verdict).outcome IS NOT NULL THEN
            v_last := (SELECT cursor FROM pg_temp.cursor_at);
            UPDATE pg_temp.cursor_at SET cursor = r.cursor, more = r."hasMore", polls = polls + 1;
        ELSE
            UPDATE pg_temp.cursor_at SET repeated = repeated + 1 WHERE r.seq <= v_last;
            v_last := r.seq;
            DELETE FROM pg_temp.client WHERE thing = 'message ' || r."messageId" AND r.type = 'message.deleted';
            INSERT INTO pg_temp.client
            SELECT CASE r.type WHEN 'message' THEN 'message ' || r."message.id"
                               WHEN 'read' THEN 'read ' || r."userId" ELSE 'conversation' END,
                   CASE r.type WHEN 'message' THEN r."message.content"
                               WHEN 'read' THEN r."messageId"::text
                               ELSE concat_ws(' ', r."conversation.status", r."conversation.subject",
                                        r."conversation.assignedTo") END
             WHERE r.type <> 'message.deleted'
            ON CONFLICT (thing) DO UPDATE SET state = excluded.state;
        END IF;
    END LOOP;
END;
$$;

DO $$
BEGIN
    FOR k IN 1 .. 400 LOOP
        PERFORM pg_temp.act();
        IF random() < 0.3 THEN
            PERFORM pg_temp.poll(1 + floor(random() * 5)::integer);
        END IF;
    END LOOP;
    FOR k IN 1 .. 1000 LOOP
        PERFORM pg_temp.poll(3);
        EXIT WHEN NOT (SELECT more FROM pg_temp.cursor_at);
    END LOOP;
END;
$$;

SELECT cmp_ok((SELECT seq FROM foyer.conversation), '>', 150::bigint, 'much was written');
SELECT cmp_ok((SELECT polls FROM cursor_at), '>', 100, 'with many polls between');
SELECT results_eq($$ SELECT thing COLLATE "C", state FROM client ORDER BY 1 $$,
    $$ SELECT s.thing COLLATE "C", s.state
         FROM (SELECT 'message ' || m.id, m.content FROM foyer.message AS m WHERE m.deleted_at IS NULL
               UNION ALL SELECT 'read ' || k.user_id, k.message_id::text FROM foyer.read_marker AS k
               UNION ALL SELECT 'conversation', concat_ws(' ', c.status, c.subject, c.assigned_to)
                           FROM foyer.conversation AS c) AS s(thing, state) ORDER BY 1 $$,
    'the client ends with exactly the final state');
SELECT is((SELECT repeated FROM cursor_at), 0, 'no number came again, or out of order');
SELECT is((SELECT cursor FROM cursor_at), greatest((SELECT max(seq) FROM foyer.message),
        (SELECT max(seq) FROM foyer.read_marker), (SELECT status_seq FROM foyer.conversation)),
    'the last cursor is the newest number');
SELECT is((SELECT c.seq FROM foyer.conversation AS c), (SELECT cursor FROM cursor_at),
    'which is that of the conversation');

SELECT * FROM finish();
ROLLBACK;
