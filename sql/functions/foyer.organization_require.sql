-- foyer.organization_require: raise unless the organization exists.
--
-- FY404  it does not
CREATE OR REPLACE FUNCTION foyer.organization_require(p_organization uuid)
RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM foyer.organization AS g WHERE g.id = p_organization) THEN
        RAISE SQLSTATE 'FY404'
            USING MESSAGE = pg_catalog.format('organization %s does not exist',
                p_organization);
    END IF;
END;
$$;
