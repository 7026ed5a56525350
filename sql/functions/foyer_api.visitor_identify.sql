-- foyer_api.visitor_identify: the site tells who the visitor who calls is.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, proof_missing, proof_invalid,
-- email_taken.
-- What is null is forgotten.  p_proof is the HMAC-SHA256, in lower-case hexadecimal, of id,
-- e-mail and phone, parted by line feeds, under the application's secret.
CREATE OR REPLACE FUNCTION foyer_api.visitor_identify(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_name text, p_email text, p_phone text, p_metadata json, p_proof text,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.visitor_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e           foyer.entry;
    r           foyer_api.visitor_reply;
    v_secret    text;
    v_required  boolean;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'visitor', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    SELECT a.secret, a.require_proof INTO v_secret, v_required
      FROM foyer.application AS a
     WHERE a.id = e.application_id;
    IF p_proof IS NULL AND v_required THEN
        r.verdict.outcome := 'proof_missing';
        RETURN r;
    ELSIF p_proof IS NOT NULL
      AND foyer.proof_good(v_secret, e.actor_id, p_email, p_phone, p_proof) IS NOT TRUE THEN
        r.verdict.outcome := 'proof_invalid';
        RETURN r;
    END IF;

    -- The index of e-mails decides: of two visitors who claim one at once, one gets it.
    BEGIN
        UPDATE foyer.visitor AS v
           SET name = p_name, email = p_email, phone = p_phone, metadata = p_metadata::jsonb,
               verified = p_proof IS NOT NULL, updated_at = foyer.now_ms()
         WHERE v.application_id = e.application_id AND v.id = e.actor_id;
    EXCEPTION WHEN unique_violation THEN
        r.verdict.outcome := 'email_taken';
        RETURN r;
    END;

    r := foyer.visitor_reply(r.verdict, e.application_id, e.actor_id);
    RETURN foyer.remember(e, p_slot, p_fingerprint, r);
END;
$$;
