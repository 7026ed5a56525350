-- foyer.uuid_v7: a new UUID of version 7 (RFC 9562, section 5.7) for an instant.
--
-- The first 48 bits are the Unix milliseconds; the rest is that of a random UUID.
CREATE OR REPLACE FUNCTION foyer.uuid_v7(p_at timestamptz)
RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.encode(
        pg_catalog.set_bit(pg_catalog.set_bit(
            OVERLAY(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
                PLACING pg_catalog.substring(pg_catalog.int8send(
                    pg_catalog.floor(EXTRACT(epoch FROM p_at) * 1000)::bigint), 3)
                FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
$$;
