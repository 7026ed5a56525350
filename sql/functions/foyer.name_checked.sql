-- foyer.name_checked: a name as people give them; null stays null.
--
-- FY400  not 1 to 200 characters, or control characters
CREATE OR REPLACE FUNCTION foyer.name_checked(p_name text)
RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF pg_catalog.char_length(p_name) NOT BETWEEN 1 AND 200
        OR p_name ~ '[\u0001-\u001f\u007f-\u009f]' THEN
        RAISE SQLSTATE 'FY400'
            USING MESSAGE = 'a name must be 1 to 200 characters without control characters';
    END IF;
    RETURN p_name;
END;
$$;
