-- foyer.operator_view: the conversations of some applications that an operator sees.
CREATE OR REPLACE FUNCTION foyer.operator_view(p_entry foyer.entry, p_applications uuid[],
    p_status text[], p_assigned text)
RETURNS SETOF foyer.conversation LANGUAGE sql STABLE AS $$
    SELECT c.*
      FROM foyer.conversation AS c
     WHERE c.application_id = ANY (p_applications)
       AND c.deleted_at IS NULL
       AND (p_entry.actor_role = 'admin' OR c.status = 'pending'
            OR c.assigned_to = p_entry.actor_id)
       AND (p_status IS NULL OR c.status = ANY (p_status))
       AND (p_assigned IS NULL OR c.assigned_to = p_entry.actor_id)
$$;
