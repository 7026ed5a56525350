-- foyer.uuid_floor: the least id that foyer.uuid_v7 could make at this instant or later.
--
-- An id has whole milliseconds, so the instant is rounded up.  One before 1970 has none
-- before it, one after the year 10889 none behind it.
CREATE OR REPLACE FUNCTION foyer.uuid_floor(p_at timestamptz)
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT pg_catalog.rpad(pg_catalog.lpad(pg_catalog.to_hex(
               greatest(0, least(281474976710655,
                   pg_catalog.ceil(EXTRACT(epoch FROM p_at) * 1000)))::bigint),
               12, '0'), 32, '0')::uuid
$$;
