-- Who owns what, who may do what, and how tables are keyed.  Null does not pass.
BEGIN;
SELECT plan(19);

CREATE TEMPORARY VIEW relation AS
    SELECT c.oid::regclass::text AS name, c.*
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('foyer', 'foyer_api', 'foyer_admin');

SELECT cmp_ok((SELECT count(*) FROM relation WHERE relkind = 'r'), '>=', 12::bigint, 'there are tables');
SELECT is_empty($$ SELECT name FROM relation WHERE (relowner = 'foyer_owner'::regrole) IS NOT TRUE $$,
    'foyer_owner owns every table, view, sequence, index and type');
SELECT is_empty($$ SELECT name FROM relation WHERE relkind IN ('r', 'v', 'S', 'm', 'p')
                      AND (relnamespace = 'foyer'::regnamespace) IS NOT TRUE $$,
    'tables, views and sequences are in schema foyer alone');

-- ---- the roles of the programs

SELECT is_empty(
    format($$ SELECT r.name, p.privilege
                FROM relation AS r, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(privilege)
               WHERE r.relkind IN ('r', 'v', 'm', 'p')
                 AND (has_table_privilege(%1$L, r.oid, p.privilege) OR p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                      AND has_any_column_privilege(%1$L, r.oid, p.privilege)) IS NOT FALSE $$, role),
    role || ' has no privilege on any table, view or column')
  FROM unnest('{foyer_web,foyer_admin,public}'::text[]) AS u(role);
SELECT is_empty(
    format($$ SELECT r.name FROM relation AS r, unnest('{USAGE,SELECT,UPDATE}'::text[]) AS p(privilege)
               WHERE r.relkind = 'S' AND has_sequence_privilege(%L, r.oid, p.privilege) IS NOT FALSE $$, role),
    role || ' has none on any sequence')
  FROM unnest('{foyer_web,foyer_admin}'::text[]) AS u(role);
SELECT results_eq(
    $$ SELECT r.role, s.name, has_schema_privilege(r.role, s.name, 'USAGE'), has_schema_privilege(r.role, s.name, 'CREATE')
         FROM unnest('{foyer_web,foyer_admin}'::text[]) WITH ORDINALITY AS r(role, i),
              unnest('{foyer,foyer_api,foyer_admin}'::text[]) WITH ORDINALITY AS s(name, k) ORDER BY r.i, s.k $$,
    $$ VALUES ('foyer_web', 'foyer', false, false), ('foyer_web', 'foyer_api', true, false),
              ('foyer_web', 'foyer_admin', false, false), ('foyer_admin', 'foyer', false, false),
              ('foyer_admin', 'foyer_api', true, false), ('foyer_admin', 'foyer_admin', true, false) $$,
    'each uses its schema, and creates nothing');
SELECT is_empty($$ SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members AS m
                    WHERE m.member IN ('foyer_web'::regrole, 'foyer_admin'::regrole, 'foyer_owner'::regrole) $$,
    'no role is a member of another');
SELECT results_eq(
    $$ SELECT rolname::text COLLATE "C", rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication
         FROM pg_roles WHERE rolname LIKE 'foyer\_%' ORDER BY 1 $$,
    $$ VALUES ('foyer_admin'::text COLLATE "C", true, false, false, false, false, false),
              ('foyer_owner', false, false, false, false, false, false),
              ('foyer_web', true, false, false, false, false, false) $$,
    'the owner does not log in, and none has a power of its own');
-- A clone of a database has not its privileges; what can be seen is what the roles are.
SELECT is(has_database_privilege('foyer_web', current_database(), 'CREATE'), false,
    'foyer_web creates no schema, either');
SELECT is_empty(
    $$ SELECT s.setting FROM unnest('{statement_timeout=5s,lock_timeout=2s,idle_in_transaction_session_timeout=10s,default_transaction_isolation=read committed}'::text[]) AS s(setting)
        WHERE (s.setting = ANY ((SELECT setconfig FROM pg_db_role_setting
                                  WHERE setrole = 'foyer_web'::regrole AND setdatabase = 0)::text[])) IS NOT TRUE $$,
    'its time-outs are set for the role');
SELECT is_empty(
    $$ SELECT d.defaclobjtype, a.grantee FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS a
        WHERE d.defaclrole = 'foyer_owner'::regrole AND (a.grantee = 'foyer_owner'::regrole) IS NOT TRUE $$,
    'nothing that the owner will create is open');
SELECT isnt_empty($$ SELECT FROM pg_default_acl WHERE defaclrole = 'foyer_owner'::regrole AND defaclobjtype = 'f'
                        AND defaclnamespace = 0 $$, 'functions, in every schema, start closed');

-- ---- keys

CREATE TEMPORARY VIEW key AS
    SELECT r.name, i.indexrelid::regclass::text AS index, i.indisprimary, a.attname::text AS first
      FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid AND (i.indisprimary OR i.indisunique)
      LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = i.indkey[0]
     WHERE r.relkind = 'r'
       AND r.name NOT IN ('foyer.organization', 'foyer.application', 'foyer.api_key', 'foyer.operator');
SELECT cmp_ok((SELECT count(*) FROM key), '>=', 9::bigint, 'there are keys');
SELECT is_empty($$ SELECT name, index FROM key WHERE (first IN ('application_id', 'tenant_id')
                                                     OR name = 'foyer.tag' AND first = 'organization_id') IS NOT TRUE $$,
    'every key but of the accounts'' starts with the application or the tenant, a tag''s with the organization');
SELECT is_empty($$ SELECT name FROM relation AS r WHERE r.relkind = 'r'
                      AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = r.oid AND i.indisprimary) $$,
    'every table has a primary key');
SELECT is_empty(
    $$ SELECT c.conrelid::regclass, c.conname, a.attname, b.attname
         FROM pg_constraint AS c
         LEFT JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         LEFT JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conrelid IN (SELECT oid FROM relation)
          AND c.confrelid NOT IN ('foyer.organization'::regclass, 'foyer.application'::regclass)
          AND (a.attname IN ('application_id', 'organization_id') AND b.attname = a.attname) IS NOT TRUE $$,
    'no foreign key crosses applications or organizations');

SELECT * FROM finish();
ROLLBACK;
