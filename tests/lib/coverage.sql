-- coverage.sql - what a database has run of our functions, as lines of function, statement, line, name and number of
-- executions; tests/coverage adds them up. A function in SQL is one statement, and counts when it is called as a
-- function: one that was inlined is not seen. So is a polymorphic one, for which the profiler has no name of its own.
CREATE EXTENSION IF NOT EXISTS plpgsql_check;

CREATE FUNCTION pg_temp.statements(p_function regprocedure)
RETURNS TABLE (number integer, at integer, name text, times bigint)
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    SELECT s.stmtid, s.lineno, s.stmtname, s.exec_stmts
    FROM plpgsql_profiler_function_statements_tb(p_function) AS s;
EXCEPTION WHEN OTHERS THEN
    RETURN QUERY SELECT 0, 0, 'whole', coalesce(pg_stat_get_function_calls(p_function), 0);
END
$$;

COPY (
    SELECT p.oid::regprocedure, s.number, s.at, s.name, s.times
    FROM pg_proc AS p
    JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
    CROSS JOIN LATERAL pg_temp.statements(p.oid::regprocedure) AS s
    WHERE p.pronamespace::regnamespace::text LIKE 'foyer%'
    UNION ALL
    SELECT p.oid::regprocedure, 0, 0, 'whole', coalesce(pg_stat_get_function_calls(p.oid), 0)
    FROM pg_proc AS p
    JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'sql'
    WHERE p.pronamespace::regnamespace::text LIKE 'foyer%'
) TO STDOUT;
