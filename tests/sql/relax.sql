-- Requests that only read do not wait for the disk, unless the installation wants it.
SET synchronous_commit = 'on';
BEGIN;
SELECT foyer.relax();
SELECT current_setting('synchronous_commit') AS during \gset
COMMIT;
SELECT current_setting('synchronous_commit') AS after \gset

BEGIN;
SELECT plan(4);

SELECT is(:'during'::text, 'off', 'a relaxed transaction does not wait');
SELECT is(:'after'::text, 'on', 'the next one does');
SET LOCAL foyer.durable_reads = 'on';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'on', 'with foyer.durable_reads all wait');
SET LOCAL foyer.durable_reads = 'off';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'off', 'which can be turned off again');

SELECT * FROM finish();
ROLLBACK;
