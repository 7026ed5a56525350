-- Verify accounts: organizations, their applications, keys and operators.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT '{0,1,1000000}'::foyer.rate_limits, 'messages:write'::foyer.scope;
SELECT g.id, g.name, g.operator_max, g.created_at
  FROM foyer.organization AS g WHERE false;
SELECT a.id, a.organization_id, a.name, a.allowed_origins, a.require_origin,
       a.edit_window, a.visitor_max, a.key_max, a.secret, a.require_proof,
       a.retention_days, a.suspended_at, a.created_at
  FROM foyer.application AS a WHERE false;
SELECT k.hash, k.id, k.application_id, k.env, k.prefix, k.name, k.scopes, k.key_max,
       k.created_at, k.expires_at, k.disabled_at, k.revoked_at
  FROM foyer.api_key AS k WHERE false;
SELECT o.hash, o.id, o.organization_id, o.name, o.role, o.env, o.created_at, o.revoked_at
  FROM foyer.operator AS o WHERE false;

ROLLBACK;
