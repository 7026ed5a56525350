-- Requests that only read do not wait for the disk, unless the installation wants it.
BEGIN;
SELECT plan(4);

SET LOCAL synchronous_commit = 'on';
SAVEPOINT request;
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'off', 'a relaxed transaction does not wait');
ROLLBACK TO request;
SELECT is(current_setting('synchronous_commit'), 'on', 'it is a matter of that transaction');
SET LOCAL foyer.durable_reads = 'on';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'on', 'with foyer.durable_reads it waits');
SET LOCAL foyer.durable_reads = 'off';
SELECT foyer.relax();
SELECT is(current_setting('synchronous_commit'), 'off', 'which can be turned off again');

SELECT * FROM finish();
ROLLBACK;
