-- Deploy history: what edits replaced, and the answers that a retry gets again.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE TABLE foyer.message_revision (
    application_id   uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    message_id       uuid NOT NULL,
    seq              bigint NOT NULL,
    content          text NOT NULL,
    replaced_at      timestamptz NOT NULL,
    PRIMARY KEY (application_id, conversation_id, message_id, seq),
    FOREIGN KEY (application_id, conversation_id, message_id) REFERENCES foyer.message
);
COMMENT ON TABLE foyer.message_revision IS
    'the text that an edit replaced; seq is the number of that change';

-- The caller's rate counter is locked before this table is read, so two requests
-- of one caller never race here; the key of the table is the last guard.
CREATE TABLE foyer.idempotency (
    tenant_id    uuid NOT NULL,
    caller_id    uuid NOT NULL,
    slot         bytea NOT NULL CHECK (pg_catalog.octet_length(slot) = 32),
    fingerprint  bytea NOT NULL CHECK (pg_catalog.octet_length(fingerprint) = 32),
    created_at   timestamptz NOT NULL,
    response     jsonb NOT NULL,
    PRIMARY KEY (tenant_id, caller_id, slot)
);
CREATE INDEX idempotency_created_at_idx ON foyer.idempotency (created_at);
COMMENT ON COLUMN foyer.idempotency.tenant_id IS
    'the application, for operators the organization';
COMMENT ON COLUMN foyer.idempotency.slot IS 'SHA-256 of method, path and Idempotency-Key';
COMMENT ON COLUMN foyer.idempotency.fingerprint IS 'SHA-256 of the JSON value of the body';
COMMENT ON COLUMN foyer.idempotency.response IS 'the columns of the first answer';

COMMIT;
