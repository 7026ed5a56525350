-- foyer_api.tally: count a request that fails before anybody asks for its key.
--
-- p_max      requests of an address in any minute
-- p_address  stands for the client's address
--
-- It counts while there is room.  The outcome is always ok: the rate columns say what is
-- left.
CREATE OR REPLACE FUNCTION foyer_api.tally(p_max integer, p_address uuid)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r  foyer_api.plain_reply;
BEGIN
    PERFORM foyer.relax();
    r.verdict := foyer.rate_address(p_address, p_max);
    r.verdict.outcome := 'ok';
    RETURN r;
END;
$$;
