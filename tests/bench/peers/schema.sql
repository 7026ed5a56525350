-- schema.sql - what the peers need of the same conversations, as their users would lay it out.
CREATE TABLE application (
    id          uuid PRIMARY KEY,
    name        text NOT NULL
);
CREATE TABLE api_key (
    hash            bytea PRIMARY KEY,
    application_id  uuid NOT NULL REFERENCES application,
    revoked_at      timestamptz
);
CREATE TABLE conversation (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    application_id  uuid NOT NULL REFERENCES application,
    visitor_id      uuid NOT NULL,
    status          text NOT NULL DEFAULT 'pending',
    seq             bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON conversation (application_id, visitor_id);
CREATE TABLE message (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id  uuid NOT NULL REFERENCES conversation,
    seq              bigint NOT NULL,
    sender_id        uuid NOT NULL,
    sender_role      text NOT NULL,
    content          text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    edited_at        timestamptz,
    deleted_at       timestamptz,
    UNIQUE (conversation_id, seq)
);
CREATE TABLE idempotency (
    application_id  uuid NOT NULL,
    visitor_id      uuid NOT NULL,
    slot            bytea NOT NULL,
    fingerprint     bytea NOT NULL,
    response        jsonb NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, visitor_id, slot)
);
-- As RateLimiterPostgres makes it.
CREATE TABLE rate_limit (
    key     varchar(255) PRIMARY KEY,
    points  integer NOT NULL DEFAULT 0,
    expire  bigint
);
