-- foyer.application_shown: an application as foyerctl shows it.
CREATE OR REPLACE FUNCTION foyer.application_shown(a foyer.application)
RETURNS foyer_admin.application LANGUAGE sql STABLE AS $$
    SELECT ROW(a.id, a.organization_id, a.name, a.allowed_origins, a.require_origin,
               EXTRACT(epoch FROM a.edit_window)::integer, a.retention_days,
               a.secret IS NOT NULL, a.require_proof, a.suspended_at IS NOT NULL, a.created_at)::foyer_admin.application
$$;
