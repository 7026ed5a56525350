-- A function for operators refuses an application's key, one for visitors an operator's: it says so, and does nothing.
BEGIN;
SELECT plan(38);
\ir lib/site.sql
UPDATE foyer.application SET visitor_max = '{0,9,0}';
UPDATE foyer.organization SET operator_max = '{0,9,0}';

-- pg_temp.call: with nothing but the caller; what is looked at later is null.
CREATE FUNCTION pg_temp.call(p_name text, p_caller text)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_outcome  text;
BEGIN
    EXECUTE format('SELECT (r.verdict).outcome FROM pg_temp.caller(%L) AS c,
                    foyer_api.%I(c.key, c.kind, c.app, NULL, c.visitor%s) AS r', p_caller, p_name,
               repeat(', NULL', (SELECT p.pronargs - 8 FROM pg_proc AS p
                                  WHERE p.pronamespace = 'foyer_api'::regnamespace AND p.proname = p_name)))
       INTO v_outcome;
    RETURN v_outcome;
END;
$$;
CREATE TEMPORARY TABLE single AS
SELECT 'operator' AS kind, name FROM unnest('{operator_list,conversation_accept,conversation_leave,conversation_resolve,
    conversation_subject,conversation_delete,conversation_visitor,conversation_tags,tag_create,tag_list,tag_delete,
    tag_attach,tag_detach}'::text[]) AS u(name)
UNION ALL
SELECT 'visitor', name FROM unnest('{conversation_create,conversation_list,visitor_identify,visitor_get}'::text[]) AS u(name);
GRANT SELECT ON single TO foyer_web;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.call(o.name, CASE o.kind WHEN 'visitor' THEN 'ada' ELSE 'ann' END), 'caller_wrong',
    o.name || ' is for the ' || o.kind || ' alone') FROM single AS o;
SELECT isnt(pg_temp.call(o.name, w.caller), 'caller_wrong', o.name || ' is for ' || w.caller)
  FROM unnest('{me,conversation_get,conversation_unread,message_list,message_send,message_edit,message_delete,
    message_read,change_list}'::text[]) AS o(name), unnest('{ann,olga}'::text[]) AS w(caller);
RESET ROLE;
SELECT is_empty($$
    SELECT p.proname FROM pg_proc AS p
     WHERE p.pronamespace = 'foyer_api'::regnamespace AND p.pronargs >= 8
       AND p.proname NOT IN (SELECT name FROM single)
       AND p.proname NOT IN ('admit', 'me', 'conversation_get', 'conversation_unread', 'message_list', 'message_send',
                             'message_edit', 'message_delete', 'message_read', 'change_list') $$,
    'those are all that ask who calls');

-- ---- where that is looked at

UPDATE foyer.application SET suspended_at = now() WHERE id = pg_temp.id('shop');
SELECT is(pg_temp.call('tag_list', 'ann'), 'application_suspended', 'after a suspension');
UPDATE foyer.application SET suspended_at = NULL;
DELETE FROM foyer.rate_counter;
SELECT is(pg_temp.call('tag_list', 'ann') || (SELECT count(*) FROM foyer.rate_counter), 'caller_wrong0',
    'before the limits, so it does not count');

SELECT * FROM finish();
ROLLBACK;
