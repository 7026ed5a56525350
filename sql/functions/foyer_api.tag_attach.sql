-- foyer_api.tag_attach: an operator gives a conversation some of the organization's tags.
--
-- Outcomes: those of foyer.enter, idempotency_mismatch, conversation_not_found,
-- tag_not_found, quota_reached.
-- All of them, or none.  A conversation has up to 20 tags; one that it has already stays.
-- Tags take no change number, and updated_at stays.
CREATE OR REPLACE FUNCTION foyer_api.tag_attach(p_key bytea, p_kind text,
    p_application uuid, p_origin text, p_visitor uuid, p_slot bytea, p_fingerprint bytea,
    p_conversation uuid, p_tags uuid[],
    p_scope text DEFAULT NULL, p_key_max integer DEFAULT NULL, p_address uuid DEFAULT NULL)
RETURNS foyer_api.plain_reply LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_most     CONSTANT integer := 20;
    e          foyer.entry;
    r          foyer_api.plain_reply;
    c          foyer.conversation;
    v_outcome  text;
BEGIN
    e := foyer.enter(p_key, p_kind, p_application, p_origin, p_visitor,
        p_scope, p_key_max, p_address, 'operator', p_slot, p_fingerprint);
    r.verdict := e.verdict;
    IF e.done THEN
        RETURN pg_catalog.jsonb_populate_record(r, e.answer);
    END IF;

    e := foyer.locate(e, p_conversation);
    c := foyer.conversation_lock(e, p_conversation);
    IF c.id IS NULL THEN
        r.verdict.outcome := 'conversation_not_found';
        RETURN r;
    END IF;

    WITH known AS (
        SELECT t.id
          FROM foyer.tag AS t
         WHERE t.organization_id = e.organization_id AND t.id = ANY (p_tags)
           FOR KEY SHARE
    ), state AS (
        SELECT (SELECT pg_catalog.count(DISTINCT u.id) FROM pg_catalog.unnest(p_tags) AS u(id))
                   AS wanted,
               (SELECT pg_catalog.count(*) FROM known) AS known,
               (SELECT pg_catalog.count(*) FROM foyer.conversation_tag AS j
                 WHERE j.application_id = c.application_id AND j.conversation_id = c.id
                   AND j.tag_id <> ALL (p_tags)) AS others
    ), judged AS (
        SELECT CASE WHEN s.known < s.wanted THEN 'tag_not_found'
                    WHEN s.others + s.wanted > c_most THEN 'quota_reached'
                    ELSE 'ok' END AS outcome
          FROM state AS s
    ), made AS (
        INSERT INTO foyer.conversation_tag
            (application_id, conversation_id, tag_id, organization_id)
        SELECT c.application_id, c.id, k.id, e.organization_id
          FROM known AS k, judged AS g
         WHERE g.outcome = 'ok'
        ON CONFLICT DO NOTHING
    )
    SELECT g.outcome INTO v_outcome FROM judged AS g;
    r.verdict.outcome := v_outcome;
    IF v_outcome = 'ok' THEN
        r := foyer.remember(e, p_slot, p_fingerprint, r);
    END IF;
    RETURN r;
END;
$$;
