-- foyer.visitor_require: raise unless the application has this visitor.
--
-- FY404  the application does not exist, or has no such visitor
CREATE OR REPLACE FUNCTION foyer.visitor_require(p_application uuid, p_visitor uuid)
RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM foyer.application_require(p_application);
    IF NOT EXISTS (SELECT FROM foyer.visitor AS v
                    WHERE v.application_id = p_application AND v.id = p_visitor) THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('visitor %s does not exist', p_visitor);
    END IF;
END;
$$;
