-- Deploy functions: every function, one to a file, in an order that resolves.
--
-- The files say CREATE OR REPLACE: a later release applies this list again.
BEGIN;
SET LOCAL ROLE foyer_owner;

\ir ../functions/foyer.uuid_v7.sql
\ir ../functions/foyer.uuid_floor.sql
\ir ../functions/foyer.now_ms.sql
\ir ../functions/foyer.relax.sql

\ir ../functions/foyer.origin_allowed.sql
\ir ../functions/foyer.rate_admit.sql
\ir ../functions/foyer.rate_admit_both.sql
\ir ../functions/foyer.rate_address.sql
\ir ../functions/foyer.rate_violation.sql
\ir ../functions/foyer.rate_sweep.sql
\ir ../functions/foyer.recall.sql
\ir ../functions/foyer.enter.sql
\ir ../functions/foyer.remember.sql

\ir ../functions/foyer.state_refused.sql
\ir ../functions/foyer.locate.sql
\ir ../functions/foyer.conversation_find.sql
\ir ../functions/foyer.conversation_lock.sql
\ir ../functions/foyer.conversation_reply.sql
\ir ../functions/foyer.participant_join.sql
\ir ../functions/foyer.message_known.sql
\ir ../functions/foyer.message_reply.sql
\ir ../functions/foyer.message_row.sql
\ir ../functions/foyer.message_system.sql
\ir ../functions/foyer.message_change.sql
\ir ../functions/foyer.unread_count.sql
\ir ../functions/foyer.operator_view.sql
\ir ../functions/foyer.visitor_view.sql
\ir ../functions/foyer.visitor_reply.sql
\ir ../functions/foyer.hmac_sha256.sql
\ir ../functions/foyer.proof_good.sql
\ir ../functions/foyer.tag_view.sql
\ir ../functions/foyer.change_feed.sql

\ir ../functions/foyer_api.schema_version.sql
\ir ../functions/foyer_api.ready.sql
\ir ../functions/foyer_api.health.sql
\ir ../functions/foyer_api.admit.sql
\ir ../functions/foyer_api.tally.sql
\ir ../functions/foyer_api.me.sql
\ir ../functions/foyer_api.visitor_identify.sql
\ir ../functions/foyer_api.visitor_get.sql
\ir ../functions/foyer_api.conversation_create.sql
\ir ../functions/foyer_api.conversation_list.sql
\ir ../functions/foyer_api.operator_list.sql
\ir ../functions/foyer_api.conversation_get.sql
\ir ../functions/foyer_api.conversation_accept.sql
\ir ../functions/foyer_api.conversation_leave.sql
\ir ../functions/foyer_api.conversation_resolve.sql
\ir ../functions/foyer_api.conversation_subject.sql
\ir ../functions/foyer_api.conversation_delete.sql
\ir ../functions/foyer_api.conversation_unread.sql
\ir ../functions/foyer_api.conversation_visitor.sql
\ir ../functions/foyer_api.conversation_tags.sql
\ir ../functions/foyer_api.message_send.sql
\ir ../functions/foyer_api.message_list.sql
\ir ../functions/foyer_api.message_edit.sql
\ir ../functions/foyer_api.message_delete.sql
\ir ../functions/foyer_api.message_read.sql
\ir ../functions/foyer_api.change_list.sql
\ir ../functions/foyer_api.tag_create.sql
\ir ../functions/foyer_api.tag_list.sql
\ir ../functions/foyer_api.tag_delete.sql
\ir ../functions/foyer_api.tag_attach.sql
\ir ../functions/foyer_api.tag_detach.sql

\ir ../functions/foyer.application_require.sql
\ir ../functions/foyer.organization_require.sql
\ir ../functions/foyer.visitor_require.sql
\ir ../functions/foyer.name_checked.sql
\ir ../functions/foyer.origins_checked.sql
\ir ../functions/foyer.scopes_checked.sql
\ir ../functions/foyer.time_text.sql
\ir ../functions/foyer.application_shown.sql
\ir ../functions/foyer.conversation_export.sql
\ir ../functions/foyer.conversation_remove.sql
\ir ../functions/foyer.privilege_faults.sql
\ir ../functions/foyer.web_setting.sql
\ir ../functions/foyer.connection_room.sql
\ir ../functions/foyer.findings.sql

\ir ../functions/foyer_admin.organization_create.sql
\ir ../functions/foyer_admin.application_create.sql
\ir ../functions/foyer_admin.application_set.sql
\ir ../functions/foyer_admin.application_secret.sql
\ir ../functions/foyer_admin.application_show.sql
\ir ../functions/foyer_admin.application_list.sql
\ir ../functions/foyer_admin.key_create.sql
\ir ../functions/foyer_admin.key_list.sql
\ir ../functions/foyer_admin.key_disable.sql
\ir ../functions/foyer_admin.key_enable.sql
\ir ../functions/foyer_admin.key_revoke.sql
\ir ../functions/foyer_admin.operator_create.sql
\ir ../functions/foyer_admin.operator_list.sql
\ir ../functions/foyer_admin.operator_revoke.sql
\ir ../functions/foyer_admin.limits_show.sql
\ir ../functions/foyer_admin.limits_set.sql
\ir ../functions/foyer_admin.limits_usage.sql
\ir ../functions/foyer_admin.purge.sql
\ir ../functions/foyer_admin.visitor_export.sql
\ir ../functions/foyer_admin.visitor_erase.sql
\ir ../functions/foyer_api.installation_check.sql
\ir ../functions/foyer_admin.installation_check.sql

COMMIT;
