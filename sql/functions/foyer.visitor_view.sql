-- foyer.visitor_view: the conversations of the visitor who calls, updated in a span of time.
--
-- p_status     null: any
-- p_before_id  with p_before_at: also those of that very instant with smaller ids
CREATE OR REPLACE FUNCTION foyer.visitor_view(p_entry foyer.entry, p_status text[],
    p_since timestamptz, p_until timestamptz, p_before_at timestamptz, p_before_id uuid)
RETURNS SETOF foyer.conversation LANGUAGE sql STABLE AS $$
    SELECT c.*
      FROM foyer.conversation AS c
     WHERE c.application_id = p_entry.application_id AND c.visitor_id = p_entry.actor_id
       AND c.deleted_at IS NULL
       AND (p_status IS NULL OR c.status = ANY (p_status))
       AND c.updated_at >= coalesce(p_since, '-infinity')
       AND c.updated_at < coalesce(p_until, 'infinity')
       AND (c.updated_at, c.id) < (coalesce(p_before_at, 'infinity'),
               coalesce(p_before_id, '00000000-0000-0000-0000-000000000000'))
$$;
