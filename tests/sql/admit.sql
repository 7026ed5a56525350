-- foyer_api.admit and tally: authenticate, and count what fails for another reason.
BEGIN;
SELECT plan(42);
\ir lib/site.sql
UPDATE foyer.application SET visitor_max = '{0,2,0}' WHERE id = pg_temp.id('shop');
CREATE FUNCTION pg_temp.admit(p_key text, p_count boolean)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).rate_window, (r.verdict).rate_remaining)
      FROM foyer_api.admit(pg_temp.hash(p_key), 'visitor', pg_temp.id('shop'), NULL,
               pg_temp.id('ann'), p_count) AS r
$$;
PREPARE hits AS SELECT coalesce(max(r.n), 0) FROM foyer.rate_counter AS r;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.admit('no such key', NULL), 'key_unknown', 'an unknown key is told first');
SELECT is(pg_temp.admit('no such key', true), 'key_unknown', 'also when it would count');
SELECT is(pg_temp.admit('shop key', NULL), 'ok', 'a fault before the rate limit does not ask it');
RESET ROLE;
SELECT results_eq('hits', ARRAY[0::bigint], 'and does not count');
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.admit('shop key', true), 'ok minute 1', 'a later fault counts');
SELECT is(pg_temp.admit('shop key', true), 'ok minute 0', 'each time');
SELECT is(pg_temp.admit('shop key', true), 'rate_limited minute 0', 'until it is refused');
RESET ROLE;
SELECT results_eq('hits', ARRAY[2::bigint], 'which does not count');
SELECT is((r.verdict).caller, pg_temp.id('shop key'), 'the key is known for the log')
  FROM foyer_api.admit(pg_temp.hash('shop key'), 'visitor', pg_temp.id('shop'), NULL, NULL, NULL) AS r;

-- ---- the tally of a mount that limits keys: what fails before the limits are asked

DELETE FROM foyer.rate_counter;
UPDATE foyer.api_key SET scopes = '{messages:read}', key_max = 7 WHERE id = pg_temp.id('blog key');
UPDATE foyer.api_key SET key_max = 0 WHERE id = pg_temp.id('shop test key');
UPDATE foyer.application SET suspended_at = now() WHERE id = pg_temp.id('spy');
UPDATE foyer.organization SET operator_max = '{0,9,0}' WHERE id = pg_temp.id('rival');
CREATE FUNCTION pg_temp.tally(p_caller text, p_key text, p_app text, p_max integer, p_address text,
    p_scope text DEFAULT NULL, p_count boolean DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).rate_scope, (r.verdict).rate_window, (r.verdict).rate_limit,
               (r.verdict).rate_remaining)
      FROM foyer_api.admit(pg_temp.hash(p_key), p_caller, pg_temp.id(p_app), NULL, pg_temp.id('ann'), p_count,
               p_scope, p_max, pg_temp.id(p_address)) AS r
$$;
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.tally(t.kind, t.key, t.app, t.max, t.address, t.scope), t.want, t.what)
  FROM (VALUES
    ('visitor', 'shop key', 'shop', 5, 'home', NULL, 'ok key minute 5 4', 'without a fault of the key it counts against that'),
    ('visitor', 'shop key', 'shop', 5, 'away', NULL, 'ok key minute 5 3', 'wherever it comes from'),
    ('visitor', 'shop key', 'shop', 9, 'home', NULL, 'ok key minute 9 6', 'and whatever the mount''s limit is'),
    ('visitor', 'shop key', 'blog', 5, 'home', NULL, 'application_mismatch key minute 5 1', 'also for another application'),
    ('visitor', 'shop key', NULL, 5, 'home', NULL, 'application_missing key minute 5 0', 'or for none'),
    ('visitor', 'shop key', NULL, 5, 'home', NULL, 'application_missing key minute 5 0', 'where there is no room, the answer stays'),
    ('visitor', 'blog key', 'blog', 5, 'home', 'messages:write', 'scope_missing key minute 7 6', 'a key''s own limit is before the mount''s'),
    ('visitor', 'blog key', 'blog', 5, 'home', 'messages:read', 'ok key minute 7 5', 'a scope that it has is no fault'),
    ('visitor', 'shop test key', 'shop', 5, 'home', NULL, 'ok', 'a key without limit is not counted'),
    ('visitor', 'spy key', 'spy', 5, 'home', NULL, 'application_suspended key minute 5 4', 'a suspended application''s is'),
    ('operator', 'rita key', 'spy', 5, 'home', NULL, 'application_suspended operator minute 9 8', 'an operator has its own limits'),
    ('operator', 'rita key', 'shop', 5, 'home', NULL, 'application_mismatch operator minute 9 7', 'for every fault'),
    ('visitor', 'no such key', 'shop', 3, 'home', NULL, 'key_unknown address minute 3 2', 'an unknown key counts against the address'),
    ('operator', 'shop key', 'shop', 3, 'home', NULL, 'key_unknown address minute 3 1', 'of the other kind, too'),
    ('visitor', 'no such key', NULL, 3, 'away', NULL, 'key_unknown address minute 3 2', 'each address alone'),
    ('visitor', 'no such key', 'shop', 3, 'home', NULL, 'key_unknown address minute 3 0', 'for all applications together'),
    ('visitor', 'no such key', 'shop', 3, 'home', NULL, 'key_unknown address minute 3 0', 'the answer never changes'),
    ('visitor', 'no such key', 'shop', 3, NULL, NULL, 'key_unknown', 'an address that nobody knows is not counted'),
    ('visitor', 'no such key', 'shop', NULL, 'far', NULL, 'key_unknown', 'nor any in a mount without a limit'),
    ('visitor', 'no such key', 'shop', 0, 'far', NULL, 'key_unknown', 'or where that is 0'))
    AS t(kind, key, app, max, address, scope, want, what);
RESET ROLE;
UPDATE foyer.api_key SET revoked_at = now() WHERE id = pg_temp.id('blog key');
UPDATE foyer.api_key SET expires_at = now() WHERE id = pg_temp.id('spy key');
UPDATE foyer.api_key SET disabled_at = now() WHERE id = pg_temp.id('shop test key');
UPDATE foyer.operator SET revoked_at = now() WHERE id = pg_temp.id('rex');
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.tally(t.kind, t.key, t.app, 9, 'cafe'), t.want, t.what)
  FROM (VALUES ('visitor', 'blog key', 'blog', 'key_revoked address minute 9 8', 'a revoked key is not usable'),
               ('visitor', 'spy key', 'spy', 'key_expired address minute 9 7', 'nor an expired one'),
               ('visitor', 'shop test key', 'shop', 'key_disabled address minute 9 6', 'nor a disabled one'),
               ('operator', 'rex key', NULL, 'key_revoked address minute 9 5', 'nor a revoked operator''s'))
       AS t(kind, key, app, want, what);

-- ---- a request that fails later counts for key and visitor, as one that succeeds

SELECT is(pg_temp.tally('visitor', 'shop key', 'shop', 99, 'home', NULL, true), 'ok visitor minute 2 1', 'a later fault counts');
SELECT is(pg_temp.tally('visitor', 'shop key', 'shop', 7, 'home', NULL, true), 'ok visitor minute 2 0', 'for both');
RESET ROLE;
SELECT results_eq($$ SELECT r.n FROM foyer.rate_counter AS r
                      WHERE r.subject_id IN (pg_temp.id('ann'), pg_temp.id('shop key')) ORDER BY r.scope $$,
    '{7,2}'::bigint[], 'as their counters say');
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.tally('visitor', 'shop key', 'shop', 99, 'home', NULL, true), 'rate_limited visitor minute 2 0', 'until one of them refuses');

-- ---- without a key

CREATE FUNCTION pg_temp.nobody(p_max integer, p_address text)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, (r.verdict).rate_scope, (r.verdict).rate_window, (r.verdict).rate_limit,
               (r.verdict).rate_remaining)
      FROM foyer_api.tally(p_max, pg_temp.id(p_address)) AS r
$$;
SELECT is(pg_temp.nobody(10, 'cafe'), 'ok address minute 10 5', 'tally shares the count of the address');
SELECT is(pg_temp.nobody(5, 'cafe'), 'ok address minute 5 0', 'and is always ok, with room or without');
SELECT is(pg_temp.nobody(5, NULL), 'ok', 'of an address that nobody knows nothing is left');
RESET ROLE;
SELECT is(count(*), 0::bigint, 'no visitor has come of any of that') FROM foyer.visitor AS v
 WHERE v.application_id <> pg_temp.id('shop') OR v.id <> pg_temp.id('ann');
SELECT is(current_setting('synchronous_commit'), 'off', 'a tally does not wait for the disk');

SELECT * FROM finish();
ROLLBACK;
