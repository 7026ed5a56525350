-- Verify limiter: the admitted requests of every limited subject.
BEGIN;
SET LOCAL ROLE foyer_owner;

SELECT 'address'::foyer.rate_scope;
SELECT r.tenant_id, r.subject_id, r.id, r.n, r.last_at, r.scope, r.first, r.first_at, r.tail
  FROM foyer.rate_counter AS r WHERE false;
SELECT c.tenant_id, c.counter_id, c.chunk, c.hits
  FROM foyer.rate_chunk AS c WHERE false;
SELECT h.tenant_id, h.scope, h.subject_id, h.i, h.at
  FROM foyer.rate_hit AS h WHERE false;

ROLLBACK;
