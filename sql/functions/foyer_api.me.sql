-- foyer_api.me: who calls, by which key, and what may it do?
--
-- Outcomes: those of foyer.enter.
-- scopes is null for operators, who have a role instead.
CREATE OR REPLACE FUNCTION foyer_api.me(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid,
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.me_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e  foyer.entry;
    r  foyer_api.me_reply;
BEGIN
    PERFORM foyer.relax();
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, NULL);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN r;
    END IF;

    r.id := (r.verdict).caller;
    r.kind := CASE p_kind WHEN 'visitor' THEN 'key' ELSE 'operator' END;
    r."applicationId" := e.application_id;
    r."organizationId" := e.organization_id;
    IF p_kind = 'visitor' THEN
        SELECT k.name, coalesce(k.scopes, pg_catalog.enum_range(NULL::foyer.scope))::text[]
          INTO r.name, r.scopes
          FROM foyer.api_key AS k
         WHERE k.hash = p_key;
    ELSE
        r.name := e.actor_name;
        r.role := e.actor_role;
    END IF;
    RETURN r;
END;
$$;
