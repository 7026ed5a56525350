-- Deploy states: no conversation says of its state what cannot be.
--
-- As CHECKs these rules would be parsed and asked by every send, which writes none of the
-- columns; the trigger is asked where one of them is written.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE CONSTRAINT TRIGGER conversation_state_check
    AFTER INSERT OR UPDATE OF status, closed_at, assigned_to ON foyer.conversation
    FOR EACH ROW
    WHEN ((NEW.status = 'closed') <> (NEW.closed_at IS NOT NULL)
          OR (NEW.status = 'active' AND NEW.assigned_to IS NULL))
    EXECUTE FUNCTION foyer.state_refused();

COMMIT;
