-- foyer_admin.application_show: one application with its settings.
--
-- FY404  no such application
CREATE OR REPLACE FUNCTION foyer_admin.application_show(p_application uuid)
RETURNS foyer_admin.application LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT foyer.application_shown(foyer.application_require(p_application))
$$;
