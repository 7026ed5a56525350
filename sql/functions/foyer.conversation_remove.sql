-- foyer.conversation_remove: delete conversations with all that belongs to them.
--
-- The caller has locked their rows: every writer takes that lock first.
CREATE OR REPLACE FUNCTION foyer.conversation_remove(p_application uuid,
    p_conversations uuid[], OUT conversations bigint, OUT participants bigint,
    OUT "readMarkers" bigint, OUT tags bigint, OUT messages bigint, OUT revisions bigint)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    DELETE FROM foyer.message_revision AS r
     WHERE r.application_id = p_application AND r.conversation_id = ANY (p_conversations);
    GET DIAGNOSTICS revisions = ROW_COUNT;
    DELETE FROM foyer.message AS m
     WHERE m.application_id = p_application AND m.conversation_id = ANY (p_conversations);
    GET DIAGNOSTICS messages = ROW_COUNT;
    DELETE FROM foyer.read_marker AS k
     WHERE k.application_id = p_application AND k.conversation_id = ANY (p_conversations);
    GET DIAGNOSTICS "readMarkers" = ROW_COUNT;
    -- In the order of foyer_api.tag_delete, so that neither waits for the other.
    WITH due AS (
        SELECT j.conversation_id, j.tag_id
          FROM foyer.conversation_tag AS j
         WHERE j.application_id = p_application AND j.conversation_id = ANY (p_conversations)
         ORDER BY j.conversation_id, j.tag_id
           FOR UPDATE
    )
    DELETE FROM foyer.conversation_tag AS j USING due AS d
     WHERE j.application_id = p_application AND j.conversation_id = d.conversation_id
       AND j.tag_id = d.tag_id;
    GET DIAGNOSTICS tags = ROW_COUNT;
    DELETE FROM foyer.participant AS p
     WHERE p.application_id = p_application AND p.conversation_id = ANY (p_conversations);
    GET DIAGNOSTICS participants = ROW_COUNT;
    DELETE FROM foyer.conversation AS c
     WHERE c.application_id = p_application AND c.id = ANY (p_conversations);
    GET DIAGNOSTICS conversations = ROW_COUNT;
END;
$$;
