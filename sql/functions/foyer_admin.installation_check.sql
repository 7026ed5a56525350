-- foyer_admin.installation_check: foyer.findings, for foyerctl and DBAs.
CREATE OR REPLACE FUNCTION foyer_admin.installation_check(p_version integer, p_workers integer)
RETURNS TABLE (name text, ok boolean, warning boolean, detail text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.name, f.ok, f.warning, f.detail FROM foyer.findings(p_version, p_workers) AS f
$$;
