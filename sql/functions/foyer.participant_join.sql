-- foyer.participant_join: the caller takes part from now on, if it did not already.
CREATE OR REPLACE FUNCTION foyer.participant_join(p_entry foyer.entry,
    p_conversation uuid, p_at timestamptz)
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO foyer.participant AS p
        (application_id, conversation_id, user_id, role, joined_at)
    VALUES (p_entry.application_id, p_conversation, p_entry.actor_id, p_entry.actor_role,
        p_at)
    ON CONFLICT (application_id, conversation_id, user_id, side) DO UPDATE
       SET role = excluded.role, joined_at = excluded.joined_at, left_at = NULL
     WHERE p.left_at IS NOT NULL
$$;
