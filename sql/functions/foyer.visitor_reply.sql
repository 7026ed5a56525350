-- foyer.visitor_reply: one visitor as the API shows it.
CREATE OR REPLACE FUNCTION foyer.visitor_reply(p_verdict foyer_api.verdict,
    p_application uuid, p_visitor uuid)
RETURNS foyer_api.visitor_reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    r  foyer_api.visitor_reply;
BEGIN
    SELECT p_verdict, v.id, v.name, v.email, v.phone, coalesce(v.metadata, '{}')::json,
           v.verified, v.created_at, coalesce(v.updated_at, v.created_at)
      INTO r
      FROM foyer.visitor AS v
     WHERE v.application_id = p_application AND v.id = p_visitor;
    RETURN r;
END;
$$;
