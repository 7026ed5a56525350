-- foyer.tag_view: the tags of an organization, or of one conversation, in a span of time.
--
-- p_conversation  of the application; null: all tags of the organization
-- p_before_id     with p_before_at: also those of that very instant with smaller ids
CREATE OR REPLACE FUNCTION foyer.tag_view(p_organization uuid, p_application uuid,
    p_conversation uuid, p_since timestamptz, p_until timestamptz, p_before_at timestamptz,
    p_before_id uuid)
RETURNS SETOF foyer.tag LANGUAGE sql STABLE AS $$
    SELECT t.*
      FROM foyer.tag AS t
     WHERE t.organization_id = p_organization
       AND (p_conversation IS NULL OR t.id IN (
           SELECT j.tag_id
             FROM foyer.conversation_tag AS j
            WHERE j.application_id = p_application AND j.conversation_id = p_conversation))
       AND t.created_at >= coalesce(p_since, '-infinity')
       AND t.created_at < coalesce(p_until, 'infinity')
       AND (t.created_at, t.id) < (coalesce(p_before_at, 'infinity'),
               coalesce(p_before_id, '00000000-0000-0000-0000-000000000000'))
$$;
