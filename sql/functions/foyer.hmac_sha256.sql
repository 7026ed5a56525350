-- foyer.hmac_sha256: the HMAC (RFC 2104) of a message with SHA-256, which has blocks of 64
-- bytes.
--
-- The core of PostgreSQL has the hash alone.  Bytes cannot be combined by XOR, but bits can;
-- what bit_send returns begins with their number, in 4 bytes.
CREATE OR REPLACE FUNCTION foyer.hmac_sha256(p_key bytea, p_message bytea)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    c_inner  CONSTANT bit(512) := ('x' || pg_catalog.repeat('36', 64))::bit(512);
    c_outer  CONSTANT bit(512) := ('x' || pg_catalog.repeat('5c', 64))::bit(512);
    v_key    bit(512) := ('x' || pg_catalog.rpad(pg_catalog.encode(
        CASE WHEN pg_catalog.octet_length(p_key) > 64 THEN pg_catalog.sha256(p_key)
        ELSE p_key END, 'hex'), 128, '0'))::bit(512);
BEGIN
    RETURN pg_catalog.sha256(
        pg_catalog.substring(pg_catalog.bit_send(v_key # c_outer), 5)
        || pg_catalog.sha256(
               pg_catalog.substring(pg_catalog.bit_send(v_key # c_inner), 5) || p_message));
END;
$$;
