-- data.sql - an application of the bench, its visitors, a conversation of each, and messages.
--
-- application, digit, limits, key_hash   scenes.py
-- visitors, messages                     how many; messages of each conversation
INSERT INTO foyer.organization (id, name, created_at)
VALUES ('01934895-d800-7931-82aa-000000000001', 'Bench', now()) ON CONFLICT DO NOTHING;
INSERT INTO foyer.application (id, organization_id, name, visitor_max, created_at)
VALUES (:'application', '01934895-d800-7931-82aa-000000000001', :'application', :'limits', now());
INSERT INTO foyer.api_key (hash, id, application_id, env, prefix, created_at)
VALUES (decode(:'key_hash', 'hex'), gen_random_uuid(), :'application', 'live', 'dk_live_', now());

CREATE TEMPORARY TABLE numbered AS
    SELECT v, ('3f0c8a52-1d7e-4b9a-9c6' || :digit || '-' || lpad(v::text, 12, '0'))::uuid AS visitor,
           ('01946983-5fc8-7c21-8f3' || :digit || '-' || lpad(v::text, 12, '0'))::uuid AS conversation,
           date_trunc('milliseconds', now()) - interval '1 day' AS at
      FROM generate_series(1, :visitors) AS v;
INSERT INTO foyer.visitor (application_id, id, created_at) SELECT :'application', visitor, at FROM numbered;
INSERT INTO foyer.conversation (application_id, id, visitor_id, seq, created_at, updated_at)
    SELECT :'application', conversation, visitor, 1 + :messages, at, at + :messages * interval '1 minute' FROM numbered;
INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
    SELECT :'application', conversation, visitor, 'visitor', at FROM numbered;
-- As they would have come: each visitor's are not next to each other.
INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, sender_role, content, created_at)
    SELECT :'application', conversation, foyer.uuid_v7(at + m * interval '1 minute'), 1 + m, visitor, 'visitor',
           'Message ' || m || ' ' || repeat('x', 80), at + m * interval '1 minute'
      FROM generate_series(1, :messages) AS m, numbered;
