-- foyer_api.visitor_get: what the site has told about the visitor who calls.
--
-- Outcomes: those of foyer.enter.
CREATE OR REPLACE FUNCTION foyer_api.visitor_get(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.visitor_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.visitor_reply;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'visitor');
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN r;
    END IF;

    RETURN foyer.visitor_reply(r.verdict, e.application_id, e.actor_id);
END;
$$;
