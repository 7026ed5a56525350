-- foyer_admin.visitor_export: everything that is stored about a visitor, as JSON.
--
-- FY404  no such application or visitor
-- Also what nobody sees any more: deleted conversations and messages, and the texts
-- that edits replaced.  requests is null when the rate counter is idle and gone.
CREATE OR REPLACE FUNCTION foyer_admin.visitor_export(p_application uuid, p_visitor uuid,
    OUT export json)
LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM foyer.visitor_require(p_application, p_visitor);
    SELECT pg_catalog.json_build_object(
               'visitor', pg_catalog.json_build_object(
                   'id', v.id, 'applicationId', v.application_id,
                   'name', v.name, 'email', v.email, 'phone', v.phone,
                   'metadata', v.metadata, 'verified', v.verified,
                   'createdAt', foyer.time_text(v.created_at),
                   'updatedAt', foyer.time_text(v.updated_at)),
               'requests', (
                   SELECT pg_catalog.json_build_object('admitted', r.n,
                              'lastAt', foyer.time_text(r.last_at))
                     FROM foyer.rate_counter AS r
                    WHERE r.tenant_id = v.application_id AND r.subject_id = v.id
                      AND r.scope = 'visitor'),
               'answers', coalesce((
                   SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                              'createdAt', foyer.time_text(i.created_at),
                              'response', i.response) ORDER BY i.created_at)
                     FROM foyer.idempotency AS i
                    WHERE i.tenant_id = v.application_id AND i.caller_id = v.id), '[]'),
               'conversations', coalesce((
                   SELECT pg_catalog.json_agg(foyer.conversation_export(c) ORDER BY c.id)
                     FROM foyer.conversation AS c
                    WHERE c.application_id = v.application_id AND c.visitor_id = v.id), '[]'))
      INTO export
      FROM foyer.visitor AS v
     WHERE v.application_id = p_application AND v.id = p_visitor;
END;
$$;
