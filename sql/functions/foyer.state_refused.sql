-- foyer.state_refused: what a conversation says of its state contradicts itself.
--
-- For the trigger conversation_state_check.
CREATE OR REPLACE FUNCTION foyer.state_refused()
RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'conversation % cannot be % with these columns', NEW.id, NEW.status
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END;
$$;
