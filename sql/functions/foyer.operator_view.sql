-- foyer.operator_view: the conversations of some applications that an operator sees, updated
-- in a span of time.
--
-- p_status     null: any
-- p_assigned   me: only those that are assigned to the operator; null: all
-- p_tags       only those that have one of these; null: all
-- p_before_id  with p_before_at: also those of that very instant with smaller ids
CREATE OR REPLACE FUNCTION foyer.operator_view(p_entry foyer.entry, p_applications uuid[],
    p_status text[], p_assigned text, p_tags uuid[], p_since timestamptz,
    p_until timestamptz, p_before_at timestamptz, p_before_id uuid)
RETURNS SETOF foyer.conversation LANGUAGE sql STABLE AS $$
    SELECT c.*
      FROM foyer.conversation AS c
     WHERE c.application_id = ANY (p_applications)
       AND c.deleted_at IS NULL
       AND (p_entry.actor_role = 'admin' OR c.status = 'pending'
            OR c.assigned_to = p_entry.actor_id)
       AND (p_status IS NULL OR c.status = ANY (p_status))
       AND (p_assigned IS NULL OR c.assigned_to = p_entry.actor_id)
       AND (p_tags IS NULL OR EXISTS (
           SELECT FROM foyer.conversation_tag AS j
            WHERE j.application_id = c.application_id AND j.conversation_id = c.id
              AND j.tag_id = ANY (p_tags)))
       AND c.updated_at >= coalesce(p_since, '-infinity')
       AND c.updated_at < coalesce(p_until, 'infinity')
       AND (c.updated_at, c.id) < (coalesce(p_before_at, 'infinity'),
               coalesce(p_before_id, '00000000-0000-0000-0000-000000000000'))
$$;
