-- Deploy accounts: organizations, their applications, keys and operators.
BEGIN;
SET LOCAL ROLE foyer_owner;

-- The most requests in any second, minute and hour; 0 means no such window.
CREATE DOMAIN foyer.rate_limits AS integer[]
    CONSTRAINT rate_limits_check CHECK (
        pg_catalog.array_length(VALUE, 1) = 3 AND pg_catalog.array_ndims(VALUE) = 1
        AND 0 <= ALL (VALUE) AND 1000000 >= ALL (VALUE)
        AND pg_catalog.array_position(VALUE, NULL) IS NULL);

CREATE TABLE foyer.organization (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
    operator_max  foyer.rate_limits NOT NULL DEFAULT '{25,500,5000}',
    created_at    timestamptz NOT NULL
);
COMMENT ON COLUMN foyer.organization.operator_max IS
    'requests of one operator in any second, minute, hour; 0: no such window';

CREATE TABLE foyer.application (
    id               uuid PRIMARY KEY,
    organization_id  uuid NOT NULL REFERENCES foyer.organization,
    name             text NOT NULL CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
    allowed_origins  text[] NOT NULL DEFAULT '{}',
    require_origin   boolean NOT NULL DEFAULT false,
    edit_window      interval NOT NULL DEFAULT '15 minutes'
        CHECK (edit_window BETWEEN '0' AND '3650 days'),
    visitor_max      foyer.rate_limits NOT NULL DEFAULT '{3,30,200}',
    retention_days   integer CHECK (retention_days BETWEEN 1 AND 36500),
    suspended_at     timestamptz,
    created_at       timestamptz NOT NULL
);
CREATE INDEX application_organization_id_idx ON foyer.application (organization_id);
COMMENT ON COLUMN foyer.application.allowed_origins IS
    'host names in lower case, *.example.com for a domain and all below it; none: any origin';
COMMENT ON COLUMN foyer.application.edit_window IS
    'for so long after its creation a message can be edited and deleted by its author';
COMMENT ON COLUMN foyer.application.visitor_max IS
    'requests of one visitor in any second, minute, hour; 0: no such window';
COMMENT ON COLUMN foyer.application.retention_days IS
    'closed conversations are purged after so many days; null: never';

-- Only the SHA-256 of a key is ever here.  The hash is looked up before the
-- application is known, so it is the key of the table.
CREATE TABLE foyer.api_key (
    hash            bytea PRIMARY KEY CHECK (pg_catalog.octet_length(hash) = 32),
    id              uuid NOT NULL UNIQUE,
    application_id  uuid NOT NULL REFERENCES foyer.application,
    env             text NOT NULL CHECK (env IN ('live', 'test')),
    prefix          text NOT NULL,
    name            text CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    revoked_at      timestamptz
);
CREATE INDEX api_key_application_id_idx ON foyer.api_key (application_id);
COMMENT ON COLUMN foyer.api_key.prefix IS 'the beginning of the key, to tell keys apart';

CREATE TABLE foyer.operator (
    hash             bytea PRIMARY KEY CHECK (pg_catalog.octet_length(hash) = 32),
    id               uuid NOT NULL UNIQUE,
    organization_id  uuid NOT NULL REFERENCES foyer.organization,
    name             text NOT NULL CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
    role             text NOT NULL CHECK (role IN ('operator', 'admin')),
    env              text NOT NULL CHECK (env IN ('live', 'test')),
    created_at       timestamptz NOT NULL,
    revoked_at       timestamptz
);
CREATE INDEX operator_organization_id_idx ON foyer.operator (organization_id);

COMMIT;
