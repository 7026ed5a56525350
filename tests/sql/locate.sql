-- An operator's conversation tells the application; a visitor's application is known.
BEGIN;
SELECT plan(8);
\ir lib/site.sql
SELECT pg_temp.talk('shop talk', 'shop', 'ann');
SELECT pg_temp.talk('blog talk', 'blog', 'ann');
SELECT pg_temp.talk('spy talk', 'spy', 'ann');
UPDATE foyer.application SET edit_window = '90 seconds' WHERE id = pg_temp.id('blog');

CREATE FUNCTION pg_temp.located(p_name text, p_role text, p_app text, p_talk text)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(a.name, 'nowhere')
      FROM foyer.locate(pg_temp.entry(p_name, p_role, p_app), pg_temp.id(p_talk)) AS e
      LEFT JOIN foyer.application AS a ON a.id = e.application_id
$$;

SELECT is(pg_temp.located('olga', 'operator', NULL, 'blog talk'), 'blog',
    'a conversation of the organization is found');
SELECT is((e).edit_window, '90 seconds'::interval, 'with its application''s edit window')
  FROM foyer.locate(pg_temp.entry('olga', 'operator', NULL), pg_temp.id('blog talk')) AS e;
SELECT is(pg_temp.located('olga', 'operator', 'blog', 'blog talk'), 'blog',
    'in the application that was named');
SELECT is(pg_temp.located('olga', 'operator', 'shop', 'blog talk'), 'nowhere',
    'in no other');
SELECT is(pg_temp.located('ada', 'admin', NULL, 'spy talk'), 'nowhere',
    'and not in another organization, not even by an admin');
SELECT is(pg_temp.located('olga', 'operator', NULL, 'no talk'), 'nowhere',
    'an unknown conversation is nowhere');
SELECT is(pg_temp.located('ann', 'visitor', 'shop', 'blog talk'), 'shop',
    'a visitor stays in its application');
SELECT is(foyer.locate(q.e, pg_temp.id('shop talk')), q.e, 'as it was')
  FROM (SELECT pg_temp.entry('ann', 'visitor', 'shop') AS e) AS q;

SELECT * FROM finish();
ROLLBACK;
