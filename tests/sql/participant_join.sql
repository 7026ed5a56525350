-- A caller takes part once; who has left takes part again.
BEGIN;
SELECT plan(5);
\ir lib/site.sql
SELECT pg_temp.talk('talk', 'shop', 'ann');
SELECT pg_temp.talk('other', 'shop', 'ann');
CREATE FUNCTION pg_temp.join(p_name text, p_role text, p_at timestamptz)
RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT foyer.participant_join(pg_temp.entry(p_name, p_role, 'shop'), pg_temp.id('talk'), p_at)
$$;
PREPARE olga AS SELECT role, joined_at, left_at FROM foyer.participant
                 WHERE conversation_id = pg_temp.id('talk') AND user_id = pg_temp.id('olga');

SELECT pg_temp.join('olga', 'operator', '2025-01-15 10:01Z');
SELECT results_eq('olga', $$ VALUES ('operator', '2025-01-15 10:01Z'::timestamptz, NULL::timestamptz) $$,
    'who joins takes part from that instant');
SELECT pg_temp.join('olga', 'admin', '2025-01-15 10:02Z');
SELECT results_eq('olga', $$ VALUES ('operator', '2025-01-15 10:01Z'::timestamptz, NULL::timestamptz) $$,
    'who takes part already stays as it is');
UPDATE foyer.participant SET left_at = '2025-01-15 10:03Z' WHERE user_id = pg_temp.id('olga');
SELECT pg_temp.join('olga', 'admin', '2025-01-15 10:04Z');
SELECT results_eq('olga', $$ VALUES ('admin', '2025-01-15 10:04Z'::timestamptz, NULL::timestamptz) $$,
    'who had left joins anew, in the role of now');
SELECT is((SELECT count(*) FROM foyer.participant), 3::bigint, 'nobody else is touched');

-- Ids of visitors are their own choice, also that of an operator.
SELECT pg_temp.talk('trap', 'shop', 'otto');
SELECT foyer.participant_join(pg_temp.entry('otto', 'operator', 'shop'), pg_temp.id('trap'), now());
SELECT set_eq($$ SELECT role FROM foyer.participant WHERE conversation_id = pg_temp.id('trap') $$,
    ARRAY['visitor', 'operator'], 'an operator joins a visitor who has taken its id');

SELECT * FROM finish();
ROLLBACK;
