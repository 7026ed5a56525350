-- foyer.enter: who calls, and may this request be served?
--
-- The first step of every function of foyer_api, in the order of the contract: key,
-- application, origin, suspension, rate limit.  The outcome is ok or one of
-- key_unknown, key_revoked, key_expired, application_missing, application_mismatch,
-- origin_refused, application_suspended, rate_limited.
--
-- p_key          SHA-256 of the key
-- p_kind         visitor or operator: whose key it is, by its prefix
-- p_application  what X-App-Id names; null when it is missing
-- p_origin       host of the Origin header in lower case; null when it is missing
-- p_visitor      what X-Visitor-Id names; not looked at for operators
-- p_record       false: decide by the limiter, but do not count; null: do not ask it
CREATE OR REPLACE FUNCTION foyer.enter(p_key bytea, p_kind text, p_application uuid,
    p_origin text, p_visitor uuid, p_record boolean DEFAULT true)
RETURNS foyer.entry LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    e            foyer.entry;
    v            foyer_api.verdict;
    v_caller     uuid;
    v_revoked    timestamptz;
    v_expires    timestamptz;
    v_suspended  timestamptz;
    v_env        text;
    v_allowed    text[];
    v_required   boolean;
    v_max        integer[];
BEGIN
    IF p_kind = 'visitor' THEN
        SELECT k.id, k.env, k.revoked_at, k.expires_at,
               a.id, a.organization_id, a.allowed_origins, a.require_origin,
               a.suspended_at, a.visitor_max, a.edit_window
          INTO v_caller, v_env, v_revoked, v_expires,
               e.application_id, e.organization_id, v_allowed, v_required,
               v_suspended, v_max, e.edit_window
          FROM foyer.api_key AS k
          JOIN foyer.application AS a ON a.id = k.application_id
         WHERE k.hash = p_key;
        e.tenant_id := e.application_id;
        e.actor_id := p_visitor;
        e.actor_role := 'visitor';
    ELSE
        SELECT o.id, o.organization_id, o.role, o.name, o.revoked_at, g.operator_max
          INTO v_caller, e.organization_id, e.actor_role, e.actor_name, v_revoked, v_max
          FROM foyer.operator AS o
          JOIN foyer.organization AS g ON g.id = o.organization_id
         WHERE o.hash = p_key;
        e.tenant_id := e.organization_id;
        e.actor_id := v_caller;
        IF p_application IS NOT NULL THEN
            SELECT a.id, a.suspended_at INTO e.application_id, v_suspended
              FROM foyer.application AS a
             WHERE a.id = p_application AND a.organization_id = e.organization_id;
        END IF;
    END IF;

    v.outcome := CASE
        WHEN v_caller IS NULL THEN 'key_unknown'
        WHEN v_revoked IS NOT NULL THEN 'key_revoked'
        WHEN v_expires <= pg_catalog.clock_timestamp() THEN 'key_expired'
        WHEN p_application IS NULL AND p_kind = 'visitor' THEN 'application_missing'
        WHEN p_application IS DISTINCT FROM e.application_id THEN 'application_mismatch'
        WHEN p_origin IS NULL AND v_required THEN 'origin_refused'
        WHEN p_origin IS NOT NULL AND v_allowed <> '{}'
         AND NOT foyer.origin_allowed(v_allowed, v_env, p_origin) THEN 'origin_refused'
        WHEN v_suspended IS NOT NULL THEN 'application_suspended'
        ELSE 'ok' END;
    IF v.outcome = 'ok' AND p_record IS NOT NULL THEN
        v := foyer.rate_admit(e.tenant_id, p_kind, e.actor_id, v_max, p_record);
    END IF;
    v.caller := v_caller;
    e.verdict := v;
    RETURN e;
END;
$$;
