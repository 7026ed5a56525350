-- Visitors: all that is stored about one is exported, and erased, and nobody else's.
BEGIN;
SELECT plan(31);

\set ann '00000000-0000-4000-8000-00000000000a'
\set bob '00000000-0000-4000-8000-00000000000b'
SELECT id AS app, "organizationId" AS org FROM foyer_admin.application_create('Shop') \gset
SELECT id AS sibling FROM foyer_admin.application_create('Sibling', :'org') \gset
SELECT foyer_admin.key_create(:'app', 'live', NULL, NULL, NULL, sha256('dk'), 'dk_live_aaaa'),
       foyer_admin.key_create(:'sibling', 'live', NULL, NULL, NULL, sha256('dk2'), 'dk_live_bbbb') \g /dev/null
SELECT id AS olga FROM foyer_admin.operator_create(:'org', 'Olga', 'operator', 'live', sha256('op')) \gset
SELECT foyer_admin.limits_set(a, 'visitor', 0, 0, 0) FROM unnest(ARRAY[:'app', :'sibling']::uuid[]) AS u(a) \g /dev/null

SELECT id AS tag FROM foyer_api.tag_create(sha256('op'), 'operator', NULL, NULL, NULL, NULL, NULL, 'angry') \gset
CREATE TEMPORARY TABLE the_tag AS SELECT :'tag'::uuid AS id;
GRANT SELECT ON the_tag TO foyer_web;
-- As the program does it: everybody talks to Olga, with retries remembered.
SET LOCAL ROLE foyer_web;
CREATE FUNCTION pg_temp.talk(p_key bytea, p_application uuid, p_visitor uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_id    uuid;
    v_slot  bytea := sha256(random()::text::bytea);
    m       foyer_api.message_reply;
BEGIN
    v_id := (foyer_api.conversation_create(p_key, 'visitor', p_application, NULL, p_visitor, v_slot, v_slot,
        'Help')).id;
    PERFORM foyer_api.conversation_accept(sha256('op'), 'operator', NULL, NULL, NULL, v_slot, v_slot, v_id);
    m := foyer_api.message_send(p_key, 'visitor', p_application, NULL, p_visitor, NULL, NULL, v_id, 'My name is Hans');
    PERFORM foyer_api.message_edit(p_key, 'visitor', p_application, NULL, p_visitor, NULL, NULL, v_id, m.id, 'Hello');
    PERFORM foyer_api.message_read(sha256('op'), 'operator', NULL, NULL, NULL, NULL, NULL, v_id, m.id);
    m := foyer_api.message_send(sha256('op'), 'operator', NULL, NULL, NULL, sha256(v_slot), v_slot, v_id, 'Hello Hans');
    m := foyer_api.message_send(p_key, 'visitor', p_application, NULL, p_visitor, NULL, NULL, v_id, 'Oops');
    PERFORM foyer_api.tag_attach(sha256('op'), 'operator', NULL, NULL, NULL, sha256(sha256(v_slot)), v_slot, v_id,
        ARRAY[(SELECT t.id FROM pg_temp.the_tag AS t)]);
    PERFORM foyer_api.message_delete(p_key, 'visitor', p_application, NULL, p_visitor, NULL, NULL, v_id, m.id);
    RETURN v_id;
END;
$$;
SELECT pg_temp.talk(sha256('dk'), :'app', :'ann') AS talk \gset
SELECT pg_temp.talk(sha256('dk'), :'app', :'ann') AS gone \gset
SELECT pg_temp.talk(sha256('dk'), :'app', :'bob') AS bobs \gset
SELECT pg_temp.talk(sha256('dk2'), :'sibling', :'ann') AS elsewhere \gset
SELECT foyer_api.visitor_identify(sha256('dk'), 'visitor', :'app', NULL, v, sha256('identify'), sha256('x'), n,
           n || '@example.com', '+49301234', '{"plan": "gold"}', NULL)
  FROM (VALUES (:'ann'::uuid, 'Ann'), (:'bob', 'Bob')) AS t(v, n) \g /dev/null
RESET ROLE;
UPDATE foyer.conversation SET deleted_at = updated_at WHERE id = :'gone';
UPDATE foyer.participant SET left_at = joined_at + interval '1 second'
 WHERE user_id = :'olga' AND conversation_id = :'talk';
-- Who chose its id may have chosen that of a key.
SELECT foyer.rate_admit(:'app', 'key', :'ann', '{0,0,0}') \g /dev/null
-- Enough requests for a chunk.
SELECT foyer.rate_admit(:'app', 'visitor', v, '{0,0,100}')
  FROM generate_series(1, 40), unnest(ARRAY[:'ann', :'bob']::uuid[]) AS u(v) \g /dev/null

SET LOCAL ROLE foyer_admin;
SELECT throws_ok(format('SELECT foyer_admin.visitor_%s(%L, %L)', verb, application, visitor), 'FY404',
    format(message, CASE message WHEN 'visitor %s does not exist' THEN visitor ELSE application END), promise)
  FROM (VALUES ('export', :'org', :'ann', 'application %s does not exist', 'an unknown application exports nothing'),
               ('erase', :'org', :'ann', 'application %s does not exist', 'and erases nothing'),
               ('export', :'app', :'olga', 'visitor %s does not exist', 'an unknown visitor cannot be exported'),
               ('erase', :'sibling', :'bob', 'visitor %s does not exist', 'nor erased, nor one of another application'))
       AS t(verb, application, visitor, message, promise);

SELECT export AS e FROM foyer_admin.visitor_export(:'app', :'ann') \gset
SET LOCAL timezone = 'Asia/Kathmandu';
SELECT is(export::text, :'e', 'the time zone of the session is nothing to an export')
  FROM foyer_admin.visitor_export(:'app', :'ann');
RESET timezone;
CREATE FUNCTION pg_temp.members(p_json json) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(k, ' ') FROM json_object_keys(p_json) AS k $$;
SELECT is(pg_temp.members(:'e'), 'visitor requests answers conversations', 'an export has these parts');
SELECT is((:'e'::jsonb -> 'visitor') - '{createdAt,updatedAt}'::text[],
    jsonb_build_object('id', :'ann', 'applicationId', :'app', 'name', 'Ann', 'email', 'Ann@example.com',
        'phone', '+49301234', 'metadata', '{"plan": "gold"}'::json, 'verified', false),
    'it is the visitor''s, with what the site has told');
SELECT is(:'e'::json -> 'conversations' -> 0 ->> 'tags', '["angry"]', 'and the names of the tags');
SELECT is(json_array_length(:'e'::json -> 'conversations'), 2, 'all conversations are in it, the deleted too');
SELECT is((:'e'::json -> 'requests' ->> 'admitted')::integer, 51, 'and how many requests there were');
SELECT is(json_array_length(:'e'::json -> 'answers'), 3, 'and what is kept for the visitor''s retries');
SELECT is(pg_temp.members(:'e'::json -> 'conversations' -> 0), 'id status subject assignedTo createdAt '
    'updatedAt closedAt deletedAt participants readMarkers tags messages', 'a conversation has these members');
SELECT matches(:'e'::json -> 'conversations' -> 1 ->> 'deletedAt', '^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$',
    'times are as the API writes them');
SELECT results_eq(format($$ SELECT m ->> 'content', m ->> 'deletedAt' IS NULL, m -> 'revisions' -> 0 ->> 'content'
      FROM json_array_elements(%L::json -> 'conversations' -> 0 -> 'messages') AS m $$, :'e'),
    $$ VALUES ('Olga joined the conversation', true, NULL), ('Hello', true, 'My name is Hans'),
              ('Hello Hans', true, NULL), ('Oops', false, NULL) $$,
    'all messages are in it, also deleted ones, and what edits replaced');
SELECT results_eq(format($$ SELECT (p ->> 'userId')::uuid, p ->> 'role', p ->> 'leftAt' IS NULL
      FROM json_array_elements(%L::json -> 'conversations' -> 0 -> 'participants') AS p $$, :'e'),
    format($$ VALUES (%L::uuid, 'visitor', true), (%L, 'operator', false) $$, :'ann', :'olga'),
    'and all participants, also those who left');
SELECT results_eq(format($$ SELECT (k ->> 'userId')::uuid, k ->> 'role', k ->> 'messageId' = m ->> 'id'
      FROM json_array_elements(%1$L::json -> 'conversations' -> 0 -> 'readMarkers') AS k,
           json_array_elements(%1$L::json -> 'conversations' -> 0 -> 'messages') AS m
     WHERE m ->> 'content' = 'Hello' $$, :'e'),
    format($$ VALUES (%L::uuid, 'operator', true) $$, :'olga'), 'and what who has read');

SELECT results_eq(format('SELECT * FROM foyer_admin.visitor_erase(%L, %L)', :'app', :'ann'),
    $$ VALUES (2::bigint, 4::bigint, 2::bigint, 2::bigint, 8::bigint, 2::bigint, 7::bigint, 1::bigint, 1::bigint) $$,
    'an erasure counts what it removes: the answers are three of the visitor''s, and four of the operator''s');
SELECT throws_ok(format('SELECT foyer_admin.visitor_erase(%L, %L)', :'app', :'ann'), 'FY404', NULL,
    'an erased visitor is unknown');

RESET ROLE;
CREATE FUNCTION pg_temp.trace(p_text text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    v_table  regclass;
BEGIN
    FOR v_table IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'foyer'::regnamespace AND c.relkind = 'r' LOOP
        RETURN QUERY EXECUTE format('SELECT %L FROM %s AS t WHERE t::text LIKE %L', v_table, v_table,
            '%' || p_text || '%');
    END LOOP;
END;
$$;
SELECT is_empty(format('SELECT pg_temp.trace(%L)', :'talk'), 'no table holds a trace of the conversation');
SELECT is_empty(format('SELECT pg_temp.trace(%L)', :'gone'), 'nor of the deleted one');
SELECT is_empty($$ SELECT pg_temp.trace('Ann@example') $$, 'nor of the visitor''s contact');
SELECT isnt_empty($$ SELECT pg_temp.trace('Bob@example') $$, 'another visitor''s is where it was');
SELECT is(count(*), 0::bigint, 'nor of the visitor in that application')
  FROM foyer.participant WHERE application_id = :'app' AND user_id = :'ann';
SELECT is(array_agg(DISTINCT t ORDER BY t)::text,
    '{foyer.conversation,foyer.conversation_tag,foyer.idempotency,foyer.message,foyer.message_revision,foyer.participant,foyer.read_marker}',
    'another visitor''s things are where they were') FROM pg_temp.trace(:'bobs') AS t;
SELECT is(array_agg(DISTINCT t ORDER BY t)::text,
    '{foyer.conversation,foyer.conversation_tag,foyer.idempotency,foyer.message,foyer.message_revision,foyer.participant,foyer.read_marker}',
    'and so are those of the same id in another application') FROM pg_temp.trace(:'elsewhere') AS t;
SELECT results_eq('SELECT count(*) FROM foyer.rate_chunk AS c
    WHERE NOT EXISTS (SELECT FROM foyer.rate_counter AS r WHERE r.tenant_id = c.tenant_id AND r.id = c.counter_id)',
    ARRAY[0::bigint], 'the filed requests have gone with their counter');
SELECT is(count(*), 1::bigint, 'another visitor''s are there') FROM foyer.rate_chunk;
SELECT results_eq(format('SELECT r.scope::text FROM foyer.rate_counter AS r WHERE r.tenant_id = %L AND r.subject_id = %L',
        :'app', :'ann'), ARRAY['key'], 'that of a key of the same id has not');

-- A visitor whose counter was swept, and who comes back.
DELETE FROM foyer.rate_counter WHERE subject_id = :'bob';
SET LOCAL ROLE foyer_admin;
SELECT is(export ->> 'requests', NULL, 'without a counter there is nothing about requests')
  FROM foyer_admin.visitor_export(:'app', :'bob');
SELECT is(e.counters, 0::bigint, 'the counter that an erasure makes for itself does not count')
  FROM foyer_admin.visitor_erase(:'app', :'bob') AS e;
SET LOCAL ROLE foyer_web;
SELECT is((r.verdict).outcome, 'ok', 'who was erased may come back')
  FROM foyer_api.conversation_create(sha256('dk'), 'visitor', :'app', NULL, :'bob', NULL, NULL, NULL) AS r;

SELECT * FROM finish();
ROLLBACK;
