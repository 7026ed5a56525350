-- growth.sql - how many bytes a visitor and a message take, table by table, with their indexes.
--
-- In a database of its own, as a superuser, since it writes 20 messages for each of its visitors:
--     createdb foyer_growth
--     psql -X -q -d foyer_growth -f foyer.sql
--     psql -X -q -d foyer_growth -v visitors=500 -f contrib/dba/growth.sql
--     dropdb foyer_growth
-- A visitor starts one conversation, and writes 10 messages of 100 characters without and 10 with an
-- Idempotency-Key.  The last line is what all of that adds to the write-ahead log.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET foyer.visitors = :visitors;

CREATE TEMPORARY TABLE phase (name text, relation text, bytes bigint);
CREATE PROCEDURE pg_temp.measure(p_phase text) LANGUAGE sql AS $$
    INSERT INTO phase
    SELECT p_phase, c.relname, pg_total_relation_size(c.oid)
      FROM pg_class AS c WHERE c.relnamespace = 'foyer'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT p_phase, 'write-ahead log', pg_current_wal_lsn() - '0/0'::pg_lsn
$$;
-- p_messages: how many each of the visitors writes; p_keyed: with an Idempotency-Key
CREATE PROCEDURE pg_temp.write(p_messages integer, p_keyed boolean) LANGUAGE plpgsql AS $$
DECLARE
    c_app   CONSTANT uuid := (SELECT id FROM foyer.application);
    c_key   CONSTANT bytea := sha256('growth');
    v_slot  bytea;
    v       record;
BEGIN
    FOR i IN 1 .. p_messages LOOP
        FOR v IN SELECT visitor_id, id FROM foyer.conversation LOOP
            v_slot := CASE WHEN p_keyed THEN sha256((v.id::text || i)::bytea) END;
            PERFORM foyer_api.message_send(c_key, 'visitor', c_app, NULL, v.visitor_id, v_slot, v_slot, v.id,
                repeat('x', 100));
            COMMIT;
        END LOOP;
    END LOOP;
END;
$$;

SELECT id AS app FROM foyer_admin.application_create('growth', NULL, NULL) \gset
SELECT FROM foyer_admin.limits_set(:'app', 'visitor', 0, 0, 200);
SELECT FROM foyer_admin.key_create(:'app', 'live', NULL, NULL, NULL, sha256('growth'), 'dk_live_');
CALL pg_temp.measure('nothing');
DO $$
BEGIN
    FOR i IN 1 .. current_setting('foyer.visitors')::integer LOOP
        PERFORM foyer_api.conversation_create(sha256('growth'), 'visitor', (SELECT id FROM foyer.application), NULL,
            gen_random_uuid(), NULL, NULL, 'Opening hours');
        COMMIT;
    END LOOP;
END;
$$;
VACUUM;
CALL pg_temp.measure('visitor');
CALL pg_temp.write(10, false);
VACUUM;
CALL pg_temp.measure('message');
CALL pg_temp.write(10, true);
VACUUM;
CALL pg_temp.measure('keyed');

\pset format aligned
\pset footer off
SELECT relation, (v.bytes - n.bytes) / :visitors AS "a visitor", (m.bytes - v.bytes) / :visitors / 10 AS "a message",
       (k.bytes - m.bytes) / :visitors / 10 AS "with a key"
  FROM phase AS n JOIN phase AS v USING (relation) JOIN phase AS m USING (relation) JOIN phase AS k USING (relation)
 WHERE n.name = 'nothing' AND v.name = 'visitor' AND m.name = 'message' AND k.name = 'keyed'
 ORDER BY relation = 'write-ahead log', relation;
