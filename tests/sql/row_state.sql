-- No row says of itself what cannot be, whoever writes it.
BEGIN;
SELECT plan(21);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, 'shop', 'ann', t.status, t.assigned)
  FROM (VALUES ('talk', 'active', 'olga'), ('waiting', 'pending', NULL), ('done', 'closed', 'olga'))
       AS t(name, status, assigned) \g /dev/null
SELECT pg_temp.message('hello', 'talk', 'ann', 'visitor', '2025-01-15 10:01Z', 2) \g /dev/null

SELECT throws_ok(format('UPDATE foyer.conversation SET %s WHERE id = %L', q.change, pg_temp.id(q.talk)),
    '23514', NULL, q.why)
  FROM (VALUES ('talk', $$status = 'closed'$$, 'what is closed has an instant of that'),
               ('talk', 'closed_at = now()', 'what has one is closed'),
               ('done', $$status = 'pending'$$, 'what is open again has none'),
               ('waiting', $$status = 'active'$$, 'what is active is assigned'),
               ('talk', 'assigned_to = NULL', 'and stays assigned'),
               ('talk', $$status = 'asleep'$$, 'a status is one of three'),
               ('talk', $$subject = ''$$, 'a subject is not empty'),
               ('talk', $$subject = repeat('x', 501)$$, 'and at most 500 characters long'))
       AS q(talk, change, why);
SELECT throws_ok(format('INSERT INTO foyer.conversation (application_id, id, visitor_id, created_at, updated_at, status)
    SELECT application_id, gen_random_uuid(), visitor_id, now(), now(), %L FROM foyer.conversation LIMIT 1', status),
    '23514', NULL, format('a new conversation is not %s without more', status))
  FROM unnest(ARRAY['active', 'closed']) AS status;
SELECT lives_ok($$ UPDATE foyer.conversation SET status = 'closed', closed_at = now() $$,
    'what belongs together is written together');

SELECT throws_ok('UPDATE foyer.message SET ' || q.change, '23514', NULL, q.why)
  FROM (VALUES ($$content = ''$$, 'a message is not empty'),
               ($$content = repeat('x', 5001)$$, 'and at most 5,000 characters long'),
               ($$sender_role = 'robot'$$, 'its sender is of a side, or the system'),
               ($$sender_role = 'system'$$, 'the system has no id'),
               ('sender_id = NULL', 'who is not the system has one'))
       AS q(change, why);
SELECT throws_ok($$ INSERT INTO foyer.rate_counter (tenant_id, subject_id, scope, n, kept, last_at, tail)
    VALUES (pg_temp.id('shop'), pg_temp.id('ann'), 'robot', 1, 0, now(), ARRAY[now()]) $$,
    '23514', NULL, 'a limit is of something that has limits');

SELECT throws_ok($$ UPDATE foyer.visitor SET phone = '04930123456' $$, '23514', NULL, 'a telephone number is one of the world');
SELECT throws_ok($$ UPDATE foyer.api_key SET scopes = '{}' $$, '23514', NULL, 'a key may do something, or everything');

-- ---- nor do two

SELECT throws_ok($$ INSERT INTO foyer.tag (organization_id, id, name, created_at)
    SELECT pg_temp.id('acme'), gen_random_uuid(), name, now() FROM unnest('{angry,ANGRY}'::text[]) AS u(name) $$,
    '23505', NULL, 'tags of an organization differ not in case alone');
SELECT throws_ok($$ INSERT INTO foyer.message
    SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).* FROM foyer.message AS m $$,
    '23505', NULL, 'messages of a conversation have numbers of their own');

SELECT * FROM finish();
ROLLBACK;
