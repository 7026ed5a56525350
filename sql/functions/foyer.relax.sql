-- foyer.relax: let this transaction commit without waiting for the disk.
--
-- For requests that only read: what they write is their hit in the limiter.  After a
-- crash of the server the last 0.6 seconds of such hits, three times wal_writer_delay,
-- may be forgotten.  An installation that wants them kept sets foyer.durable_reads to on
-- for its database.
CREATE OR REPLACE FUNCTION foyer.relax()
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF pg_catalog.current_setting('foyer.durable_reads', true) IS DISTINCT FROM 'on' THEN
        PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
    END IF;
END;
$$;
