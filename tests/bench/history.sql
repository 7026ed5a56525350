-- history.sql - the past of the limiter for the visitors of an application: each has had the same requests admitted.
--
-- application
-- hits          how many: a multiple of 32
-- since, until  when, in seconds before now
BEGIN;
DELETE FROM foyer.rate_chunk WHERE tenant_id = :'application';
DELETE FROM foyer.rate_counter WHERE tenant_id = :'application';
CREATE TEMPORARY TABLE chunk ON COMMIT DROP AS
    SELECT i / 32 AS chunk, array_agg(clock.now - make_interval(secs => :since - i * (:since - :until)::float / :hits)
                                      ORDER BY i) AS hits
      FROM generate_series(0, :hits - 1) AS i, (SELECT now()) AS clock(now) GROUP BY 1;
INSERT INTO foyer.rate_counter (tenant_id, subject_id, scope, n, kept, last_at, first, first_at, tail)
    SELECT v.application_id, v.id, 'visitor', :hits, 0, newest.hits[32], '{0,0,0}',
           array_fill(oldest.hits[1], ARRAY[3]), newest.hits
      FROM foyer.visitor AS v, chunk AS oldest, chunk AS newest
     WHERE v.application_id = :'application' AND oldest.chunk = 0 AND newest.chunk = :hits / 32 - 1;
INSERT INTO foyer.rate_chunk (tenant_id, counter_id, chunk, hits)
    SELECT r.tenant_id, r.id, c.chunk, c.hits FROM foyer.rate_counter AS r, chunk AS c
     WHERE r.tenant_id = :'application';
COMMIT;
