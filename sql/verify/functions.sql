-- Verify functions: every one is there and is foyer_owner's, and those that others call
-- run as the owner, with a search path of their own.
BEGIN;

DO $$
DECLARE
    v_fault  text;
BEGIN
    SELECT pg_catalog.string_agg(w.name, ', ') INTO v_fault
      FROM pg_catalog.unnest(ARRAY[
               'foyer.uuid_v7',
               'foyer.uuid_floor',
               'foyer.now_ms',
               'foyer.relax',
               'foyer.origin_allowed',
               'foyer.rate_admit',
               'foyer.rate_admit_both',
               'foyer.rate_address',
               'foyer.rate_violation',
               'foyer.rate_sweep',
               'foyer.recall',
               'foyer.enter',
               'foyer.remember',
               'foyer.state_refused',
               'foyer.locate',
               'foyer.conversation_find',
               'foyer.conversation_lock',
               'foyer.conversation_reply',
               'foyer.participant_join',
               'foyer.message_known',
               'foyer.message_reply',
               'foyer.message_row',
               'foyer.message_system',
               'foyer.message_change',
               'foyer.unread_count',
               'foyer.operator_view',
               'foyer.visitor_view',
               'foyer.visitor_reply',
               'foyer.hmac_sha256',
               'foyer.proof_good',
               'foyer.tag_view',
               'foyer.change_feed',
               'foyer_api.schema_version',
               'foyer_api.ready',
               'foyer_api.health',
               'foyer_api.admit',
               'foyer_api.tally',
               'foyer_api.me',
               'foyer_api.visitor_identify',
               'foyer_api.visitor_get',
               'foyer_api.conversation_create',
               'foyer_api.conversation_list',
               'foyer_api.operator_list',
               'foyer_api.conversation_get',
               'foyer_api.conversation_accept',
               'foyer_api.conversation_leave',
               'foyer_api.conversation_resolve',
               'foyer_api.conversation_subject',
               'foyer_api.conversation_delete',
               'foyer_api.conversation_unread',
               'foyer_api.conversation_visitor',
               'foyer_api.conversation_tags',
               'foyer_api.message_send',
               'foyer_api.message_list',
               'foyer_api.message_edit',
               'foyer_api.message_delete',
               'foyer_api.message_read',
               'foyer_api.change_list',
               'foyer_api.tag_create',
               'foyer_api.tag_list',
               'foyer_api.tag_delete',
               'foyer_api.tag_attach',
               'foyer_api.tag_detach',
               'foyer.application_require',
               'foyer.organization_require',
               'foyer.visitor_require',
               'foyer.name_checked',
               'foyer.origins_checked',
               'foyer.scopes_checked',
               'foyer.time_text',
               'foyer.application_shown',
               'foyer.conversation_export',
               'foyer.conversation_remove',
               'foyer.privilege_faults',
               'foyer.web_setting',
               'foyer.connection_room',
               'foyer.findings',
               'foyer_admin.organization_create',
               'foyer_admin.application_create',
               'foyer_admin.application_set',
               'foyer_admin.application_secret',
               'foyer_admin.application_show',
               'foyer_admin.application_list',
               'foyer_admin.key_create',
               'foyer_admin.key_list',
               'foyer_admin.key_disable',
               'foyer_admin.key_enable',
               'foyer_admin.key_revoke',
               'foyer_admin.operator_create',
               'foyer_admin.operator_list',
               'foyer_admin.operator_revoke',
               'foyer_admin.limits_show',
               'foyer_admin.limits_set',
               'foyer_admin.limits_usage',
               'foyer_admin.purge',
               'foyer_admin.visitor_export',
               'foyer_admin.visitor_erase',
               'foyer_api.installation_check',
               'foyer_admin.installation_check'
           ]) AS w(name)
     WHERE NOT EXISTS (
         SELECT FROM pg_catalog.pg_proc AS p
           JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
          WHERE w.name = n.nspname || '.' || p.proname);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'missing: %', v_fault;
    END IF;

    SELECT pg_catalog.string_agg(p.oid::regprocedure::text, ', ') INTO v_fault
      FROM pg_catalog.pg_proc AS p
      JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('foyer', 'foyer_api', 'foyer_admin')
       AND (p.proowner <> 'foyer_owner'::regrole
            OR (n.nspname <> 'foyer'
                AND (p.prosecdef AND p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'])
                    IS NOT TRUE));
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'not of foyer_owner, or not SECURITY DEFINER with a search path: %',
            v_fault;
    END IF;
END;
$$;

ROLLBACK;
