-- Deploy reports: what functions of foyer_admin return in common.
--
-- The columns are named as the members that foyerctl --json prints.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE TYPE foyer_admin.application AS (
    id                uuid,
    "organizationId"  uuid,
    name              text,
    "allowedOrigins"  text[],
    "requireOrigin"   boolean,
    "editWindow"      integer,
    "retentionDays"   integer,
    "hasSecret"       boolean,
    "requireProof"    boolean,
    suspended         boolean,
    "createdAt"       timestamptz
);
COMMENT ON TYPE foyer_admin.application IS
    'editWindow: seconds; retentionDays: null for ever; requireProof: of who a visitor is';

COMMIT;
