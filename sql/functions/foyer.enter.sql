-- foyer.enter: who calls, and may this request be served?
--
-- The first step of every function of foyer_api, in the order of the contract: key,
-- application, origin, suspension, kind and scope of the key, rate limits, and whether it
-- has been answered before.  The outcome is ok or one of key_unknown, key_revoked,
-- key_disabled, key_expired, application_missing, application_mismatch, origin_refused,
-- application_suspended, caller_wrong, scope_missing, rate_limited, idempotency_mismatch.
--
-- p_key          SHA-256 of the key
-- p_kind         visitor or operator: whose key it is, by its prefix
-- p_application  what X-App-Id names; null when it is missing
-- p_origin       host of the Origin header in lower case; null when it is missing
-- p_visitor      what X-Visitor-Id names; not looked at for operators
-- p_scope        what an application's key must be allowed to do; null: nothing
-- p_key_max      requests of a key in any minute, unless the key or its application say
--                otherwise; null: any number
-- p_address      stands for the client's address
-- p_only         visitor or operator: the kind that the function is for; null: both
-- p_slot         stands for method, path and Idempotency-Key; null: there is no such key
-- p_fingerprint  stands for the body
-- p_record       false: decide by the limits, but do not count; null: do not ask them
--
-- With p_key_max, a request that fails before the limits are asked is tallied: while there
-- is room, it counts against its key, or if that is unusable, against the address.  That
-- never changes the outcome.
CREATE OR REPLACE FUNCTION foyer.enter(p_key bytea, p_kind text, p_application uuid,
    p_origin text, p_visitor uuid, p_scope text, p_key_max integer, p_address uuid,
    p_only text, p_slot bytea DEFAULT NULL, p_fingerprint bytea DEFAULT NULL,
    p_record boolean DEFAULT true)
RETURNS foyer.entry LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    e          foyer.entry;
    v          foyer_api.verdict;
    v_caller   uuid;
    v_outcome  text;
    v_max      integer[];
    v_key_max  integer;
BEGIN
    IF p_kind = 'visitor' THEN
        SELECT k.id, a.id, a.organization_id, a.id, p_visitor, 'visitor', a.edit_window,
               a.visitor_max, coalesce(k.key_max, a.key_max, p_key_max),
               CASE WHEN k.revoked_at IS NOT NULL THEN 'key_revoked'
                    WHEN k.disabled_at IS NOT NULL THEN 'key_disabled'
                    WHEN k.expires_at <= pg_catalog.clock_timestamp() THEN 'key_expired'
                    WHEN p_application IS NULL THEN 'application_missing'
                    WHEN p_application <> a.id THEN 'application_mismatch'
                    WHEN p_origin IS NULL AND a.require_origin THEN 'origin_refused'
                    WHEN p_origin IS NOT NULL AND a.allowed_origins <> '{}'
                     AND NOT foyer.origin_allowed(a.allowed_origins, k.env, p_origin)
                    THEN 'origin_refused'
                    WHEN a.suspended_at IS NOT NULL THEN 'application_suspended'
                    WHEN p_only <> p_kind THEN 'caller_wrong'
                    WHEN p_scope <> ALL (k.scopes::text[]) THEN 'scope_missing'
                    ELSE 'ok' END AS outcome
          INTO v_caller, e.tenant_id, e.organization_id, e.application_id, e.actor_id,
               e.actor_role, e.edit_window, v_max, v_key_max, v_outcome
          FROM foyer.api_key AS k
          JOIN foyer.application AS a ON a.id = k.application_id
         WHERE k.hash = p_key;
    ELSE
        SELECT o.id, g.id, g.id, a.id, o.id, o.role, o.name, g.operator_max,
               CASE WHEN o.revoked_at IS NOT NULL THEN 'key_revoked'
                    WHEN p_application IS NOT NULL AND a.id IS NULL
                    THEN 'application_mismatch'
                    WHEN a.suspended_at IS NOT NULL THEN 'application_suspended'
                    WHEN p_only <> p_kind THEN 'caller_wrong'
                    ELSE 'ok' END AS outcome
          INTO v_caller, e.tenant_id, e.organization_id, e.application_id, e.actor_id,
               e.actor_role, e.actor_name, v_max, v_outcome
          FROM foyer.operator AS o
          JOIN foyer.organization AS g ON g.id = o.organization_id
          LEFT JOIN foyer.application AS a
                 ON a.id = p_application AND a.organization_id = g.id
         WHERE o.hash = p_key;
    END IF;

    IF v_outcome = 'ok' AND p_record IS NOT NULL THEN
        IF v_key_max > 0 THEN
            v := foyer.rate_admit_both(e.tenant_id, v_caller, v_key_max, p_visitor, v_max,
                p_record);
        ELSE
            v := foyer.rate_admit(e.tenant_id, p_kind, e.actor_id, v_max, p_record);
        END IF;
    ELSE
        IF p_key_max > 0 THEN
            v := CASE WHEN v_outcome IS NULL OR pg_catalog.starts_with(v_outcome, 'key_')
                      THEN foyer.rate_address(p_address, p_key_max)
                      WHEN p_kind = 'operator'
                      THEN foyer.rate_admit(e.tenant_id, 'operator', v_caller, v_max)
                      WHEN v_key_max > 0
                      THEN foyer.rate_admit(e.tenant_id, 'key', v_caller,
                               ARRAY[0, v_key_max, 0]) END;
        END IF;
        v.outcome := coalesce(v_outcome, 'key_unknown');
    END IF;
    v.caller := v_caller;
    e.verdict := v;
    e.done := v.outcome <> 'ok';
    IF p_slot IS NOT NULL AND NOT e.done THEN
        RETURN foyer.recall(e, p_slot, p_fingerprint);
    END IF;
    RETURN e;
END;
$$;
