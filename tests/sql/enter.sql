-- Who calls is found out in the order of the contract: of several faults, the first counts.
BEGIN;
SELECT plan(58);
\ir lib/site.sql

-- pg_temp.outcome: of a visitor's request.
CREATE FUNCTION pg_temp.outcome(p_key text, p_app text, p_origin text DEFAULT NULL,
    p_scope text DEFAULT 'messages:write', p_only text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT (e.verdict).outcome
      FROM foyer.enter(pg_temp.hash(p_key), 'visitor', pg_temp.id(p_app), p_origin,
               pg_temp.id('ann'), p_scope, NULL, NULL, p_only) AS e
$$;
CREATE FUNCTION pg_temp.operator_outcome(p_key text, p_app text, p_origin text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT (e.verdict).outcome
      FROM foyer.enter(pg_temp.hash(p_key), 'operator', pg_temp.id(p_app), p_origin, NULL,
               NULL, NULL, NULL, NULL) AS e
$$;

-- ---- every fault at once, then one less each time

UPDATE foyer.api_key SET revoked_at = now(), disabled_at = now(), expires_at = now(), scopes = '{messages:read}'
 WHERE hash = pg_temp.hash('shop key');
UPDATE foyer.application
   SET allowed_origins = '{example.com}', suspended_at = now(), visitor_max = '{1,0,0}'
 WHERE id = pg_temp.id('shop');
INSERT INTO foyer.rate_counter
    (tenant_id, subject_id, scope, n, kept, last_at, first, first_at, tail)
SELECT pg_temp.id('shop'), pg_temp.id('ann'), 'visitor', 1, 0, t, '{0,0,0}', ARRAY[t, t, t], ARRAY[t]
  FROM (SELECT clock_timestamp() + interval '1 day' AS t) AS clock;

SELECT is(pg_temp.outcome('no such key', NULL, 'evil.org'), 'key_unknown', 'first the key');
SELECT is(pg_temp.outcome('shop key', NULL, 'evil.org'), 'key_revoked', 'then its revocation');
UPDATE foyer.api_key SET revoked_at = NULL WHERE hash = pg_temp.hash('shop key');
SELECT is(pg_temp.outcome('shop key', NULL, 'evil.org'), 'key_disabled', 'then whether it is disabled');
UPDATE foyer.api_key SET disabled_at = NULL WHERE hash = pg_temp.hash('shop key');
SELECT is(pg_temp.outcome('shop key', NULL, 'evil.org'), 'key_expired', 'then its expiry');
UPDATE foyer.api_key SET expires_at = clock_timestamp() + interval '1 hour'
 WHERE hash = pg_temp.hash('shop key');
SELECT is(pg_temp.outcome('shop key', NULL, 'evil.org'), 'application_missing',
    'then that there is an application');
SELECT is(pg_temp.outcome('shop key', 'blog', 'evil.org'), 'application_mismatch',
    'then that it is that of the key');
SELECT is(pg_temp.outcome('shop key', 'shop', 'evil.org'), 'origin_refused', 'then the origin');
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com'), 'application_suspended',
    'then a suspension');
UPDATE foyer.application SET suspended_at = NULL WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com', p_only => 'operator'), 'caller_wrong',
    'then its kind');
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com'), 'scope_missing', 'then its scope');
UPDATE foyer.api_key SET scopes = '{messages:read,messages:write}' WHERE hash = pg_temp.hash('shop key');
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com'), 'rate_limited',
    'last the rate limit');
DELETE FROM foyer.rate_counter;
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com'), 'ok', 'or all is well');
SELECT is((SELECT count(*) FROM foyer.rate_counter), 1::bigint,
    'no request but the last has been counted');

-- ---- what the key says

SELECT is(pg_temp.outcome('shop test key', 'shop', 'localhost'), 'rate_limited',
    'a test key may come from localhost, and shares the visitor''s limits');
SELECT is(pg_temp.outcome('shop key', 'shop', 'localhost'), 'origin_refused', 'a live key may not');
SELECT is(pg_temp.outcome('olga key', 'shop'), 'key_unknown',
    'an operator''s key is none of a visitor');
SELECT is(pg_temp.operator_outcome('shop key', 'shop'), 'key_unknown', 'nor the other way round');

-- ---- what is refused has no answer of before

INSERT INTO foyer.idempotency (tenant_id, caller_id, slot, fingerprint, created_at, response)
VALUES (pg_temp.id('shop'), pg_temp.id('ann'), pg_temp.hash('slot'), pg_temp.hash('body'), now(), '{}');
SELECT results_eq(
    format($$ SELECT (e.verdict).outcome, (e.verdict).replayed, e.done, e.answer
         FROM foyer.enter(pg_temp.hash('shop key'), 'visitor', pg_temp.id('shop'), 'example.com',
                  pg_temp.id('ann'), NULL, NULL, NULL, NULL, pg_temp.hash('slot'), pg_temp.hash(%L)) AS e $$, body),
    $$ VALUES ('rate_limited', NULL::boolean, true, NULL::jsonb) $$, promise)
  FROM (VALUES ('body', 'a full window refuses a retry, too'),
               ('other body', 'and is told before another request with its key')) AS t(body, promise);
DELETE FROM foyer.idempotency;

-- ---- origins

UPDATE foyer.application SET visitor_max = '{0,0,0}';
SELECT is(pg_temp.outcome('shop key', 'shop'), 'ok', 'a request without origin is allowed');
UPDATE foyer.application SET require_origin = true;
SELECT is(pg_temp.outcome('shop key', 'shop'), 'origin_refused', 'unless one is required');
SELECT is(pg_temp.outcome('blog key', 'blog', 'evil.org'), 'ok',
    'without a list of origins, any will do');

-- ---- what is found out

SELECT results_eq(
    $$ SELECT e.tenant_id, e.organization_id, e.application_id, e.actor_id, e.actor_role,
              e.edit_window, (e.verdict).caller, (e.verdict).rate_scope
         FROM foyer.enter(pg_temp.hash('blog key'), 'visitor', pg_temp.id('blog'), 'a.b',
                  pg_temp.id('ann'), NULL, NULL, NULL, NULL) AS e $$,
    $$ SELECT pg_temp.id('blog'), pg_temp.id('acme'), pg_temp.id('blog'), pg_temp.id('ann'),
              'visitor', interval '15 minutes', pg_temp.id('blog key'), 'visitor' $$,
    'a visitor''s limits are those of the application');
SELECT results_eq(
    $$ SELECT e.tenant_id, e.organization_id, e.application_id, e.actor_id, e.actor_role,
              e.actor_name, (e.verdict).caller, (e.verdict).rate_scope
         FROM foyer.enter(pg_temp.hash('ada key'), 'operator', NULL, NULL, NULL,
                  NULL, NULL, NULL, NULL) AS e $$,
    $$ SELECT pg_temp.id('acme'), pg_temp.id('acme'), NULL::uuid, pg_temp.id('ada'), 'admin',
              'ada', pg_temp.id('ada'), 'operator' $$,
    'an operator''s are those of the organization');
SELECT results_eq(
    $$ SELECT (e.verdict).outcome, (e.verdict).caller, (e.verdict).rate_window
         FROM foyer.enter(pg_temp.hash('no such key'), 'visitor', NULL, NULL, NULL,
                  NULL, NULL, NULL, NULL) AS e $$,
    $$ VALUES ('key_unknown', NULL::uuid, NULL::text) $$,
    'nobody is found out by an unknown key, and no limiter asked');

-- ---- operators

SELECT is(pg_temp.operator_outcome('olga key', NULL, 'evil.org'), 'ok',
    'the origin of an operator is not looked at');
SELECT is(pg_temp.operator_outcome('olga key', 'shop'), 'ok',
    'an operator may name an application of the organization');
SELECT is(pg_temp.operator_outcome('olga key', 'spy'), 'application_mismatch',
    'not one of another');
UPDATE foyer.application SET suspended_at = now() WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.operator_outcome('olga key', 'shop'), 'application_suspended',
    'nor a suspended one');
SELECT is(pg_temp.operator_outcome('olga key', NULL), 'ok', 'who names none goes on');
UPDATE foyer.operator SET revoked_at = now() WHERE id = pg_temp.id('olga');
SELECT is(pg_temp.operator_outcome('olga key', 'spy'), 'key_revoked', 'until the key is revoked');

-- ---- with and without counting

DELETE FROM foyer.rate_counter;
UPDATE foyer.application SET visitor_max = '{0,1,0}' WHERE id = pg_temp.id('blog');
SELECT results_eq(
    $$ SELECT (e.verdict).outcome, (e.verdict).rate_window, (e.verdict).rate_remaining
         FROM foyer.enter(pg_temp.hash('blog key'), 'visitor', pg_temp.id('blog'), 'a.b',
                  pg_temp.id('ann'), NULL, NULL, NULL, NULL, p_record => false) AS e $$,
    $$ VALUES ('ok', 'minute', 1) $$, 'the limiter can be asked without counting');
SELECT results_eq(
    $$ SELECT (e.verdict).outcome, (e.verdict).rate_window, (e.verdict).rate_remaining
         FROM foyer.enter(pg_temp.hash('blog key'), 'visitor', pg_temp.id('blog'), 'a.b',
                  NULL, NULL, NULL, NULL, NULL, p_record => NULL) AS e $$,
    $$ VALUES ('ok', NULL::text, NULL::integer) $$, 'or not at all');
SELECT is_empty('TABLE foyer.rate_counter', 'neither is written down');
SELECT is(pg_temp.outcome('blog key', 'blog', 'a.b') || ', '
          || pg_temp.outcome('blog key', 'blog', 'a.b'), 'ok, rate_limited', 'the rest is');

-- ---- what a key may do

UPDATE foyer.application SET suspended_at = NULL WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.outcome('shop key', 'shop', 'example.com', scope), want, format('%s: %s', coalesce(scope, 'nothing'), want))
  FROM (VALUES ('messages:read', 'ok'), ('messages:write', 'ok'), ('messages:delete', 'scope_missing'),
               ('contacts:read', 'scope_missing'), (NULL, 'ok')) AS t(scope, want);
SELECT is(pg_temp.outcome('shop test key', 'shop', 'example.com', scope::text), 'ok', 'a key without scopes may do everything: ' || scope)
  FROM unnest(enum_range(NULL::foyer.scope)) AS u(scope);

-- ---- whose limit holds for a key

CREATE FUNCTION pg_temp.limited(p_key_max integer, p_record boolean DEFAULT true)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (e.verdict).outcome, (e.verdict).rate_scope, (e.verdict).rate_limit, (e.verdict).rate_remaining)
      FROM foyer.enter(pg_temp.hash('blog key'), 'visitor', pg_temp.id('blog'), 'a.b', pg_temp.id('ann'), NULL,
               p_key_max, NULL, NULL, p_record => p_record) AS e
$$;
UPDATE foyer.application SET visitor_max = '{0,0,99}' WHERE id = pg_temp.id('blog');
DELETE FROM foyer.rate_counter;
SELECT is(pg_temp.limited(NULL), 'ok visitor 99 98', 'a mount may have no limit for keys');
SELECT is((SELECT array_agg(r.scope) FROM foyer.rate_counter AS r), '{visitor}', 'then they are not counted');
SELECT is(pg_temp.limited(0), 'ok visitor 99 97', 'nor where it is 0');
SELECT is(pg_temp.limited(5), 'ok key 5 4', 'or it has one');
SELECT is(pg_temp.limited(7), 'ok key 7 5', 'which shares its count with the others');
UPDATE foyer.application SET key_max = 6 WHERE id = pg_temp.id('blog');
SELECT is(pg_temp.limited(5) || ', ' || pg_temp.limited(NULL), 'ok key 6 3, ok key 6 2', 'the application''s is before the mount''s');
UPDATE foyer.api_key SET key_max = 8 WHERE id = pg_temp.id('blog key');
SELECT is(pg_temp.limited(5), 'ok key 8 3', 'the key''s before the application''s');
SELECT is(pg_temp.limited(5, false) || ', ' || pg_temp.limited(5, NULL), 'ok key 8 3, ok key 8 2',
    'they can be asked without counting, or the key''s counted alone');
UPDATE foyer.api_key SET key_max = 0 WHERE id = pg_temp.id('blog key');
SELECT is(pg_temp.limited(5), 'ok visitor 99 91', 'also when there is none');
SELECT is((SELECT array_agg(r.n ORDER BY r.scope) FROM foyer.rate_counter AS r), '{6,8}', 'and that is not counted');
SELECT is((e.verdict).rate_scope, 'operator', 'an operator''s key has no limit but the operator''s')
  FROM foyer.enter(pg_temp.hash('ada key'), 'operator', NULL, NULL, NULL, 'messages:write', 1, NULL, NULL) AS e;

SELECT * FROM finish();
ROLLBACK;
