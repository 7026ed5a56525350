-- Purge: what its time has passed for goes, batch by batch, and nothing else.
BEGIN;
SELECT plan(20);

SELECT id AS app, "organizationId" AS org FROM foyer_admin.application_create('Thirty days') \gset
SELECT foyer_admin.application_set(:'app', p_retention_days => 30) \g /dev/null
SELECT id AS brief FROM foyer_admin.application_create('A day') \gset
SELECT foyer_admin.application_set(:'brief', p_retention_days => 1) \g /dev/null
SELECT id AS keeper FROM foyer_admin.application_create('For ever') \gset

INSERT INTO foyer.tag (organization_id, id, name, created_at)
SELECT a.organization_id, gen_random_uuid(), n, now() FROM foyer.application AS a, unnest('{red,blue}'::text[]) AS u(n);
-- A conversation with all that can belong to one.
CREATE FUNCTION pg_temp.talk(p_application uuid, p_subject text, p_closed interval, p_deleted interval)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_at       timestamptz := now() - interval '90 days';
    v_visitor  uuid := gen_random_uuid();
    v_id       uuid := gen_random_uuid();
    v_message  uuid := gen_random_uuid();
BEGIN
    INSERT INTO foyer.visitor (application_id, id, created_at) VALUES (p_application, v_visitor, v_at);
    INSERT INTO foyer.conversation (application_id, id, visitor_id, created_at, updated_at, subject, status,
        closed_at, deleted_at)
    VALUES (p_application, v_id, v_visitor, v_at, v_at, p_subject,
        CASE WHEN p_closed IS NULL THEN 'pending' ELSE 'closed' END,
        clock_timestamp() - p_closed, clock_timestamp() - p_deleted);
    INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
    VALUES (p_application, v_id, v_visitor, 'visitor', v_at), (p_application, v_id, gen_random_uuid(), 'operator', v_at);
    INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, created_at, sender_role, content)
    SELECT p_application, v_id, CASE i WHEN 1 THEN v_message ELSE gen_random_uuid() END, i, v_visitor, v_at,
           'visitor', 'text'
      FROM generate_series(1, 3) AS i;
    INSERT INTO foyer.message_revision (application_id, conversation_id, message_id, seq, content, replaced_at)
    VALUES (p_application, v_id, v_message, 5, 'text', v_at);
    INSERT INTO foyer.read_marker (application_id, conversation_id, user_id, role, message_id, seq)
    VALUES (p_application, v_id, v_visitor, 'visitor', v_message, 6);
    INSERT INTO foyer.conversation_tag (application_id, conversation_id, tag_id, organization_id)
    SELECT p_application, v_id, t.id, t.organization_id
      FROM foyer.tag AS t JOIN foyer.application AS a USING (organization_id) WHERE a.id = p_application;
END;
$$;
SELECT pg_temp.talk(:'app', 'due ' || i, '30 days 1 second', NULL) FROM generate_series(1, 3) AS i \g /dev/null
SELECT pg_temp.talk(:'app', 'due, deleted', NULL, '31 days') \g /dev/null
SELECT pg_temp.talk(:'brief', 'due ' || i, '1 day 1 second', NULL) FROM generate_series(1, 3) AS i \g /dev/null
SELECT pg_temp.talk(:'app', 'closed yesterday', '1 day', NULL) \g /dev/null
SELECT pg_temp.talk(:'app', 'closed almost 30 days ago', '29 days 23:59', NULL) \g /dev/null
SELECT pg_temp.talk(:'app', 'deleted yesterday', NULL, '1 day') \g /dev/null
SELECT pg_temp.talk(:'app', 'open', NULL, NULL) \g /dev/null
SELECT pg_temp.talk(:'keeper', 'kept for ever', '9 years', '8 years') \g /dev/null
INSERT INTO foyer.idempotency (tenant_id, caller_id, slot, fingerprint, created_at, response)
SELECT :'app', gen_random_uuid(), sha256(h::text::bytea), sha256('x'),
       clock_timestamp() - make_interval(hours => h), '{}'
  FROM unnest('{1,23,24,25,48}'::integer[]) AS u(h);
-- One that is due, and three that share with it all but one of what tells them apart.
INSERT INTO foyer.idempotency (tenant_id, caller_id, slot, fingerprint, created_at, response)
SELECT t.tenant, t.caller, sha256(t.slot), sha256('x'), clock_timestamp() - make_interval(hours => t.age), '{}'
  FROM (VALUES (:'app'::uuid, :'org'::uuid, 'a'::bytea, 30), (:'app', :'org', 'b', 2), (:'app', :'brief', 'a', 3),
               (:'brief', :'org', 'a', 4)) AS t(tenant, caller, slot, age);
CREATE FUNCTION pg_temp.silent(p_application uuid, p_scope text, p_minutes integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_subject  uuid := gen_random_uuid();
BEGIN
    PERFORM foyer.rate_admit(p_application, p_scope, v_subject, '{0,0,100}') FROM generate_series(1, 40);
    UPDATE foyer.rate_counter SET last_at = clock_timestamp() - make_interval(mins => p_minutes)
     WHERE subject_id = v_subject;
END;
$$;
SELECT pg_temp.silent(:'app', scope, m)
  FROM unnest('{1,59,60,61,600}'::integer[]) AS u(m), unnest('{visitor,operator,key,address}'::text[]) AS s(scope) \g /dev/null

SET LOCAL ROLE foyer_admin;
PREPARE purge AS SELECT * FROM foyer_admin.purge($1);
SELECT results_eq('EXECUTE purge(5)', $$ VALUES (5::bigint, 10::bigint, 5::bigint, 10::bigint, 15::bigint, 5::bigint,
                                                 4::bigint, 5::bigint) $$,
    'a batch has at most so many of each, and all that belongs to its conversations');
SELECT results_eq('EXECUTE purge(5)', $$ VALUES (2::bigint, 4::bigint, 2::bigint, 4::bigint, 6::bigint, 2::bigint,
                                                 0::bigint, 5::bigint) $$,
    'the next batch has the next');
SELECT is((p).counters, 2::bigint, 'the last the rest') FROM (SELECT foyer_admin.purge(5) AS p) AS q;
SELECT results_eq('EXECUTE purge(5)', $$ VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
                                                 0::bigint, 0::bigint) $$,
    'and then nothing is left to do');
SELECT throws_ok('EXECUTE purge(0)', 'FY400', 'the batch must be at least 1', 'a batch is not empty');
SELECT throws_ok('EXECUTE purge(NULL)', 'FY400', NULL, 'a batch has an end');

RESET ROLE;
SELECT results_eq('SELECT subject::text FROM foyer.conversation ORDER BY subject', ARRAY[
    'closed almost 30 days ago', 'closed yesterday', 'deleted yesterday', 'kept for ever', 'open'],
    'conversations that are open, or not long enough closed or deleted, or of an application that keeps all, stay');
SELECT is(count(*), n, what || ' of the others stay')
  FROM (SELECT 'participants', 10::bigint FROM foyer.participant
        UNION ALL SELECT 'messages', 15 FROM foyer.message
        UNION ALL SELECT 'revisions', 5 FROM foyer.message_revision
        UNION ALL SELECT 'markers', 5 FROM foyer.read_marker
        UNION ALL SELECT 'tags', 10 FROM foyer.conversation_tag) AS t(what, n)
 GROUP BY what, n ORDER BY what;
SELECT is(count(*), 17::bigint, 'visitors stay') FROM foyer.visitor;
SELECT is(count(*), 6::bigint, 'and the organizations'' tags') FROM foyer.tag;
SELECT results_eq(
    $$ SELECT round(EXTRACT(epoch FROM clock_timestamp() - created_at) / 3600)::integer
         FROM foyer.idempotency ORDER BY 1 $$,
    '{1,2,3,4,23}'::integer[], 'answers are kept 24 hours, each for itself');
SELECT results_eq(
    $$ SELECT round(EXTRACT(epoch FROM clock_timestamp() - last_at) / 60)::integer
         FROM foyer.rate_counter ORDER BY 1 $$,
    '{1,1,1,1,59,59,59,59}'::integer[], 'a counter is kept as long as a window reaches its last request');
SELECT is(count(*), 8::bigint, 'the filed requests of the others are gone, too') FROM foyer.rate_chunk;

-- The planner finds what is due by an index, however many conversations there are.
INSERT INTO foyer.conversation (application_id, id, visitor_id, created_at, updated_at, status, closed_at, subject)
SELECT v.application_id, gen_random_uuid(), v.id, now(), now(), 'closed', now() - make_interval(mins => i), 'many'
  FROM (SELECT * FROM foyer.visitor WHERE application_id = :'app' LIMIT 1) AS v, generate_series(1, 20000) AS i;
ANALYZE foyer.conversation;
CREATE FUNCTION pg_temp.plan_of(p_query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || p_query;
END;
$$;
SELECT is(array_agg(substring(p.line FROM 'Index Scan on (\w+_idx)') ORDER BY 1)
              FILTER (WHERE p.line LIKE '%Index Scan on %'),
    '{conversation_closed_at_idx,conversation_deleted_at_idx}', 'what is due is found by the indexes made for it')
  FROM pg_temp.plan_of(format($$ SELECT c.id FROM foyer.conversation AS c
      WHERE c.application_id = %L
        AND (c.closed_at <= now() - interval '30 days' OR c.deleted_at <= now() - interval '30 days')
      LIMIT 10 FOR UPDATE SKIP LOCKED $$,
      :'app')) AS p(line);

SELECT foyer_admin.application_set(:'app', p_retention_days => 0) \g /dev/null
SELECT foyer_admin.application_set(:'keeper', p_retention_days => 36500) \g /dev/null
SELECT is((p).conversations, 0::bigint, 'without retention, and within it, nothing goes')
  FROM (SELECT foyer_admin.purge(10000) AS p) AS q;
SELECT foyer_admin.application_set(:'keeper', p_retention_days => 2920) \g /dev/null
SELECT is((p).conversations, 1::bigint, 'retention is that of the moment')
  FROM (SELECT foyer_admin.purge(10000) AS p) AS q;

SELECT * FROM finish();
ROLLBACK;
