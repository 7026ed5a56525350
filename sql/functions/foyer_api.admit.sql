-- foyer_api.admit: authenticate and count a request that fails for another reason.
--
-- Outcomes: those of foyer.enter.
-- A request whose headers, body or query are malformed is still told first what is
-- wrong with its key, and still counts.  p_count is null when the fault comes before
-- the rate limit in the order of checks.
CREATE OR REPLACE FUNCTION foyer_api.admit(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_count boolean,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.plain_reply;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL, p_record => p_count);
    r.verdict := e.verdict;
    RETURN r;
END;
$$;
