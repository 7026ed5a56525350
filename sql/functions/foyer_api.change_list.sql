-- foyer_api.change_list: the newest state of what changed in a conversation after a
-- cursor, in the order of the changes, each thing once.
--
-- Outcomes: those of foyer.enter, conversation_not_found.
-- p_tags are the entity tags of If-None-Match.  When one of them is the number of the
-- newest change (or *), the verdict says unmodified; then nothing is written, nothing
-- is locked, and the request does not count.
CREATE OR REPLACE FUNCTION foyer_api.change_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_conversation uuid,
    p_after bigint, p_limit integer, p_tags text[],
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS SETOF foyer_api.change_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.change_list_reply;
    i  foyer_api.change_list_reply;
    c  foyer.conversation;
    v_changes  foyer_api.change_list_reply[];
BEGIN
    IF p_tags IS NOT NULL THEN
        e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
            p_scope, p_key_max, p_address, NULL, p_record => false);
        r.verdict := e.verdict;
        IF (r.verdict).outcome <> 'ok' THEN
            RETURN NEXT r;
            RETURN;
        END IF;
        e := foyer.locate(e, p_conversation);
        c := foyer.conversation_find(e, p_conversation);
        IF c.seq::text = ANY (p_tags) OR c.id IS NOT NULL AND '*' = ANY (p_tags) THEN
            r.verdict.unmodified := true;
            r.verdict.etag := c.seq;
            RETURN NEXT r;
            RETURN;
        END IF;
    END IF;

    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL);
    r.verdict := e.verdict;
    IF (r.verdict).outcome = 'ok' THEN
        e := foyer.locate(e, p_conversation);
        c := foyer.conversation_find(e, p_conversation);
        IF c.id IS NULL THEN
            r.verdict.outcome := 'conversation_not_found';
        END IF;
    END IF;
    IF (r.verdict).outcome <> 'ok' THEN
        RETURN NEXT r;
        RETURN;
    END IF;

    -- All numbers up to c.seq are committed: they are taken under the lock of its row.
    -- What has changed again since then has a higher number, and comes next time.
    v_changes := ARRAY(
        SELECT f FROM foyer.change_feed(e, c, p_after, p_limit + 1) AS f);
    r.verdict.etag := c.seq;
    r."hasMore" := pg_catalog.cardinality(v_changes) > p_limit;
    v_changes := v_changes[1:p_limit];
    r.cursor := coalesce((v_changes[pg_catalog.cardinality(v_changes)]).seq, p_after);
    RETURN NEXT r;
    FOREACH i IN ARRAY v_changes LOOP
        RETURN NEXT i;
    END LOOP;
END;
$$;
