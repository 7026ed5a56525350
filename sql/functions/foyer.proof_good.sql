-- foyer.proof_good: has whoever made this proof known the application's secret?  Null
-- without a secret.
--
-- Compared are digests of the two: how far they agree says nothing about how far the proofs
-- do, so the time that the comparison takes helps nobody to guess one digit by digit.
CREATE OR REPLACE FUNCTION foyer.proof_good(p_secret text, p_visitor uuid, p_email text,
    p_phone text, p_proof text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.sha256(pg_catalog.convert_to(p_proof, 'UTF8'))
         = pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.encode(
               foyer.hmac_sha256(
                   pg_catalog.convert_to(p_secret, 'UTF8'),
                   pg_catalog.convert_to(pg_catalog.concat_ws(E'\n', p_visitor,
                       coalesce(p_email, ''), coalesce(p_phone, '')), 'UTF8')),
               'hex'), 'UTF8'))
$$;
