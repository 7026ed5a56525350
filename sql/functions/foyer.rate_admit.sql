-- foyer.rate_admit: admit or refuse one request of a subject, exactly.
--
-- An admitted request at t is in the window of span W that ends at now iff
-- t > now - W.  A request is admitted iff in every window the admitted requests,
-- itself included, are at most the limit.  p_max holds the limits of the windows of
-- a second, a minute and an hour; 0 means no such window.
--
--   admitted   outcome ok; the hit is recorded, and undone if the transaction is;
--              the rate columns describe the window with the fewest requests left
--   refused    outcome rate_limited; at rate_reset one request is admitted, not
--              sooner; no lock is taken, nothing is written
--   p_record   false: only decide, as for an answer that does not count
--
-- Admission is a compare-and-set on n: who loses looks again, so no order of events
-- admits more than the limit.  It needs READ COMMITTED, where each statement sees
-- what is committed by then; the clock is read after the state.
CREATE OR REPLACE FUNCTION foyer.rate_admit(p_tenant uuid, p_scope text,
    p_subject uuid, p_max integer[], p_record boolean DEFAULT true)
RETURNS foyer_api.verdict LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c_span  CONSTANT interval[] := ARRAY[interval '1 second', interval '1 minute',
                                         interval '1 hour'];
    c_name  CONSTANT text[] := ARRAY['second', 'minute', 'hour'];
    r         record;
    v         foyer_api.verdict;
    v_at      timestamptz;
    v_older   bigint;           -- hits before the newest 32
    v_hits    timestamptz[];    -- those 32, oldest first
    v_first   bigint[];
    v_oldest  timestamptz[];
    v_cut     timestamptz;
    v_gone    integer;
    v_start   bigint;           -- where a window begins: its oldest hit, or the next to come
    v_since   timestamptz;      -- the instant of that hit
    v_left    bigint;
    v_window  integer;          -- the window that the verdict is about
    v_least   bigint;
    v_reset   timestamptz;
    v_full    boolean;
BEGIN
    <<again>>
    LOOP
        SELECT c.*, c.ctid AS place INTO r
          FROM foyer.rate_counter AS c
         WHERE c.tenant_id = p_tenant AND c.subject_id = p_subject AND c.scope = p_scope;
        r.n := coalesce(r.n, 0);
        IF r.n < 32 THEN
            v_older := 0;
            v_hits := coalesce(r.tail, '{}');
            v_first := NULL;
            v_oldest := NULL;
        ELSE
            v_older := r.n - 32;
            v_hits := r.tail[(r.n % 32)::integer + 1 :] || r.tail[: (r.n % 32)::integer];
            v_first := coalesce(r.first, '{0,0,0}');
            v_oldest := coalesce(r.first_at, '{NULL,NULL,NULL}');
        END IF;

        -- Instants never go backwards, whatever the clock does.
        v_at := greatest(pg_catalog.clock_timestamp(), r.last_at);
        v_window := NULL;
        v_full := false;
        FOR j IN 1 .. 3 LOOP
            CONTINUE WHEN p_max[j] = 0;

            -- The newest 32 tell where the window begins, unless it holds all of them.  Then
            -- it begins where it did, until that hit has left it.  A window that is new, or
            -- was smaller, may begin before the oldest that is stored.
            v_cut := v_at - c_span[j];
            v_gone := pg_catalog.width_bucket(v_cut, v_hits);
            IF v_gone > 0 OR v_older = 0 THEN
                v_start := v_older + v_gone;
                v_since := v_hits[v_gone + 1];
            ELSIF v_oldest[j] > v_cut AND v_first[j] >= r.kept THEN
                v_start := v_first[j];
                v_since := v_oldest[j];
            ELSE
                SELECT c.chunk * 32 + pg_catalog.width_bucket(v_cut, c.hits),
                       c.hits[pg_catalog.width_bucket(v_cut, c.hits) + 1]
                  INTO v_start, v_since
                  FROM foyer.rate_chunk AS c
                 WHERE c.tenant_id = p_tenant AND c.counter_id = r.id
                   AND c.chunk BETWEEN greatest(v_first[j], r.kept) / 32 AND r.n / 32 - 1
                   AND c.hits[32] > v_cut
                 ORDER BY c.chunk LIMIT 1;
                -- Dropped since, by a request that has just been admitted.
                CONTINUE again WHEN NOT FOUND;
            END IF;
            IF v_older > 0 THEN
                v_first[j] := v_start;
                v_oldest[j] := coalesce(v_since, v_at);
            END IF;

            v_left := p_max[j] - r.n + v_start;
            IF v_left > 0 THEN
                -- Of windows with as many left, the longer.
                IF NOT v_full AND (v_window IS NULL OR v_left <= v_least) THEN
                    v_window := j;
                    v_least := v_left;
                    v_reset := coalesce(v_since + c_span[j],
                        CASE WHEN p_record THEN v_at + c_span[j] ELSE v_at END);
                END IF;
            ELSE
                -- Full until the hit that is p_max before the next one has left.
                IF v_left < 0 AND p_max[j] <= 32 THEN
                    v_since := v_hits[(r.n - v_older - p_max[j])::integer + 1];
                ELSIF v_left < 0 THEN
                    SELECT c.hits[(r.n - p_max[j]) % 32 + 1] INTO v_since
                      FROM foyer.rate_chunk AS c
                     WHERE c.tenant_id = p_tenant AND c.counter_id = r.id
                       AND c.chunk = (r.n - p_max[j]) / 32;
                    CONTINUE again WHEN NOT FOUND;
                END IF;
                IF NOT v_full OR v_since + c_span[j] >= v_reset THEN
                    v_window := j;
                    v_least := 0;
                    v_reset := v_since + c_span[j];
                    v_full := true;
                END IF;
            END IF;
        END LOOP;
        EXIT WHEN v_full OR NOT p_record;

        IF r.n % 32 = 31 THEN
            -- One request in 32 files the full chunk, and drops those that no limit reaches.
            r.kept := greatest(r.kept, least(r.n + 1 - 32,
                (r.n + 1 - greatest(p_max[1], p_max[2], p_max[3])) / 32 * 32));
        END IF;
        IF r.n > 0 THEN
            -- By its place, which spares another way down the index.  If the row is no
            -- longer there, or is another's, id or n differ.
            UPDATE foyer.rate_counter AS c
               SET n = r.n + 1, kept = r.kept, last_at = v_at,
                   first = v_first, first_at = v_oldest,
                   tail[(r.n % 32)::integer + 1] = v_at
             WHERE c.ctid = r.place AND c.tenant_id = p_tenant AND c.id = r.id AND c.n = r.n;
        ELSE
            INSERT INTO foyer.rate_counter AS c
                (tenant_id, subject_id, scope, n, kept, last_at, tail)
            VALUES (p_tenant, p_subject, p_scope, 1, 0, v_at, ARRAY[v_at])
            ON CONFLICT DO NOTHING;
        END IF;
        EXIT WHEN FOUND;    -- else another request was faster, or a sweep: look again
    END LOOP;

    IF p_record AND NOT v_full THEN
        IF r.n % 32 = 31 THEN
            INSERT INTO foyer.rate_chunk (tenant_id, counter_id, chunk, hits)
            VALUES (p_tenant, r.id, r.n / 32, v_hits[(r.n - v_older)::integer - 30 :] || v_at);
            DELETE FROM foyer.rate_chunk AS c
             WHERE c.tenant_id = p_tenant AND c.counter_id = r.id AND c.chunk < r.kept / 32;
        END IF;
        IF r.n = 0 AND p_scope = 'visitor' THEN
            -- A swept visitor comes back with a new counter, but is the same visitor.
            INSERT INTO foyer.visitor (application_id, id, created_at)
            VALUES (p_tenant, p_subject, pg_catalog.date_trunc('milliseconds', v_at))
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;

    v.outcome := CASE WHEN v_full THEN 'rate_limited' ELSE 'ok' END;
    v.at := v_at;
    v.rate_scope := p_scope;
    IF v_window IS NOT NULL THEN
        v.rate_window := c_name[v_window];
        v.rate_limit := p_max[v_window];
        v.rate_remaining := greatest(v_least - p_record::integer, 0);
        v.rate_reset := v_reset;
    END IF;
    RETURN v;
END;
$$;
