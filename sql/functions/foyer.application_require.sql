-- foyer.application_require: an application, which must exist.
--
-- FY404  it does not
CREATE OR REPLACE FUNCTION foyer.application_require(p_application uuid)
RETURNS foyer.application LANGUAGE plpgsql STABLE AS $$
DECLARE
    a  foyer.application;
BEGIN
    SELECT * INTO a FROM foyer.application AS f WHERE f.id = p_application;
    IF NOT FOUND THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('application %s does not exist', p_application);
    END IF;
    RETURN a;
END;
$$;
