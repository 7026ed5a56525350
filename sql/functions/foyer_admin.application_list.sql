-- foyer_admin.application_list: all applications with their settings, the oldest first.
CREATE OR REPLACE FUNCTION foyer_admin.application_list()
RETURNS SETOF foyer_admin.application LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.*
      FROM foyer.application AS a, LATERAL foyer.application_shown(a) AS s
     ORDER BY a.created_at, a.id
$$;
