-- What a site tells about its visitor: kept whole, proved by an HMAC, one e-mail for one visitor.
BEGIN;
SELECT plan(43);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('new', 'shop', 'carl');
UPDATE foyer.visitor SET created_at = '2025-01-15 10:00Z';

CREATE FUNCTION pg_temp.identify(p_caller text, p_name text DEFAULT NULL, p_email text DEFAULT NULL,
    p_phone text DEFAULT NULL, p_metadata json DEFAULT NULL, p_proof text DEFAULT NULL,
    p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS foyer_api.visitor_reply LANGUAGE sql VOLATILE AS $$
    SELECT r FROM pg_temp.caller(p_caller) AS c,
           foyer_api.visitor_identify(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.hash(p_slot),
               pg_temp.hash(p_body), p_name, p_email, p_phone, p_metadata, p_proof) AS r
$$;
CREATE FUNCTION pg_temp.outcome(p_caller text, p_email text DEFAULT NULL, p_phone text DEFAULT NULL,
    p_proof text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, r.verified)
      FROM pg_temp.identify(p_caller, NULL, p_email, p_phone, NULL, p_proof) AS r
$$;
CREATE FUNCTION pg_temp.got(p_caller text)
RETURNS foyer_api.visitor_reply LANGUAGE sql VOLATILE AS $$
    SELECT r FROM pg_temp.caller(p_caller) AS c, foyer_api.visitor_get(c.key, c.kind, c.app, NULL, c.visitor) AS r
$$;
CREATE FUNCTION pg_temp.seen(p_caller text, p_talk text)
RETURNS foyer_api.visitor_reply LANGUAGE sql VOLATILE AS $$
    SELECT r FROM pg_temp.caller(p_caller) AS c,
           foyer_api.conversation_visitor(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id(p_talk)) AS r
$$;
-- The members of an answer but the verdict.
CREATE FUNCTION pg_temp.shown(r foyer_api.visitor_reply)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT to_jsonb(r) - '{verdict,updatedAt}'::text[]
$$;

-- ---- what is kept

SET LOCAL ROLE foyer_web;
SELECT is(to_jsonb(r) - 'verdict', jsonb_build_object('id', pg_temp.id('ann'), 'name', NULL, 'email', NULL, 'phone', NULL,
        'metadata', '{}'::json, 'verified', false, 'createdAt', '2025-01-15T10:00:00+00:00',
        'updatedAt', '2025-01-15T10:00:00+00:00'),
    'a visitor of whom nothing was told')
  FROM pg_temp.got('ann') AS r;
SELECT pg_temp.identify('ann', 'Ann', 'Ann@Example.com', '+4930123456', '{"plan": "gold", "n": 1.50, "b": true}') AS told \gset
SELECT is(pg_temp.shown(:'told'), jsonb_build_object('id', pg_temp.id('ann'), 'name', 'Ann', 'email', 'Ann@Example.com',
        'phone', '+4930123456', 'metadata', '{"plan": "gold", "n": 1.50, "b": true}'::json, 'verified', false,
        'createdAt', '2025-01-15T10:00:00+00:00'), 'what is told is shown');
SELECT ok((:'told'::foyer_api.visitor_reply)."updatedAt" > '2025-01-15 10:00Z', 'with the instant at which it was told');
SELECT is(to_jsonb(r) - 'verdict', to_jsonb(:'told'::foyer_api.visitor_reply) - 'verdict', 'the visitor gets it')
  FROM pg_temp.got('ann') AS r;
SELECT is(to_jsonb(r) - 'verdict', to_jsonb(:'told'::foyer_api.visitor_reply) - 'verdict',
    caller || ' sees it at the conversation')
  FROM unnest('{olga,ada}'::text[]) AS u(caller), LATERAL pg_temp.seen(caller, 'talk') AS r;
SELECT is(concat_ws(' ', (r.verdict).outcome, r.name, r.id), w.want, format('%s and the conversation %s', w.caller, w.talk))
  FROM (VALUES ('olga', 'nothing', 'conversation_not_found'), ('otto', 'talk', 'conversation_not_found'),
               ('rita', 'talk', 'conversation_not_found'), ('olga in blog', 'talk', 'conversation_not_found'),
               ('stranger', 'talk', 'key_unknown'), ('olga', 'new', 'ok ' || pg_temp.id('carl'))) AS w(caller, talk, want),
       LATERAL pg_temp.seen(w.caller, w.talk) AS r;
SELECT is((pg_temp.got('ann of blog')).name, NULL, 'of the same id in another application nothing was told');
SELECT is((pg_temp.identify('ann', NULL, 'ann@example.com')).name, NULL, 'what is left out is forgotten');
SELECT is(pg_temp.shown(pg_temp.got('ann')) -> 'metadata', '{}', 'all of it');
SELECT is(((pg_temp.identify('stranger', 'x')).verdict).outcome, 'key_unknown', 'a stranger tells nothing');

-- ---- e-mails

SELECT is(pg_temp.outcome('bob', 'ANN@example.COM'), 'email_taken', 'an e-mail is one visitor''s, in any case');
SELECT is((r.verdict).rate_scope, 'visitor', 'who is refused has counted') FROM pg_temp.identify('bob', 'Bob', 'ann@example.com') AS r;
SELECT is((pg_temp.got('bob')).name, NULL, 'and nothing of what was told is kept');
SELECT is(pg_temp.outcome('ann', 'ANN@example.com'), 'ok f', 'its own a visitor may tell again');
SELECT is(pg_temp.outcome('bob of blog', 'ann@example.com'), 'ok f', 'in another application it is another''s');
SELECT is(pg_temp.outcome('ann', 'new@example.com'), 'ok f', 'who has another');
SELECT is(pg_temp.outcome('bob', 'ann@example.com'), 'ok f', 'leaves it to others');
SELECT is(pg_temp.outcome('carl', NULL, '+4930123456') || ', ' || pg_temp.outcome('dora', NULL, '+4930123456'),
    'ok f, ok f', 'visitors may share a telephone, and have no e-mail');

-- ---- proofs

RESET ROLE;
SELECT secret FROM foyer_admin.application_secret(pg_temp.id('shop')) \gset
CREATE FUNCTION pg_temp.proof(p_secret text, p_text text)
RETURNS text LANGUAGE sql IMMUTABLE SECURITY DEFINER AS $$
    SELECT encode(foyer.hmac_sha256(convert_to(p_secret, 'UTF8'), convert_to(p_text, 'UTF8')), 'hex')
$$;
CREATE FUNCTION pg_temp.proof_of(p_name text, p_email text, p_phone text)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT pg_temp.proof(a.secret, pg_temp.id(p_name) || E'\n' || p_email || E'\n' || p_phone)
      FROM foyer.application AS a WHERE a.id = pg_temp.id('shop')
$$;
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.outcome('eve', p.email, p.phone, pg_temp.proof_of(p.who, p.signed, p.number)), p.want, p.what)
  FROM (VALUES
    ('eve@example.com', '+49301', 'eve', 'eve@example.com', '+49301', 'ok t', 'a proof of e-mail and telephone'),
    ('eve@example.com', NULL, 'eve', 'eve@example.com', '', 'ok t', 'what is not told is empty in it'),
    (NULL, '+49301', 'eve', '', '+49301', 'ok t', 'whichever it is'),
    (NULL, NULL, 'eve', '', '', 'ok t', 'or both'),
    ('eve@example.com', NULL, 'ann', 'eve@example.com', '', 'proof_invalid', 'a proof for another visitor is none'),
    ('eve@example.com', NULL, 'eve', 'ann@example.com', '', 'proof_invalid', 'nor one of another e-mail'),
    ('eve@example.com', NULL, 'eve', 'Eve@example.com', '', 'proof_invalid', 'not even in another case'),
    ('Eve@example.com', NULL, 'eve', 'eve@example.com', '', 'proof_invalid', 'whichever of them is in lower case'),
    (NULL, '+49301', 'eve', '+49301', '', 'proof_invalid', 'nor one of them in another''s place'))
    AS p(email, phone, who, signed, number, want, what);
SELECT is(pg_temp.outcome('eve', NULL, NULL, upper(pg_temp.proof_of('eve', '', ''))), 'proof_invalid',
    'a proof is in lower case');
SELECT is((pg_temp.got('eve')).verified, true, 'a visitor whose proof is wrong stays as it was');
SELECT is(pg_temp.outcome('eve'), 'ok f', 'without a proof nothing is verified');
SELECT is(pg_temp.outcome('ann of blog', NULL, NULL, pg_temp.proof('', pg_temp.id('ann') || E'\n\n')),
    'proof_invalid', 'where there is no secret, nothing is a proof');
RESET ROLE;
SELECT foyer_admin.application_set(pg_temp.id('shop'), p_require_proof => true) \g /dev/null
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.outcome('eve', 'new@example.com'), 'proof_missing',
    'a proof may be required, and that is said before an e-mail is found taken');
SELECT is(((pg_temp.identify('eve', 'Eve')).verdict).outcome, 'proof_missing', 'also of a name alone, or of nothing');
SELECT is(pg_temp.outcome('eve', 'new@example.com', NULL, pg_temp.proof_of('eve', 'new@example.com', '')), 'email_taken',
    'whose e-mail it is, is said to who has proved it');
SELECT pg_temp.proof_of('eve', '', '') AS old \gset
RESET ROLE;
SELECT foyer_admin.application_secret(pg_temp.id('shop')) \g /dev/null
SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.outcome('eve', NULL, NULL, :'old'), 'proof_invalid', 'a proof by an earlier secret is none');

-- ---- retries

SELECT pg_temp.identify('ann of blog', 'Ann', NULL, NULL, '{"b": [1], "a": 1.0}', NULL, 'slot', 'body') AS first \gset
SELECT pg_temp.identify('ann of blog', 'Anna') \g /dev/null
SELECT pg_temp.identify('ann of blog', 'Ann', NULL, NULL, '{"b": [1], "a": 1.0}', NULL, 'slot', 'body') AS again \gset
SELECT is((:'again'::foyer_api.visitor_reply).metadata::text || pg_temp.shown(:'again'),
    (:'first'::foyer_api.visitor_reply).metadata::text || pg_temp.shown(:'first'), 'a retry gets the first answer again');
SELECT is((pg_temp.got('ann of blog')).name, 'Anna', 'and changes nothing');

SELECT * FROM finish();
ROLLBACK;
