-- foyer_admin.limits_set: change limits of an application; a window that is null stays.
--
-- p_scope   visitor; operator, for those of the application's whole organization; or key,
--           which has a minute alone
-- p_minute  of keys, also -1: what the application says again, or the mount
-- p_key     only this key of the application; null: all that have no limit of their own
--
-- FY400  the scope, or it has no such window or key
-- FY404  no such application or key
-- 0 means no such window.
CREATE OR REPLACE FUNCTION foyer_admin.limits_set(p_application uuid, p_scope text,
    p_second integer DEFAULT NULL, p_minute integer DEFAULT NULL,
    p_hour integer DEFAULT NULL, p_key uuid DEFAULT NULL)
RETURNS TABLE (scope text, second integer, minute integer, hour integer)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM foyer.application_require(p_application);
    IF p_scope = 'key' AND (p_second IS NOT NULL OR p_hour IS NOT NULL) THEN
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'keys have a limit for the minute alone';
    ELSIF p_scope <> 'key' AND (p_key IS NOT NULL OR p_minute = -1) THEN
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'only keys are limited one by one, or by default';
    END IF;
    CASE p_scope
    WHEN 'visitor' THEN
        UPDATE foyer.application AS a
           SET visitor_max = ARRAY[coalesce(p_second, a.visitor_max[1]),
               coalesce(p_minute, a.visitor_max[2]), coalesce(p_hour, a.visitor_max[3])]
         WHERE a.id = p_application;
    WHEN 'operator' THEN
        UPDATE foyer.organization AS g
           SET operator_max = ARRAY[coalesce(p_second, g.operator_max[1]),
               coalesce(p_minute, g.operator_max[2]), coalesce(p_hour, g.operator_max[3])]
          FROM foyer.application AS a
         WHERE a.id = p_application AND g.id = a.organization_id;
    WHEN 'key' THEN
        IF p_key IS NULL THEN
            UPDATE foyer.application AS a
               SET key_max = nullif(coalesce(p_minute, a.key_max), -1)
             WHERE a.id = p_application;
        ELSE
            UPDATE foyer.api_key AS k
               SET key_max = nullif(coalesce(p_minute, k.key_max), -1)
             WHERE k.id = p_key AND k.application_id = p_application;
        END IF;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'FY404'
                USING MESSAGE = pg_catalog.format('key %s does not exist', p_key);
        END IF;
    ELSE
        RAISE SQLSTATE 'FY400' USING MESSAGE = 'the scope must be visitor, operator or key';
    END CASE;
    RETURN QUERY SELECT s.* FROM foyer_admin.limits_show(p_application) AS s;
END;
$$;
