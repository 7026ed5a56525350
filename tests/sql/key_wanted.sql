-- What a mount wants of a key, each function asks: the scope, the limit of the key, and that of the address.
BEGIN;
SELECT plan(4);
\ir lib/site.sql
UPDATE foyer.api_key SET scopes = '{contacts:read}' WHERE id = pg_temp.id('shop key');

CREATE TEMPORARY VIEW function AS
    SELECT p.oid::regproc AS name, p.pronargs AS arguments FROM pg_proc AS p
     WHERE p.pronamespace = 'foyer_api'::regnamespace AND p.pronargs >= 8;
-- pg_temp.ask: a function, with nothing but the caller and what the mount wants.
CREATE FUNCTION pg_temp.ask(p_function regproc, p_arguments integer, p_caller text, p_scope text)
RETURNS foyer_api.verdict LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v  foyer_api.verdict;
BEGIN
    EXECUTE format('SELECT (r.verdict).* FROM pg_temp.caller(%L) AS c,
                    %s(c.key, c.kind, c.app, NULL, c.visitor%s, %L, 99, pg_temp.id(''home'')) AS r', p_caller,
               p_function, repeat(', NULL', p_arguments - 8), p_scope)
       INTO v;
    RETURN v;
END;
$$;

SELECT cmp_ok(count(*), '>=', 27::bigint, 'there are functions') FROM function;
SELECT is_empty($$ SELECT f.name, v.outcome FROM function AS f, pg_temp.ask(f.name, f.arguments, 'ann', 'messages:read') AS v
                    WHERE v.outcome NOT IN ('scope_missing', 'caller_wrong') $$,
    'each refuses a key without the scope, but those that take no key');
SELECT is_empty($$ SELECT f.name, v.outcome FROM function AS f, pg_temp.ask(f.name, f.arguments, 'ann', 'contacts:read') AS v
                    WHERE v.rate_scope IS DISTINCT FROM 'key' OR v.rate_limit <> 99 $$,
    'with a key, each counts against its limit');
SELECT is_empty($$ SELECT f.name, v.outcome FROM function AS f, pg_temp.ask(f.name, f.arguments, 'stranger', NULL) AS v
                    WHERE v.rate_scope IS DISTINCT FROM 'address' OR v.rate_limit <> 99 $$,
    'with none that is known, against that of the address');

SELECT * FROM finish();
ROLLBACK;
