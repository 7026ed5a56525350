-- Deploy conversations: visitors, conversations, participants, messages, markers.
--
-- Every key starts with the application, every query names it, and no foreign
-- key crosses applications.
BEGIN;
SET LOCAL ROLE foyer_owner;

-- What a send writes is checked by domains.  A CHECK of a table is parsed from its text
-- in every statement that writes a row, whichever columns it writes; a domain is parsed
-- once in a session, and checked where a value of it is made.
CREATE DOMAIN foyer.status AS text
    CONSTRAINT status_check CHECK (VALUE IN ('pending', 'active', 'closed'));
CREATE DOMAIN foyer.subject AS text
    CONSTRAINT subject_check CHECK (pg_catalog.char_length(VALUE) BETWEEN 1 AND 500);
CREATE DOMAIN foyer.sender_role AS text
    CONSTRAINT sender_role_check CHECK (VALUE IN ('visitor', 'operator', 'admin', 'system'));
CREATE DOMAIN foyer.content AS text
    CONSTRAINT content_check CHECK (pg_catalog.char_length(VALUE) BETWEEN 1 AND 5000);

CREATE TABLE foyer.visitor (
    application_id  uuid NOT NULL REFERENCES foyer.application,
    id              uuid NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz,
    verified        boolean NOT NULL DEFAULT false,
    name            text CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
    email           text CHECK (pg_catalog.char_length(email) <= 254),
    phone           text CHECK (phone ~ '^\+[1-9][0-9]{1,14}$'),
    metadata        jsonb CHECK (pg_catalog.jsonb_typeof(metadata) = 'object'),
    PRIMARY KEY (application_id, id)
);
CREATE UNIQUE INDEX visitor_email_idx
    ON foyer.visitor (application_id, pg_catalog.lower(email)) WHERE email IS NOT NULL;
COMMENT ON TABLE foyer.visitor IS 'exists from the visitor''s first admitted request';
COMMENT ON COLUMN foyer.visitor.updated_at IS
    'when the contact (name, email, phone, metadata) was last given; null: never';
COMMENT ON COLUMN foyer.visitor.verified IS
    'the site''s backend has proved that this visitor has this email and phone';
COMMENT ON COLUMN foyer.visitor.email IS 'of one visitor of the application alone, in any case';
COMMENT ON COLUMN foyer.visitor.phone IS 'E.164';
COMMENT ON COLUMN foyer.visitor.metadata IS 'what the site adds; null: nothing';

CREATE TABLE foyer.conversation (
    application_id  uuid NOT NULL,
    id              uuid NOT NULL,
    visitor_id      uuid NOT NULL,
    seq             bigint NOT NULL DEFAULT 1,
    status_seq      bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    closed_at       timestamptz,
    deleted_at      timestamptz,
    assigned_to     uuid,
    status          foyer.status NOT NULL DEFAULT 'pending',
    subject         foyer.subject,
    PRIMARY KEY (application_id, id),
    FOREIGN KEY (application_id, visitor_id) REFERENCES foyer.visitor
) WITH (fillfactor = 80);
CREATE INDEX conversation_visitor_idx ON foyer.conversation (application_id, visitor_id);
CREATE INDEX conversation_open_idx ON foyer.conversation (application_id, status)
    WHERE status <> 'closed' AND deleted_at IS NULL;
CREATE INDEX conversation_assigned_idx ON foyer.conversation (application_id, assigned_to)
    WHERE assigned_to IS NOT NULL;
COMMENT ON COLUMN foyer.conversation.seq IS
    'number of the newest change, taken under the lock of this row';
COMMENT ON COLUMN foyer.conversation.status_seq IS
    'number of the newest change of status, assignment or subject';
COMMENT ON COLUMN foyer.conversation.updated_at IS
    'strictly increases, in milliseconds, with every change but that of a read marker; '
    'a message is created at its instant';

CREATE TABLE foyer.participant (
    application_id   uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    user_id          uuid NOT NULL,
    role             text NOT NULL CHECK (role IN ('visitor', 'operator', 'admin')),
    joined_at        timestamptz NOT NULL,
    left_at          timestamptz,
    side             text NOT NULL GENERATED ALWAYS AS
        (CASE role WHEN 'visitor' THEN 'visitor' ELSE 'operator' END) STORED,
    PRIMARY KEY (application_id, conversation_id, user_id, side),
    FOREIGN KEY (application_id, conversation_id) REFERENCES foyer.conversation
);
COMMENT ON COLUMN foyer.participant.side IS
    'part of the key: a visitor chooses its id, and may choose an operator''s';
COMMENT ON COLUMN foyer.participant.left_at IS 'null: takes part now';

-- The first 48 bits of an id are the milliseconds of created_at, which strictly
-- increases within a conversation: the key is also the order of the messages.
CREATE TABLE foyer.message (
    application_id   uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    id               uuid NOT NULL,
    seq              bigint NOT NULL,
    sender_id        uuid,
    created_at       timestamptz NOT NULL,
    edited_at        timestamptz,
    deleted_at       timestamptz,
    sender_role      foyer.sender_role NOT NULL,
    content          foyer.content NOT NULL,
    PRIMARY KEY (application_id, conversation_id, id),
    UNIQUE (application_id, conversation_id, seq),
    FOREIGN KEY (application_id, conversation_id) REFERENCES foyer.conversation,
    CHECK ((sender_role = 'system') = (sender_id IS NULL))
);
COMMENT ON COLUMN foyer.message.seq IS
    'number of the newest change of this message in its conversation';

CREATE TABLE foyer.read_marker (
    application_id   uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    user_id          uuid NOT NULL,
    role             text NOT NULL CHECK (role IN ('visitor', 'operator', 'admin')),
    message_id       uuid NOT NULL,
    seq              bigint NOT NULL,
    side             text NOT NULL GENERATED ALWAYS AS
        (CASE role WHEN 'visitor' THEN 'visitor' ELSE 'operator' END) STORED,
    PRIMARY KEY (application_id, conversation_id, user_id, side),
    FOREIGN KEY (application_id, conversation_id) REFERENCES foyer.conversation
);
COMMENT ON TABLE foyer.read_marker IS
    'the newest message that somebody has read; also of admins who only look';
COMMENT ON COLUMN foyer.read_marker.seq IS 'number of the change that moved it';

COMMIT;
