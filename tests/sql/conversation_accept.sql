-- An operator takes a pending conversation; who comes second is told so.
BEGIN;
SELECT plan(26);
\ir lib/site.sql
SELECT pg_temp.talk(t.name, t.app, 'ann', t.status, t.assigned)
  FROM (VALUES ('talk', 'shop', 'pending', NULL), ('his', 'shop', 'active', 'otto'),
               ('mine', 'shop', 'active', 'olga'), ('done', 'shop', 'closed', 'olga'),
               ('foreign', 'spy', 'pending', NULL), ('gone', 'shop', 'pending', NULL),
               ('ahead', 'blog', 'pending', NULL)) AS t(name, app, status, assigned) \g /dev/null
UPDATE foyer.conversation SET deleted_at = now() WHERE id = pg_temp.id('gone');
UPDATE foyer.conversation SET updated_at = now() + interval '1 day' WHERE id = pg_temp.id('ahead');
CREATE TEMPORARY TABLE said (step text, r foyer_api.conversation_reply);
GRANT ALL ON said TO foyer_web;
CREATE FUNCTION pg_temp.accept(p_caller text, p_talk text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    INSERT INTO pg_temp.said
    SELECT p_caller || ': ' || p_talk, foyer_api.conversation_accept(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk))
      FROM pg_temp.caller(p_caller) AS c
    RETURNING (said.r).verdict.outcome
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.accept(q.caller, q.talk), q.want, format('%s accepts %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('stranger', 'talk', 'key_unknown'), ('olga', 'foreign', 'conversation_not_found'),
               ('olga', 'nothing', 'conversation_not_found'), ('olga', 'gone', 'conversation_not_found'),
               ('olga in blog', 'talk', 'conversation_not_found'), ('olga', 'his', 'already_assigned'),
               ('olga', 'mine', 'already_assigned'), ('olga', 'done', 'already_assigned'))
       AS q(caller, talk, want);
RESET ROLE;
SELECT is((SELECT max(seq) FROM foyer.conversation), 1::bigint, 'none of them took a number');
SELECT is_empty('TABLE foyer.message', 'or wrote a message');

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.accept('olga', 'talk', 'slot', 'body'), 'ok', 'the first gets it');
SELECT is(pg_temp.accept('otto', 'talk'), 'already_assigned', 'the second does not');
SELECT is(pg_temp.accept('olga', 'talk', 'slot', 'body'), 'ok', 'the same request again');
SELECT is(pg_temp.accept('olga', 'talk'), 'already_assigned', 'another request of the same operator is late');
SELECT is(pg_temp.accept('ada', 'ahead'), 'ok', 'an admin may take one, too');
RESET ROLE;

SELECT results_eq(
    $$ SELECT (r).id, (r).status, (r)."assignedTo", (r)."closedAt", (r)."updatedAt" > (r)."createdAt",
              (SELECT string_agg(p.role || ' ' || (p."joinedAt" = (r)."updatedAt"), ',') FROM unnest((r).participants) AS p)
         FROM said WHERE step = 'olga: talk' AND (r).verdict.outcome = 'ok' AND (r).verdict.replayed IS NULL $$,
    $$ SELECT pg_temp.id('talk'), 'active', pg_temp.id('olga'), NULL::timestamptz, true,
              'visitor false,operator true' $$,
    'it is active, assigned, and the operator takes part from then on');
SELECT is((SELECT count((r).verdict.replayed) FROM said), 1::bigint, 'the same request is a replay');
SELECT results_eq(
    $$ SELECT c.seq, c.status_seq, m.seq, m.content::text, m.sender_id, m.sender_role::text, m.created_at = c.updated_at,
              left(m.id::text, 13) = left(foyer.uuid_v7(m.created_at)::text, 13)
         FROM foyer.conversation AS c JOIN foyer.message AS m ON m.conversation_id = c.id
        WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES (3::bigint, 2::bigint, 3::bigint, 'olga joined the conversation', NULL::uuid, 'system', true, true) $$,
    'two changes: the status, and a message that says so');
SELECT is((SELECT c.updated_at - now() FROM foyer.conversation AS c WHERE c.id = pg_temp.id('ahead')),
    interval '1 day 1 ms', 'whatever the clock does, it is updated a millisecond later at least');
SELECT is((SELECT role FROM foyer.participant WHERE user_id = pg_temp.id('ada')), 'admin',
    'an admin takes part as one');

-- ---- of many, one

SELECT pg_temp.talk('wanted', 'shop', 'ann');
INSERT INTO foyer.operator (hash, id, organization_id, name, role, env, created_at)
SELECT pg_temp.hash('key ' || k), pg_temp.id('operator ' || k), pg_temp.id('acme'), 'operator ' || k, 'operator',
       'live', now() FROM generate_series(1, 20) AS k;
SELECT results_eq(
    $$ SELECT (r.verdict).outcome, count(*) FROM generate_series(1, 20) AS k,
              LATERAL foyer_api.conversation_accept(pg_temp.hash('key ' || k), 'operator', NULL, NULL, NULL, NULL, NULL,
                  pg_temp.id('wanted')) AS r GROUP BY 1 ORDER BY 1 $$,
    $$ VALUES ('already_assigned', 19::bigint), ('ok', 1) $$, 'of twenty operators one gets it');
SELECT is((SELECT count(*) FROM foyer.participant WHERE conversation_id = pg_temp.id('wanted')), 2::bigint,
    'and takes part');
SELECT is((SELECT count(*) FROM foyer.message WHERE conversation_id = pg_temp.id('wanted')), 1::bigint,
    'and is announced');
UPDATE foyer.operator SET revoked_at = now() WHERE id = pg_temp.id('otto');
SELECT pg_temp.talk('late', 'shop', 'ann');
SELECT is(pg_temp.accept('otto', 'late'), 'key_revoked', 'an operator who is none any more takes nothing');
UPDATE foyer.application SET suspended_at = now() WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.accept('olga in shop', 'late'), 'application_suspended', 'nor anybody of a suspended application');
SELECT is((SELECT status FROM foyer.conversation WHERE id = pg_temp.id('late')), 'pending', 'it waits');

SELECT * FROM finish();
ROLLBACK;
