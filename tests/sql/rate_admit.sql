-- A request is admitted exactly when every window has room for it, and told which window
-- has the least.  The instants lie in the future, so that each decision has a known one.
BEGIN;
SELECT plan(26);
\ir lib/limiter.sql
SELECT date_trunc('second', clock_timestamp()) + interval '1 day' AS t \gset

CREATE FUNCTION pg_temp.after(p_hits timestamptz[], p_max integer[], p_record boolean DEFAULT true)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.write('ann', p_hits);
    SELECT pg_temp.said(pg_temp.admit('ann', p_max, p_record));
$$;

-- ---- the first request

SELECT is(pg_temp.said(v), concat('ok second 3 2 ', v.at + interval '1 second'),
    'the first of three leaves two, until it leaves the window itself')
  FROM pg_temp.admit('new', '{3,30,200}') AS v;
SELECT results_eq(
    $$ SELECT r.n, r.scope::text, r.last_at BETWEEN now() AND clock_timestamp(), r.first, r.first_at,
              r.tail = ARRAY[r.last_at]
         FROM foyer.rate_counter AS r WHERE r.subject_id = pg_temp.id('new') $$,
    $$ VALUES (1::bigint, 'operator', true, NULL::bigint[], NULL::timestamptz[], true) $$,
    'it makes a counter of one hit, at the instant of the decision');
SELECT ok((v).at > now() AND (v).at <= clock_timestamp() AND (v).rate_scope = 'operator',
    'the verdict has its scope and its instant, which is not the start of the transaction')
  FROM pg_temp.admit('newer', '{3,30,200}') AS v;
SELECT is_empty('TABLE foyer.visitor', 'an operator does not become a visitor');

INSERT INTO foyer.organization (id, name, created_at) VALUES (pg_temp.id('org'), 'o', now());
INSERT INTO foyer.application (id, organization_id, name, created_at)
VALUES (pg_temp.id('tenant'), pg_temp.id('org'), 'a', now());
SELECT is((v).outcome, 'ok', 'a visitor is admitted')
  FROM foyer.rate_admit(pg_temp.id('tenant'), 'visitor', pg_temp.id('new'), '{3,30,200}') AS v;
SELECT results_eq(
    $$ SELECT v.application_id, v.id, v.created_at = date_trunc('milliseconds', r.last_at)
         FROM foyer.visitor AS v, foyer.rate_counter AS r WHERE r.scope = 'visitor' $$,
    $$ VALUES (pg_temp.id('tenant'), pg_temp.id('new'), true) $$,
    'a visitor exists from its first admitted request');
SELECT results_eq(
    $$ SELECT scope::text, n FROM foyer.rate_counter WHERE subject_id = pg_temp.id('new') ORDER BY 1 $$,
    $$ VALUES ('operator', 1::bigint), ('visitor', 1::bigint) $$,
    'scopes count by themselves');
SELECT is((v).rate_remaining, 2, 'and so do tenants')
  FROM foyer.rate_admit(pg_temp.id('other'), 'operator', pg_temp.id('new'), '{3,30,200}') AS v;

-- ---- the edge of each window: a hit exactly a span ago has left it

SELECT is(pg_temp.after(ARRAY[t - w.span, t - w.span / 2, t], w.max),
    concat_ws(' ', 'ok', w.name, 3, 0, t + w.span / 2),
    'a hit exactly one ' || w.name || ' ago has left')
  FROM (VALUES ('second', interval '1 second', '{3,0,0}'::integer[]),
               ('minute', '1 minute', '{0,3,0}'), ('hour', '1 hour', '{0,0,3}'))
       AS w(name, span, max), (SELECT :'t'::timestamptz AS t) AS clock;
SELECT is(pg_temp.after(ARRAY[t - w.span + interval '1 microsecond', t - w.span / 2, t], w.max),
    concat_ws(' ', 'rate_limited', w.name, 3, 0, t + interval '1 microsecond'),
    'a microsecond later it is inside, and the ' || w.name || ' opens when it leaves')
  FROM (VALUES ('second', interval '1 second', '{3,0,0}'::integer[]),
               ('minute', '1 minute', '{0,3,0}'), ('hour', '1 hour', '{0,0,3}'))
       AS w(name, span, max), (SELECT :'t'::timestamptz AS t) AS clock;

-- ---- which window is told

SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz], '{4,3,5}'),
    concat('ok minute 3 1 ', :'t'::timestamptz + interval '1 minute'),
    'the window with the fewest left is told');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz], '{3,3,5}'),
    concat('ok minute 3 1 ', :'t'::timestamptz + interval '1 minute'),
    'of two with as few, the longer');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz], '{3,3,3}'),
    concat('ok hour 3 1 ', :'t'::timestamptz + interval '1 hour'), 'of three, the longest');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz - interval '2 seconds', :'t'], '{2,3,0}'),
    concat('ok minute 3 0 ', :'t'::timestamptz + interval '58 seconds'),
    'a window regains a request when its oldest hit leaves');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz - interval '50 seconds', :'t'], '{1,2,0}'),
    concat('rate_limited minute 2 0 ', :'t'::timestamptz + interval '10 seconds'),
    'of two full windows, the one that opens last is told');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz - interval '59.5 seconds', :'t'], '{1,2,0}'),
    concat('rate_limited second 1 0 ', :'t'::timestamptz + interval '1 second'),
    'which may be the shorter');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz - interval '59 seconds', :'t'], '{1,2,0}'),
    concat('rate_limited minute 2 0 ', :'t'::timestamptz + interval '1 second'),
    'of two that open at once, the longer');

-- ---- without counting

SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz], '{2,0,0}', false),
    concat('ok second 2 1 ', :'t'::timestamptz + interval '1 second'),
    'a request that does not count leaves one more');
SELECT is(pg_temp.after(ARRAY[:'t'::timestamptz], '{1,0,0}', false),
    concat('rate_limited second 1 0 ', :'t'::timestamptz + interval '1 second'),
    'it is refused like any other');
SELECT is(pg_temp.said(v), concat('ok hour 3 3 ', v.at),
    'an empty window has all left, now')
  FROM pg_temp.admit('nobody', '{9,9,3}', false) AS v;
SELECT is_empty($$ SELECT FROM foyer.rate_counter WHERE subject_id = pg_temp.id('nobody') $$,
    'and nothing is written');

-- ---- hits are the transaction's

SELECT pg_temp.write('ann', ARRAY[:'t'::timestamptz]);
SAVEPOINT request;
SELECT pg_temp.admit('ann', '{9,9,9}') \g /dev/null
ROLLBACK TO request;
SELECT results_eq($$ SELECT n FROM foyer.rate_counter WHERE subject_id = pg_temp.id('ann') $$,
    $$ VALUES (1::bigint) $$, 'a hit is undone with its transaction');

SELECT * FROM finish();
ROLLBACK;
