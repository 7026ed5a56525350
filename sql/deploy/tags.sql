-- Deploy tags: the labels of an organization, and which conversations have them.
--
-- Tags are the organization's, conversations the application's: so both are in the key
-- of what joins them, or beside it.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE TABLE foyer.tag (
    organization_id  uuid NOT NULL REFERENCES foyer.organization,
    id               uuid NOT NULL,
    name             text NOT NULL CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 50),
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX tag_name_idx ON foyer.tag (organization_id, pg_catalog.lower(name));
COMMENT ON COLUMN foyer.tag.name IS 'no two of an organization differ in case alone';

CREATE TABLE foyer.conversation_tag (
    application_id   uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    tag_id           uuid NOT NULL,
    organization_id  uuid NOT NULL,
    PRIMARY KEY (application_id, conversation_id, tag_id),
    FOREIGN KEY (application_id, conversation_id) REFERENCES foyer.conversation,
    FOREIGN KEY (organization_id, tag_id) REFERENCES foyer.tag
);
CREATE INDEX conversation_tag_tag_idx ON foyer.conversation_tag (organization_id, tag_id);
COMMENT ON COLUMN foyer.conversation_tag.organization_id IS 'of the tag, and of the application';

COMMIT;
