-- foyer_admin.application_set: change settings of an application; what is null stays.
--
-- p_edit_window     seconds
-- p_origins         replaces the list
-- p_retention_days  0: for ever
--
-- FY400  an origin; or a proof is required, and the application has no secret
-- FY404  no such application
CREATE OR REPLACE FUNCTION foyer_admin.application_set(p_application uuid,
    p_edit_window integer DEFAULT NULL, p_origins text[] DEFAULT NULL,
    p_require_origin boolean DEFAULT NULL, p_suspended boolean DEFAULT NULL,
    p_retention_days integer DEFAULT NULL, p_require_proof boolean DEFAULT NULL)
RETURNS foyer_admin.application LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_require_proof AND (foyer.application_require(p_application)).secret IS NULL THEN
        RAISE SQLSTATE 'FY400' USING MESSAGE = pg_catalog.format(
            'application %s has no secret that a proof could be made with', p_application);
    END IF;
    UPDATE foyer.application AS a
       SET edit_window = coalesce(pg_catalog.make_interval(secs => p_edit_window),
               a.edit_window),
           allowed_origins = coalesce(foyer.origins_checked(p_origins), a.allowed_origins),
           require_origin = coalesce(p_require_origin, a.require_origin),
           require_proof = coalesce(p_require_proof, a.require_proof),
           suspended_at = CASE p_suspended
               WHEN true THEN coalesce(a.suspended_at, foyer.now_ms())
               WHEN false THEN NULL
               ELSE a.suspended_at END,
           retention_days = nullif(coalesce(p_retention_days, a.retention_days), 0)
     WHERE a.id = p_application;
    RETURN foyer.application_shown(foyer.application_require(p_application));
END;
$$;
