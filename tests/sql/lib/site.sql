-- site.sql - two organizations with their applications, keys and operators.
--
-- A thing's id follows from its name: pg_temp.id('ann').  No window limits anybody.

-- The cluster of the tests may not wait for its disk at all.
SET LOCAL synchronous_commit = 'on';

CREATE FUNCTION pg_temp.id(p_name text)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.md5(p_name)::uuid
$$;
CREATE FUNCTION pg_temp.hash(p_name text)
RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.sha256(pg_catalog.convert_to(p_name, 'UTF8'))
$$;

INSERT INTO foyer.organization (id, name, operator_max, created_at)
SELECT pg_temp.id(name), name, '{0,0,0}', now() FROM (VALUES ('acme'), ('rival')) AS o(name);

INSERT INTO foyer.application (id, organization_id, name, visitor_max, created_at)
SELECT pg_temp.id(a.name), pg_temp.id(a.org), a.name, '{0,0,0}', now()
  FROM (VALUES ('shop', 'acme'), ('blog', 'acme'), ('spy', 'rival')) AS a(name, org);

INSERT INTO foyer.api_key (hash, id, application_id, env, prefix, created_at)
SELECT pg_temp.hash(k.name), pg_temp.id(k.name), pg_temp.id(k.app), k.env, 'dk_' || k.env, now()
  FROM (VALUES ('shop key', 'shop', 'live'), ('shop test key', 'shop', 'test'),
               ('blog key', 'blog', 'live'), ('spy key', 'spy', 'live')) AS k(name, app, env);

INSERT INTO foyer.operator (hash, id, organization_id, name, role, env, created_at)
SELECT pg_temp.hash(o.name || ' key'), pg_temp.id(o.name), pg_temp.id(o.org), o.name, o.role,
       'live', now()
  FROM (VALUES ('olga', 'acme', 'operator'), ('otto', 'acme', 'operator'),
               ('ada', 'acme', 'admin'), ('rex', 'rival', 'operator'),
               ('rita', 'rival', 'admin')) AS o(name, org, role);

-- pg_temp.talk: a conversation, as it would be after its creation.
CREATE FUNCTION pg_temp.talk(p_name text, p_app text, p_visitor text,
    p_status text DEFAULT 'pending', p_assigned text DEFAULT NULL,
    p_at timestamptz DEFAULT '2025-01-15 10:00:00Z')
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO foyer.visitor (application_id, id, created_at)
    VALUES (pg_temp.id(p_app), pg_temp.id(p_visitor), p_at)
    ON CONFLICT DO NOTHING;
    INSERT INTO foyer.conversation (application_id, id, visitor_id, created_at, updated_at,
        status, assigned_to, closed_at)
    VALUES (pg_temp.id(p_app), pg_temp.id(p_name), pg_temp.id(p_visitor), p_at, p_at,
        p_status, pg_temp.id(p_assigned), CASE p_status WHEN 'closed' THEN p_at END);
    INSERT INTO foyer.participant (application_id, conversation_id, user_id, role, joined_at)
    VALUES (pg_temp.id(p_app), pg_temp.id(p_name), pg_temp.id(p_visitor), 'visitor', p_at);
$$;

-- pg_temp.message: one message, as it would be after it was sent; p_sender null: Foyer.
CREATE FUNCTION pg_temp.message(p_name text, p_talk text, p_sender text, p_role text,
    p_at timestamptz, p_seq bigint)
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO foyer.message (application_id, conversation_id, id, seq, sender_id, sender_role,
        content, created_at)
    SELECT c.application_id, c.id,
           overlay(pg_temp.id(p_name)::text PLACING left(foyer.uuid_v7(p_at)::text, 13) FROM 1)::uuid,
           p_seq, pg_temp.id(p_sender), p_role, p_name, p_at
      FROM foyer.conversation AS c WHERE c.id = pg_temp.id(p_talk);
    UPDATE foyer.conversation SET seq = greatest(seq, p_seq), updated_at = greatest(updated_at, p_at)
     WHERE id = pg_temp.id(p_talk);
$$;
-- The id that it has got: its first 48 bits are its instant.
CREATE FUNCTION pg_temp.message_id(p_name text)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT m.id FROM foyer.message AS m WHERE m.content = p_name
$$;

-- pg_temp.caller: the first parameters of every function of foyer_api.  Visitors are
-- "ann", "ann of blog" and the like; olga, otto, ada, rex and rita are operators, who may
-- be "olga in blog"; the stranger has an unknown key.
CREATE FUNCTION pg_temp.caller(p_name text, OUT key bytea, OUT kind text, OUT app uuid,
    OUT visitor uuid)
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN n.name = 'stranger' THEN pg_temp.hash('no such key')
                WHEN n.operator THEN pg_temp.hash(n.name || ' key')
                ELSE pg_temp.hash(coalesce(n.app, 'shop') || ' key') END,
           CASE WHEN n.operator THEN 'operator' ELSE 'visitor' END,
           CASE WHEN n.operator THEN pg_temp.id(n.app) ELSE pg_temp.id(coalesce(n.app, 'shop')) END,
           CASE WHEN NOT n.operator THEN pg_temp.id(n.name) END
      FROM (SELECT w.name, nullif(w.app, '') AS app,
                   w.name IN ('olga', 'otto', 'ada', 'rex', 'rita') AND w.word <> 'of' AS operator
              FROM (SELECT split_part(p_name, ' ', 1) AS name, split_part(p_name, ' ', 2) AS word,
                           split_part(p_name, ' ', 3) AS app) AS w) AS n
$$;

-- pg_temp.entry: what foyer.enter returns for a caller; p_role is visitor, operator or admin.
CREATE FUNCTION pg_temp.entry(p_name text, p_role text, p_app text, p_org text DEFAULT 'acme')
RETURNS foyer.entry LANGUAGE sql STABLE AS $$
    SELECT jsonb_populate_record(NULL::foyer.entry, jsonb_build_object(
        'verdict', jsonb_build_object('outcome', 'ok'),
        'tenant_id', CASE p_role WHEN 'visitor' THEN pg_temp.id(p_app) ELSE pg_temp.id(p_org) END,
        'organization_id', pg_temp.id(p_org), 'application_id', pg_temp.id(p_app),
        'actor_id', pg_temp.id(p_name), 'actor_role', p_role, 'actor_name', p_name,
        'edit_window', interval '15 minutes'))
$$;
