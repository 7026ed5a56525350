-- foyer_api.conversation_unread: how many messages the caller has not read.
--
-- Outcomes: those of foyer.enter, conversation_not_found.
CREATE OR REPLACE FUNCTION foyer_api.conversation_unread(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_conversation uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.unread_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.unread_reply;
    c  foyer.conversation;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN r;
    END IF;

    e := foyer.locate(e, p_conversation);
    c := foyer.conversation_find(e, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
    ELSE
        r."unreadCount" := foyer.unread_count(e, c.application_id, c.id);
    END IF;
    RETURN r;
END;
$$;
