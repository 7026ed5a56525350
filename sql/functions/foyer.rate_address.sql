-- foyer.rate_address: admit or refuse one request of somebody who has no usable key.
--
-- p_address  stands for the client's network address; null: nothing is known of it
-- p_max      requests of an address in any minute, more than 0
--
-- All share one counter, whichever application they ask for: the tenant is nobody.
CREATE OR REPLACE FUNCTION foyer.rate_address(p_address uuid, p_max integer)
RETURNS foyer_api.verdict LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
    RETURN foyer.rate_admit('00000000-0000-0000-0000-000000000000', 'address', p_address,
        ARRAY[0, p_max, 0]);
END;
$$;
