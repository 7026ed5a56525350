-- foyer_admin.limits_set: change limits of an application; a window that is null stays.
--
-- p_scope  visitor; or operator, for those of the application's whole organization
--
-- FY400  the scope
-- FY404  no such application
-- 0 means no such window.
CREATE OR REPLACE FUNCTION foyer_admin.limits_set(p_application uuid, p_scope text,
    p_second integer DEFAULT NULL, p_minute integer DEFAULT NULL,
    p_hour integer DEFAULT NULL)
RETURNS TABLE (scope text, second integer, minute integer, hour integer)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_scope = 'visitor' THEN
        UPDATE foyer.application AS a
           SET visitor_max = ARRAY[coalesce(p_second, a.visitor_max[1]),
               coalesce(p_minute, a.visitor_max[2]), coalesce(p_hour, a.visitor_max[3])]
         WHERE a.id = p_application;
    ELSIF p_scope = 'operator' THEN
        UPDATE foyer.organization AS g
           SET operator_max = ARRAY[coalesce(p_second, g.operator_max[1]),
               coalesce(p_minute, g.operator_max[2]), coalesce(p_hour, g.operator_max[3])]
         WHERE g.id = (foyer.application_require(p_application)).organization_id;
    ELSE
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'the scope must be visitor or operator';
    END IF;
    RETURN QUERY SELECT s.* FROM foyer_admin.limits_show(p_application) AS s;
END;
$$;
