-- Verify reports: what functions of foyer_admin return in common.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT a.id, a."organizationId", a.name, a."allowedOrigins", a."requireOrigin",
       a."editWindow", a."retentionDays", a."hasSecret", a."requireProof", a.suspended,
       a."createdAt"
  FROM (SELECT (NULL::foyer_admin.application).*) AS a;

ROLLBACK;
