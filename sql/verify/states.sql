-- Verify states: the trigger is there, and at work.
BEGIN;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                    WHERE t.tgrelid = 'foyer.conversation'::pg_catalog.regclass
                      AND t.tgname = 'conversation_state_check' AND t.tgenabled = 'O') THEN
        RAISE EXCEPTION 'missing or disabled: conversation_state_check';
    END IF;
END;
$$;

ROLLBACK;
