-- Requests that only read do not wait for the disk, unless the installation wants it; those that write do.
SET synchronous_commit = 'on';
BEGIN;
SELECT foyer.relax();
SELECT current_setting('synchronous_commit') AS during \gset
COMMIT;
SELECT current_setting('synchronous_commit') AS after \gset

BEGIN;
SELECT plan(7);

SELECT is(:'during'::text, 'off', 'a relaxed transaction does not wait');
SELECT is(:'after'::text, 'on', 'the next one does');
SET LOCAL foyer.durable_reads = 'on';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'on', 'with foyer.durable_reads all wait');
SET LOCAL foyer.durable_reads = 'off';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'off', 'which can be turned off again');

-- ---- who asks for it: each function of foyer_api is called with nothing but the caller

\ir lib/site.sql
CREATE FUNCTION pg_temp.commit_of(p_function regproc, p_arguments integer, p_caller text)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    EXECUTE format('SELECT FROM pg_temp.caller(%L) AS c, %s(c.key, c.kind, c.app, NULL, c.visitor%s) AS r', p_caller,
        p_function, CASE p_function WHEN 'foyer_api.tag_create'::regproc THEN ', NULL, NULL, ''A tag'''
                    ELSE repeat(', NULL', p_arguments - 8) END);
    RETURN current_setting('synchronous_commit');
END;
$$;
SELECT is(array_agg(p.proname::text ORDER BY p.proname),
    '{change_list,conversation_get,conversation_list,conversation_tags,conversation_unread,conversation_visitor,me,message_list,operator_list,tag_list,visitor_get}',
    format('called by %s, every function that reads does not wait, and every other does', u.caller))
  FROM unnest('{stranger,ann,ada}'::text[]) AS u(caller), pg_proc AS p
 WHERE p.pronamespace = 'foyer_api'::regnamespace AND p.pronargs >= 8
   AND pg_temp.commit_of(p.oid, p.pronargs, u.caller) = 'off'
 GROUP BY u.caller;

SELECT * FROM finish();
ROLLBACK;
