-- foyer_admin.limits_show: the limits of an application's visitors, operators and keys.
--
-- FY404  no such application
-- 0 means no such window.  The operators' limits are those of the organization.  The minute
-- of keys is null when the mount says it; a key may have a limit of its own.
CREATE OR REPLACE FUNCTION foyer_admin.limits_show(p_application uuid)
RETURNS TABLE (scope text, second integer, minute integer, hour integer)
LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM foyer.application_require(p_application);
    RETURN QUERY
    SELECT l.scope, l.max[1], l.max[2], l.max[3]
      FROM foyer.application AS a
      JOIN foyer.organization AS g ON g.id = a.organization_id,
           LATERAL (VALUES ('visitor', a.visitor_max::integer[]),
                           ('operator', g.operator_max::integer[]),
                           ('key', ARRAY[0, a.key_max, 0])) AS l(scope, max)
     WHERE a.id = p_application;
END;
$$;
