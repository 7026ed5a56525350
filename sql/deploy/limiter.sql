-- Deploy limiter: the admitted requests of every limited subject.
--
-- One row per subject holds the count of admitted hits and the instants of the
-- newest 32; older instants are filed 32 to a row.  Hit i (from 0) of a subject is
--     rate_counter.tail[i % 32 + 1]                while it is one of the newest 32,
--     rate_chunk.hits[i % 32 + 1], chunk i / 32    once that chunk is full.
-- What a window holds of the newest 32, a binary search tells.  For windows that
-- hold more, the counter remembers the oldest hit that was inside at the last
-- admission.  Hits only ever leave a window from that end, so what the window holds
-- is n - first, and nothing is scanned, whatever the limit.
BEGIN;
SET LOCAL ROLE foyer_owner;

CREATE DOMAIN foyer.rate_scope AS text
    CONSTRAINT rate_scope_check CHECK (VALUE IN ('visitor', 'operator', 'key', 'address'));

CREATE TABLE foyer.rate_counter (
    tenant_id   uuid NOT NULL,
    subject_id  uuid NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    n           bigint NOT NULL,
    kept        bigint NOT NULL,
    last_at     timestamptz NOT NULL,
    scope       foyer.rate_scope NOT NULL,
    first       bigint[],
    first_at    timestamptz[],
    tail        timestamptz[] NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, scope)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON COLUMN foyer.rate_counter.tenant_id IS
    'whose limits hold: the application, for operators the organization, for addresses none';
COMMENT ON COLUMN foyer.rate_counter.scope IS
    'what subject_id is: a visitor, an operator, an application''s key, or made from the '
    'network address of who has no usable key';
COMMENT ON COLUMN foyer.rate_counter.id IS
    'tells a row from its successor after a sweep';
COMMENT ON COLUMN foyer.rate_counter.n IS 'hits admitted so far';
COMMENT ON COLUMN foyer.rate_counter.kept IS
    'the oldest hit that is still stored; larger limits see no further back';
COMMENT ON COLUMN foyer.rate_counter.last_at IS 'instant of the newest hit';
COMMENT ON COLUMN foyer.rate_counter.first IS
    'per window (second, minute, hour): the oldest hit inside at last_at; null: of the first 32';
COMMENT ON COLUMN foyer.rate_counter.first_at IS 'the instants of those hits';
COMMENT ON COLUMN foyer.rate_counter.tail IS 'the newest 32 instants, hit i in slot i % 32';

CREATE TABLE foyer.rate_chunk (
    tenant_id   uuid NOT NULL,
    counter_id  bigint NOT NULL,
    chunk       bigint NOT NULL,
    hits        timestamptz[] NOT NULL CHECK (pg_catalog.array_length(hits, 1) = 32),
    PRIMARY KEY (tenant_id, counter_id, chunk)
);

-- Every recorded hit as a row: what the window queries of the specification read.
CREATE VIEW foyer.rate_hit AS
    SELECT r.tenant_id, r.scope, r.subject_id, c.chunk * 32 + h.slot - 1 AS i, h.at
      FROM foyer.rate_counter AS r
      JOIN foyer.rate_chunk AS c ON c.tenant_id = r.tenant_id AND c.counter_id = r.id,
           pg_catalog.unnest(c.hits) WITH ORDINALITY AS h(at, slot)
     WHERE c.chunk < r.n / 32
    UNION ALL
    SELECT r.tenant_id, r.scope, r.subject_id, r.n / 32 * 32 + h.slot - 1, h.at
      FROM foyer.rate_counter AS r,
           pg_catalog.unnest(r.tail[1:(r.n % 32)::integer]) WITH ORDINALITY AS h(at, slot);

COMMIT;
