-- foyer_api.message_list: a page of a conversation's messages, without deleted ones.
--
-- Outcomes: those of foyer.enter, conversation_not_found, message_not_found.
-- With one of the cursors p_after and p_before the page holds the messages nearest to it,
-- with both or none the first in p_order; it is always returned in p_order (asc or desc).
-- A cursor may name a deleted message.  p_before_id, with p_before_at, lets in the message
-- of that very instant if its id is smaller.
CREATE OR REPLACE FUNCTION foyer_api.message_list(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_conversation uuid,
    p_limit integer, p_offset bigint, p_order text, p_since timestamptz, p_until timestamptz,
    p_before_at timestamptz, p_before_id uuid, p_counted boolean,
    p_after uuid, p_before uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS SETOF foyer_api.message_list_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_lowest   CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    c_highest  CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    e         foyer.entry;
    r         foyer_api.message_list_reply;
    c         foyer.conversation;
    v_above   uuid;
    v_below   uuid;
    v_upward  boolean;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL);
    r.verdict := e.verdict;
    IF (r.verdict).outcome = 'ok' THEN
        e := foyer.locate(e, p_conversation);
        c := foyer.conversation_find(e, p_conversation);
        IF c.id IS NULL THEN
            r.verdict.outcome := 'conversation_not_found';
        ELSIF NOT foyer.message_known(c, p_after) OR NOT foyer.message_known(c, p_before) THEN
            r.verdict.outcome := 'message_not_found';
        END IF;
    END IF;
    IF (r.verdict).outcome <> 'ok' THEN
        RETURN NEXT r;
        RETURN;
    END IF;

    -- The id begins with the instant, so every bound is one of the ids; what is null is none.
    v_above := greatest(c_lowest, p_after, foyer.uuid_floor(p_since));
    v_below := least(c_highest, p_before, foyer.uuid_floor(p_until),
        greatest(p_before_id, foyer.uuid_floor(p_before_at)),
        foyer.uuid_floor(p_before_at + interval '1 microsecond'));
    IF p_counted THEN
        SELECT pg_catalog.count(*) INTO r.total
          FROM foyer.message AS m
         WHERE m.application_id = c.application_id AND m.conversation_id = c.id
           AND m.id > v_above AND m.id < v_below
           AND m.deleted_at IS NULL;
    END IF;
    RETURN NEXT r;

    -- Two directions, so that each is one walk along the primary key.
    v_upward := CASE WHEN (p_after IS NULL) = (p_before IS NULL) THEN p_order = 'asc'
                     ELSE p_before IS NULL END;
    IF v_upward THEN
        RETURN QUERY
        SELECT (foyer.message_row(q, e.edit_window)).*
          FROM (SELECT m.*
                  FROM foyer.message AS m
                 WHERE m.application_id = c.application_id AND m.conversation_id = c.id
                   AND m.id > v_above AND m.id < v_below
                   AND m.deleted_at IS NULL
                 ORDER BY m.id LIMIT (SELECT p_limit) OFFSET (SELECT p_offset)) AS q
         ORDER BY CASE p_order WHEN 'asc' THEN q.id END, q.id DESC;
    ELSE
        RETURN QUERY
        SELECT (foyer.message_row(q, e.edit_window)).*
          FROM (SELECT m.*
                  FROM foyer.message AS m
                 WHERE m.application_id = c.application_id AND m.conversation_id = c.id
                   AND m.id > v_above AND m.id < v_below
                   AND m.deleted_at IS NULL
                 ORDER BY m.id DESC LIMIT (SELECT p_limit) OFFSET (SELECT p_offset)) AS q
         ORDER BY CASE p_order WHEN 'asc' THEN q.id END, q.id DESC;
    END IF;
END;
$$;
