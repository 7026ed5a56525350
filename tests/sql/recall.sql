-- foyer.remember and foyer.recall: the first answer, again, for 24 hours.
BEGIN;
SELECT plan(21);
\ir lib/site.sql

CREATE FUNCTION pg_temp.reply(p_name text)
RETURNS foyer_api.conversation_reply LANGUAGE sql STABLE AS $$
    SELECT jsonb_populate_record(NULL::foyer_api.conversation_reply, jsonb_build_object(
        'verdict', '{"outcome": "ok", "rate_window": "minute", "rate_limit": 3}'::jsonb,
        'id', pg_temp.id(p_name), 'subject', p_name, 'status', 'pending',
        'createdAt', '2025-01-15T10:30:05.123456Z',
        'participants', jsonb_build_array(jsonb_build_object('userId', pg_temp.id('ann'),
            'role', 'visitor', 'joinedAt', '2025-01-15T10:30:05.123Z'))))
$$;
-- What is answered: an answer of before, with the verdict of the request in question.
CREATE FUNCTION pg_temp.recalled(p_entry foyer.entry, p_slot text, p_fingerprint text)
RETURNS foyer_api.conversation_reply LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r  foyer_api.conversation_reply;
BEGIN
    p_entry.verdict := jsonb_populate_record(NULL::foyer_api.verdict,
        '{"outcome": "ok", "rate_window": "hour", "rate_remaining": 7}');
    p_entry := foyer.recall(p_entry, pg_temp.hash(p_slot), pg_temp.hash(p_fingerprint));
    r.verdict := p_entry.verdict;
    RETURN jsonb_populate_record(r, p_entry.answer);
END;
$$;
CREATE FUNCTION pg_temp.remember(p_entry foyer.entry, p_slot text, p_fingerprint text, p_name text)
RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT foyer.remember(p_entry, pg_temp.hash(p_slot), pg_temp.hash(p_fingerprint),
        pg_temp.reply(p_name))
$$;
CREATE FUNCTION pg_temp.ann() RETURNS foyer.entry LANGUAGE sql STABLE AS
    $$ SELECT pg_temp.entry('ann', 'visitor', 'shop') $$;

SELECT pg_temp.remember(pg_temp.ann(), 'slot', 'body', 'talk');

-- ---- the same request

SELECT is((r).verdict.replayed, true, 'the same request is replayed')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r;
SELECT results_eq(
    $$ SELECT r.id, r.subject, r.status, r."assignedTo", r."createdAt", r.participants
         FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r $$,
    $$ SELECT r.id, r.subject, r.status, NULL::uuid, r."createdAt", r.participants
         FROM pg_temp.reply('talk') AS r $$,
    'with every column as it was, to the microsecond');
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, (r.verdict).rate_window, (r.verdict).rate_limit,
              (r.verdict).rate_remaining
         FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r $$,
    $$ VALUES ('ok', 'hour', NULL::integer, 7) $$,
    'but what the limiter says is of now');
SET LOCAL timezone = 'Asia/Kathmandu';
SELECT is((r)."createdAt", '2025-01-15T10:30:05.123456Z'::timestamptz,
    'whatever the time zone of the session is')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r;
RESET timezone;

-- ---- other requests

SELECT results_eq(
    $$ SELECT (r.verdict).outcome, (r.verdict).replayed, (r.verdict).rate_remaining, r.id
         FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'other body') AS r $$,
    $$ VALUES ('idempotency_mismatch', NULL::boolean, 7, NULL::uuid) $$,
    'another body is a mismatch, and shows nothing of the first answer');
SELECT is((r.verdict).replayed, NULL, what || ' is a request of its own')
  FROM (VALUES ('another key', 'other slot', 'ann', 'visitor', 'shop'),
               ('another caller', 'slot', 'bob', 'visitor', 'shop'),
               ('another application', 'slot', 'ann', 'visitor', 'blog'),
               ('an operator of the same id', 'slot', 'ann', 'operator', 'shop'))
       AS q(what, slot, name, role, app),
       LATERAL pg_temp.recalled(pg_temp.entry(q.name, q.role, q.app), q.slot, 'body') AS r;
SELECT is((r.verdict).replayed, NULL, 'a request without key is never replayed')
  FROM pg_temp.recalled(pg_temp.ann(), NULL, NULL) AS r;
SELECT pg_temp.remember(pg_temp.ann(), NULL, 'body', 'talk');
SELECT is((SELECT count(*) FROM foyer.idempotency), 1::bigint, 'and not remembered');

-- ---- what is kept

SELECT results_eq(
    $$ SELECT i.tenant_id, i.caller_id, i.response ? 'verdict', i.created_at >= now()
         FROM foyer.idempotency AS i $$,
    $$ SELECT pg_temp.id('shop'), pg_temp.id('ann'), false, true $$,
    'an answer is the caller''s, without its verdict');
SELECT pg_temp.remember(pg_temp.entry('olga', 'operator', 'shop'), 'slot', 'body', 'talk');
SELECT isnt_empty($$ SELECT FROM foyer.idempotency WHERE tenant_id = pg_temp.id('acme')
                        AND caller_id = pg_temp.id('olga') $$,
    'an operator''s belongs to the organization');

-- ---- for 24 hours

UPDATE foyer.idempotency SET created_at = clock_timestamp() - interval '23 hours 59 minutes';
SELECT is((r.verdict).replayed, true, 'an answer of almost a day ago is there')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r;
UPDATE foyer.idempotency SET created_at = clock_timestamp() - interval '24 hours';
SELECT is((r.verdict).replayed, NULL, 'one of a day ago is not')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'body') AS r;
SELECT is((r.verdict).outcome, 'ok', 'nor does it contradict another request')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'other body') AS r;
SELECT pg_temp.remember(pg_temp.ann(), 'slot', 'other body', 'other talk');
SELECT is((r).subject, 'other talk', 'it makes room for a new one')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'other body') AS r;
SELECT is((r.verdict).replayed, true, 'which counts a day from then')
  FROM pg_temp.recalled(pg_temp.ann(), 'slot', 'other body') AS r;
SELECT throws_ok(
    $$ SELECT foyer.remember(pg_temp.ann(), 'short', pg_temp.hash('body'), pg_temp.reply('talk')) $$,
    '23514', NULL, 'a slot is a digest');
SELECT throws_ok(
    $$ SELECT foyer.remember(pg_temp.ann(), pg_temp.hash('slot'), 'short', pg_temp.reply('talk')) $$,
    '23514', NULL, 'and so is a fingerprint');
SELECT is((SELECT count(*) FROM foyer.idempotency), 2::bigint, 'there is one answer for each slot');

SELECT * FROM finish();
ROLLBACK;
