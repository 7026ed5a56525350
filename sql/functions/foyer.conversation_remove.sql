-- foyer.conversation_remove: delete conversations with all that belongs to them.
--
-- The caller has locked their rows: every writer takes that lock first.
CREATE OR REPLACE FUNCTION foyer.conversation_remove(p_application uuid,
    p_conversations uuid[], OUT conversations bigint, OUT participants bigint,
    OUT "readMarkers" bigint, OUT messages bigint, OUT revisions bigint)
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
    DELETE FROM foyer.participant AS p
     WHERE p.application_id = p_application AND p.conversation_id = ANY (p_conversations);
    GET DIAGNOSTICS participants = ROW_COUNT;
    DELETE FROM foyer.conversation AS c
     WHERE c.application_id = p_application AND c.id = ANY (p_conversations);
    GET DIAGNOSTICS conversations = ROW_COUNT;
END;
$$;
