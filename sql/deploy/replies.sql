-- Deploy replies: what the functions of foyer_api return.
--
-- The first column of every reply is the verdict; it is set in the first row only.
-- The columns after it are named as the members of the JSON answer.  In a list, total is
-- beside the verdict, and null unless it was asked for.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE TYPE foyer_api.verdict AS (
    outcome         text,
    at              timestamptz,
    caller          uuid,
    rate_scope      text,
    rate_window     text,
    rate_limit      integer,
    rate_remaining  integer,
    rate_reset      timestamptz,
    replayed        boolean,
    unmodified      boolean,
    etag            bigint,
    expired_at      timestamptz,
    edit_window     integer
);
COMMENT ON TYPE foyer_api.verdict IS
    'outcome: ok, or the name of the problem; at: the instant of the rate decision; '
    'caller: id of the key or operator; rate_*: the window that the X-RateLimit headers describe; '
    'replayed: an earlier answer, by Idempotency-Key; '
    'unmodified: etag is one of those in If-None-Match; '
    'expired_at, edit_window (seconds): of edit_window_expired';

-- Who calls: internal to the functions.  done: there is nothing left to do but to answer,
-- with the verdict and, if this has been answered before, that answer.
CREATE TYPE foyer.entry AS (
    verdict          foyer_api.verdict,
    tenant_id        uuid,
    organization_id  uuid,
    application_id   uuid,
    actor_id         uuid,
    actor_role       text,
    actor_name       text,
    edit_window      interval,
    done             boolean,
    answer           jsonb
);

CREATE TYPE foyer_api.plain_reply AS (verdict foyer_api.verdict);

CREATE TYPE foyer_api.me_reply AS (
    verdict           foyer_api.verdict,
    id                uuid,
    kind              text,
    name              text,
    "applicationId"   uuid,
    "organizationId"  uuid,
    role              text,
    scopes            text[]
);

CREATE TYPE foyer_api.visitor_reply AS (
    verdict      foyer_api.verdict,
    id           uuid,
    name         text,
    email        text,
    phone        text,
    metadata     json,
    verified     boolean,
    "createdAt"  timestamptz,
    "updatedAt"  timestamptz
);

CREATE TYPE foyer_api.tag_reply AS (
    verdict      foyer_api.verdict,
    id           uuid,
    name         text,
    "createdAt"  timestamptz
);

CREATE TYPE foyer_api.tag_list_reply AS (
    verdict      foyer_api.verdict,
    total        bigint,
    id           uuid,
    name         text,
    "createdAt"  timestamptz
);

CREATE TYPE foyer_api.participant AS (
    "userId"    uuid,
    role        text,
    "joinedAt"  timestamptz
);

CREATE TYPE foyer_api.conversation_reply AS (
    verdict          foyer_api.verdict,
    id               uuid,
    "applicationId"  uuid,
    status           text,
    subject          text,
    "assignedTo"     uuid,
    "createdAt"      timestamptz,
    "updatedAt"      timestamptz,
    "closedAt"       timestamptz,
    participants     foyer_api.participant[]
);

CREATE TYPE foyer_api.conversation_list_reply AS (
    verdict          foyer_api.verdict,
    total            bigint,
    id               uuid,
    "applicationId"  uuid,
    status           text,
    subject          text,
    "assignedTo"     uuid,
    "createdAt"      timestamptz,
    "updatedAt"      timestamptz,
    "closedAt"       timestamptz
);

CREATE TYPE foyer_api.operator_list_reply AS (
    verdict          foyer_api.verdict,
    total            bigint,
    id               uuid,
    "applicationId"  uuid,
    status           text,
    subject          text,
    "assignedTo"     uuid,
    "createdAt"      timestamptz,
    "updatedAt"      timestamptz,
    "closedAt"       timestamptz,
    "unreadCount"    bigint
);

CREATE TYPE foyer_api.unread_reply AS (
    verdict        foyer_api.verdict,
    "unreadCount"  bigint
);

CREATE TYPE foyer_api.message_reply AS (
    verdict           foyer_api.verdict,
    id                uuid,
    "conversationId"  uuid,
    "senderId"        uuid,
    "senderRole"      text,
    type              text,
    content           text,
    "contentFormat"   text,
    "contentHtml"     text,
    "createdAt"       timestamptz,
    "editedAt"        timestamptz,
    "editableUntil"   timestamptz
);

CREATE TYPE foyer_api.message_list_reply AS (
    verdict           foyer_api.verdict,
    total             bigint,
    id                uuid,
    "conversationId"  uuid,
    "senderId"        uuid,
    "senderRole"      text,
    type              text,
    content           text,
    "contentFormat"   text,
    "contentHtml"     text,
    "createdAt"       timestamptz,
    "editedAt"        timestamptz,
    "editableUntil"   timestamptz
);

-- One row a change, after the first: the object's columns are null but for those of
-- its type.  A name with a dot is a member of an object.
CREATE TYPE foyer_api.change_list_reply AS (
    verdict                       foyer_api.verdict,
    cursor                        bigint,
    "hasMore"                     boolean,
    seq                           bigint,
    type                          text,
    "userId"                      uuid,
    "messageId"                   uuid,
    "message.id"                  uuid,
    "message.conversationId"      uuid,
    "message.senderId"            uuid,
    "message.senderRole"          text,
    "message.type"                text,
    "message.content"             text,
    "message.contentFormat"       text,
    "message.contentHtml"         text,
    "message.createdAt"           timestamptz,
    "message.editedAt"            timestamptz,
    "message.editableUntil"       timestamptz,
    "conversation.id"             uuid,
    "conversation.applicationId"  uuid,
    "conversation.status"         text,
    "conversation.subject"        text,
    "conversation.assignedTo"     uuid,
    "conversation.createdAt"      timestamptz,
    "conversation.updatedAt"      timestamptz,
    "conversation.closedAt"       timestamptz
);

COMMIT;
