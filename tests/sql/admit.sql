-- foyer_api.admit: authenticates, and counts when it is told to.
BEGIN;
SELECT plan(9);
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

SELECT * FROM finish();
ROLLBACK;
