-- Deploy accounts: organizations, their applications, keys and operators.
BEGIN;
SET LOCAL ROLE foyer_owner;

-- The most requests in any second, minute and hour; 0 means no such window.
CREATE DOMAIN foyer.rate_limits AS integer[]
    CONSTRAINT rate_limits_check CHECK (
        pg_catalog.array_length(VALUE, 1) = 3 AND pg_catalog.array_ndims(VALUE) = 1
        AND 0 <= ALL (VALUE) AND 1000000 >= ALL (VALUE)
        AND pg_catalog.array_position(VALUE, NULL) IS NULL);

-- What an application's key may be limited to; new ones go to the end.
CREATE TYPE foyer.scope AS ENUM ('conversations:read', 'conversations:write',
    'messages:read', 'messages:write', 'messages:delete', 'contacts:read', 'contacts:write');

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
    key_max          integer CHECK (key_max BETWEEN 0 AND 1000000),
    secret           text CHECK (secret ~ '^[0-9a-f]{64}$'),
    require_proof    boolean NOT NULL DEFAULT false,
    retention_days   integer CHECK (retention_days BETWEEN 1 AND 36500),
    suspended_at     timestamptz,
    created_at       timestamptz NOT NULL,
    CHECK (secret IS NOT NULL OR NOT require_proof)
);
CREATE INDEX application_organization_id_idx ON foyer.application (organization_id);
COMMENT ON COLUMN foyer.application.allowed_origins IS
    'host names in lower case, *.example.com for a domain and all below it; none: any origin';
COMMENT ON COLUMN foyer.application.edit_window IS
    'for so long after its creation a message can be edited and deleted by its author';
COMMENT ON COLUMN foyer.application.visitor_max IS
    'requests of one visitor in any second, minute, hour; 0: no such window';
COMMENT ON COLUMN foyer.application.key_max IS
    'requests of one of its keys in any minute; 0: no limit; null: that of the mount';
COMMENT ON COLUMN foyer.application.secret IS
    'with this the site''s backend proves who a visitor is; not a hash, for it is needed';
COMMENT ON COLUMN foyer.application.require_proof IS
    'a visitor''s contact is taken only with such a proof';
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
    scopes          foyer.scope[] CHECK (pg_catalog.cardinality(scopes) > 0),
    key_max         integer CHECK (key_max BETWEEN 0 AND 1000000),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    disabled_at     timestamptz,
    revoked_at      timestamptz
);
CREATE INDEX api_key_application_id_idx ON foyer.api_key (application_id);
COMMENT ON COLUMN foyer.api_key.prefix IS 'the beginning of the key, to tell keys apart';
COMMENT ON COLUMN foyer.api_key.scopes IS 'what the key may do; null: everything, also what is new';
COMMENT ON COLUMN foyer.api_key.key_max IS
    'requests of this key in any minute; 0: no limit; null: that of the application';
COMMENT ON COLUMN foyer.api_key.disabled_at IS 'refused since then; null again when it is enabled';
COMMENT ON COLUMN foyer.api_key.revoked_at IS 'refused since then, for good';

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
