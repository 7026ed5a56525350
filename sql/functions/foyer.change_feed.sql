-- foyer.change_feed: the first p_limit changes of a conversation after p_after, up to
-- the number that p_conversation has.
CREATE OR REPLACE FUNCTION foyer.change_feed(p_entry foyer.entry,
    p_conversation foyer.conversation, p_after bigint, p_limit integer)
RETURNS SETOF foyer_api.change_list_reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    c  foyer.conversation := p_conversation;
BEGIN
    RETURN QUERY
    SELECT NULL::foyer_api.verdict, NULL::bigint, NULL::boolean, q.seq, q.type,
           q.user_id, q.message_id, (q.m).id, (q.m)."conversationId", (q.m)."senderId",
           (q.m)."senderRole", (q.m).type, (q.m).content, (q.m)."contentFormat",
           (q.m)."contentHtml", (q.m)."createdAt", (q.m)."editedAt", (q.m)."editableUntil",
           (q.c).id, (q.c).application_id, (q.c).status::text, (q.c).subject::text,
           (q.c).assigned_to, (q.c).created_at, (q.c).updated_at, (q.c).closed_at
      FROM ((SELECT m.seq, 'message' || d.suffix AS type, NULL::uuid AS user_id,
                    CASE WHEN d.suffix <> '' THEN m.id END AS message_id,
                    CASE WHEN d.suffix = ''
                         THEN foyer.message_reply(NULL, m, p_entry.edit_window) END AS m,
                    NULL::foyer.conversation AS c
               FROM foyer.message AS m,
                    LATERAL (SELECT CASE WHEN m.deleted_at IS NULL
                                         THEN '' ELSE '.deleted' END) AS d(suffix)
              WHERE m.application_id = c.application_id AND m.conversation_id = c.id
                AND m.seq > p_after AND m.seq <= c.seq
              ORDER BY m.seq LIMIT p_limit)
            UNION ALL
            SELECT k.seq, 'read', k.user_id, k.message_id, NULL, NULL
              FROM foyer.read_marker AS k
             WHERE k.application_id = c.application_id AND k.conversation_id = c.id
               AND k.seq > p_after AND k.seq <= c.seq
            UNION ALL
            SELECT c.status_seq, 'conversation', NULL, NULL, NULL, c
             WHERE c.status_seq > p_after) AS q
     ORDER BY q.seq LIMIT p_limit;
END;
$$;
