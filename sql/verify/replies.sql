-- Verify replies: the types are there, and begin with the verdict.
BEGIN;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(w.name, ', ') INTO v_fault
      FROM (VALUES ('foyer.entry', 'verdict'),
                   ('foyer_api.verdict', 'outcome'),
                   ('foyer_api.participant', 'userId'),
                   ('foyer_api.plain_reply', 'verdict'),
                   ('foyer_api.me_reply', 'verdict'),
                   ('foyer_api.visitor_reply', 'verdict'),
                   ('foyer_api.tag_reply', 'verdict'),
                   ('foyer_api.tag_list_reply', 'verdict'),
                   ('foyer_api.conversation_reply', 'verdict'),
                   ('foyer_api.conversation_list_reply', 'verdict'),
                   ('foyer_api.operator_list_reply', 'verdict'),
                   ('foyer_api.unread_reply', 'verdict'),
                   ('foyer_api.message_reply', 'verdict'),
                   ('foyer_api.message_list_reply', 'verdict'),
                   ('foyer_api.change_list_reply', 'verdict')) AS w(name, first)
      LEFT JOIN pg_catalog.pg_attribute AS a
             ON a.attrelid = pg_catalog.to_regclass(w.name) AND a.attnum = 1
     WHERE a.attname IS DISTINCT FROM w.first;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'missing, or of another form: %', v_fault;
    END IF;
END;
$$;

ROLLBACK;
