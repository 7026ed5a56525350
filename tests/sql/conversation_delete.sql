-- An admin removes a conversation for everybody; the row stays, marked.
BEGIN;
SELECT plan(20);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann', 'active', 'olga');
SELECT pg_temp.talk('foreign', 'spy', 'ann');
SELECT pg_temp.message('hello', 'talk', 'ann', 'visitor', now(), 2);
CREATE FUNCTION pg_temp.remove(p_caller text, p_talk text, p_slot text DEFAULT NULL, p_body text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(' ', (r.verdict).outcome, CASE WHEN (r.verdict).replayed THEN 'replayed' END)
      FROM pg_temp.caller(p_caller) AS c, foyer_api.conversation_delete(c.key, c.kind, c.app, NULL, c.visitor,
               pg_temp.hash(p_slot), pg_temp.hash(p_body), pg_temp.id(p_talk)) AS r
$$;

SET LOCAL ROLE foyer_web;
SELECT is(pg_temp.remove(q.caller, q.talk), q.want, format('%s deletes %s: %s', q.caller, q.talk, q.want))
  FROM (VALUES ('stranger', 'talk', 'key_unknown'), ('olga', 'talk', 'role_too_low'),
               ('otto', 'talk', 'conversation_not_found'), ('rita', 'talk', 'conversation_not_found'),
               ('ada', 'foreign', 'conversation_not_found'), ('ada', 'nothing', 'conversation_not_found'),
               ('ada in blog', 'talk', 'conversation_not_found')) AS q(caller, talk, want);
SELECT is(pg_temp.remove('ada', 'talk', 'slot', 'body'), 'ok', 'an admin can');
SELECT is(pg_temp.remove('ada', 'talk', 'slot', 'body'), 'ok replayed', 'the same request again is a replay');
SELECT is(pg_temp.remove('ada', 'talk'), 'conversation_not_found', 'another request finds nothing any more');
SELECT is((r.verdict).outcome, 'conversation_not_found', q.caller || ' does not find it')
  FROM (VALUES ('ann'), ('olga'), ('ada')) AS q(caller), LATERAL pg_temp.caller(q.caller) AS c,
       LATERAL foyer_api.conversation_get(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk')) AS r;
SELECT is((r.verdict).outcome, 'conversation_not_found', 'its messages are gone, too')
  FROM pg_temp.caller('ann') AS c,
       foyer_api.message_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk'), 9, 0, 'asc',
           NULL, NULL, NULL, NULL, false, NULL, NULL) AS r;
SELECT is((r.verdict).outcome, 'conversation_not_found', 'and its changes')
  FROM pg_temp.caller('ann') AS c,
       foyer_api.change_list(c.key, c.kind, c.app, NULL, c.visitor, pg_temp.id('talk'), 0, 9, '{2}') AS r;
SELECT is((r.verdict).outcome, 'conversation_not_found', 'nobody can write there')
  FROM pg_temp.caller('ann') AS c,
       foyer_api.message_send(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('talk'), 'late') AS r;
SELECT is((r.verdict).outcome, 'conversation_not_found', 'or accept it')
  FROM pg_temp.caller('olga') AS c,
       foyer_api.conversation_accept(c.key, c.kind, c.app, NULL, c.visitor, NULL, NULL, pg_temp.id('talk')) AS r;
SELECT results_eq($$ SELECT r.total FROM pg_temp.caller('ann') AS c,
                         foyer_api.conversation_list(c.key, c.kind, c.app, NULL, c.visitor, NULL, 9, 0, 'desc',
                                  NULL, NULL, NULL, NULL, true) AS r $$,
    ARRAY[0::bigint], 'no list has it');
RESET ROLE;
SELECT results_eq($$ SELECT c.status::text, c.deleted_at > now(), (SELECT count(*) FROM foyer.message)
                       FROM foyer.conversation AS c WHERE c.id = pg_temp.id('talk') $$,
    $$ VALUES ('active', true, 1::bigint) $$, 'row and messages are there, until they are purged');
SELECT is((SELECT deleted_at FROM foyer.conversation WHERE id = pg_temp.id('foreign')), NULL, 'and no other is touched');

SELECT * FROM finish();
ROLLBACK;
