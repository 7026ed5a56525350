-- data.sql - the data of ../data.sql in the schema of the peers.
INSERT INTO application (id, name) VALUES (:'application', :'application');
INSERT INTO api_key (hash, application_id) VALUES (decode(:'key_hash', 'hex'), :'application');
CREATE TEMPORARY TABLE numbered AS
    SELECT v, ('3f0c8a52-1d7e-4b9a-9c6' || :digit || '-' || lpad(v::text, 12, '0'))::uuid AS visitor,
           ('01946983-5fc8-7c21-8f3' || :digit || '-' || lpad(v::text, 12, '0'))::uuid AS conversation,
           date_trunc('milliseconds', now()) - interval '1 day' AS at
      FROM generate_series(1, :visitors) AS v;
INSERT INTO conversation (id, application_id, visitor_id, seq, created_at, updated_at)
    SELECT conversation, :'application', visitor, 1 + :messages, at, at + :messages * interval '1 minute' FROM numbered;
INSERT INTO message (conversation_id, seq, sender_id, sender_role, content, created_at)
    SELECT conversation, 1 + m, visitor, 'visitor', 'Message ' || m || ' ' || repeat('x', 80),
           at + m * interval '1 minute'
      FROM generate_series(1, :messages) AS m, numbered;
