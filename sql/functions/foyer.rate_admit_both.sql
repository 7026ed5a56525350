-- foyer.rate_admit_both: admit or refuse one request of a visitor, of whose application's
-- keys each has a limit of its own.
--
-- p_key_max      requests of the key in any minute, more than 0
-- p_visitor_max  as for foyer.rate_admit
-- p_record       false: only decide
--
-- Both limits must admit; if one refuses, the request counts for neither.  The verdict is
-- that of the limit which refuses, if both do, of that which opens last; of an admitted
-- request, that of the window with the fewest requests left.  Locks are taken in the order
-- key, visitor; while either refuses, none is taken and nothing is written.
CREATE OR REPLACE FUNCTION foyer.rate_admit_both(p_application uuid, p_key uuid,
    p_key_max integer, p_visitor uuid, p_visitor_max integer[], p_record boolean)
RETURNS foyer_api.verdict LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c_key_max  CONSTANT integer[] := ARRAY[0, p_key_max, 0];
    k  foyer_api.verdict;
    v  foyer_api.verdict;
BEGIN
    v := foyer.rate_admit(p_application, 'visitor', p_visitor, p_visitor_max, false);
    IF v.outcome = 'ok' AND p_record THEN
        BEGIN
            k := foyer.rate_admit(p_application, 'key', p_key, c_key_max);
            IF k.outcome = 'ok' THEN
                v := foyer.rate_admit(p_application, 'visitor', p_visitor, p_visitor_max);
                IF v.outcome <> 'ok' THEN
                    -- Another request of the visitor was faster: take back the key's hit.
                    RAISE SQLSTATE 'FY429';
                END IF;
            END IF;
        EXCEPTION WHEN SQLSTATE 'FY429' THEN
            k := foyer.rate_admit(p_application, 'key', p_key, c_key_max, false);
        END;
    ELSE
        k := foyer.rate_admit(p_application, 'key', p_key, c_key_max, false);
    END IF;

    IF k.outcome <> v.outcome THEN
        RETURN CASE k.outcome WHEN 'ok' THEN v ELSE k END;
    ELSIF k.outcome <> 'ok' THEN
        RETURN CASE WHEN k.rate_reset > v.rate_reset THEN k ELSE v END;
    END IF;
    -- Of windows with as many left the longer, which the alphabet has in front; of equally
    -- long ones that which regains a request later.  A visitor without limits has none.
    RETURN CASE WHEN (v.rate_remaining, v.rate_window, k.rate_reset)
                  <= (k.rate_remaining, k.rate_window, v.rate_reset) THEN v ELSE k END;
END;
$$;
