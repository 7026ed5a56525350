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
    c_own   CONSTANT integer := p_record::integer;
    v         foyer_api.verdict;
    v_id      bigint;
    v_n       bigint;
    v_kept    bigint;
    v_last    timestamptz;
    v_first   bigint[];
    v_oldest  timestamptz[];
    v_tail    timestamptz[];
    v_at      timestamptz;
    v_cut     timestamptz;
    v_opens   timestamptz;
    v_hits    timestamptz[];
    v_chunk   bigint;
    i         bigint;
BEGIN
    v.rate_scope := p_scope;
    <<again>>
    LOOP
        SELECT r.id, r.n, r.kept, r.last_at, r.first, r.first_at, r.tail
          INTO v_id, v_n, v_kept, v_last, v_first, v_oldest, v_tail
          FROM foyer.rate_counter AS r
         WHERE r.tenant_id = p_tenant AND r.subject_id = p_subject AND r.scope = p_scope;
        IF NOT FOUND THEN
            v_id := NULL; v_n := 0; v_kept := 0; v_last := '-infinity';
            v_first := '{0,0,0}'; v_oldest := '{NULL,NULL,NULL}'; v_tail := '{}';
        END IF;

        -- Instants never go backwards, whatever the clock does.
        v_at := greatest(pg_catalog.clock_timestamp(), v_last);
        v.outcome := 'ok'; v.at := v_at;
        v.rate_window := NULL; v.rate_limit := NULL;
        v.rate_remaining := NULL; v.rate_reset := NULL;
        FOR j IN 1 .. 3 LOOP
            CONTINUE WHEN p_max[j] = 0
                OR (v.outcome <> 'ok' AND v_n - v_first[j] < p_max[j]);

            -- Move the window's start over the hits that have left it since.  A window
            -- that is new, or was smaller, may begin before the oldest that is stored.
            v_cut := v_at - c_span[j];
            IF v_last <= v_cut THEN
                v_first[j] := v_n;
                v_oldest[j] := NULL;
            ELSIF v_oldest[j] <= v_cut OR v_first[j] < v_kept THEN
                i := greatest(v_first[j], v_kept);
                v_hits := NULL;
                IF i < v_n - 32 THEN
                    SELECT c.chunk, c.hits INTO v_chunk, v_hits
                      FROM foyer.rate_chunk AS c
                     WHERE c.tenant_id = p_tenant AND c.counter_id = v_id
                       AND c.chunk BETWEEN i / 32 AND v_n / 32 - 1 AND c.hits[32] > v_cut
                     ORDER BY c.chunk LIMIT 1;
                    i := greatest(i, v_chunk * 32);
                END IF;
                IF v_hits IS NULL THEN
                    i := greatest(i, v_n - 32);
                    v_hits := v_tail;
                END IF;
                WHILE v_hits[i % 32 + 1] <= v_cut LOOP
                    i := i + 1;
                END LOOP;
                v_first[j] := i;
                v_oldest[j] := v_hits[i % 32 + 1];
            END IF;

            IF v_n - v_first[j] >= p_max[j] THEN
                -- Full until the hit that is p_max before the next one has left.
                i := v_n - p_max[j];
                IF i = v_first[j] THEN
                    v_opens := v_oldest[j];
                ELSIF i >= v_n - 32 THEN
                    v_opens := v_tail[i % 32 + 1];
                ELSE
                    SELECT c.hits[i % 32 + 1] INTO v_opens
                      FROM foyer.rate_chunk AS c
                     WHERE c.tenant_id = p_tenant AND c.counter_id = v_id AND c.chunk = i / 32;
                    -- Dropped since, by a request that has just been admitted.
                    CONTINUE again WHEN NOT FOUND;
                END IF;
                v_opens := v_opens + c_span[j];
                IF v.outcome = 'ok' OR v_opens >= v.rate_reset THEN
                    v.outcome := 'rate_limited';
                    v.rate_window := c_name[j]; v.rate_limit := p_max[j];
                    v.rate_remaining := 0; v.rate_reset := v_opens;
                END IF;
            ELSIF v.outcome = 'ok'
                AND (v.rate_remaining IS NULL
                     OR v.rate_remaining >= p_max[j] - (v_n - v_first[j]) - c_own) THEN
                v.rate_window := c_name[j]; v.rate_limit := p_max[j];
                v.rate_remaining := p_max[j] - (v_n - v_first[j]) - c_own;
                v.rate_reset := CASE WHEN v_first[j] < v_n THEN v_oldest[j] + c_span[j]
                                     WHEN p_record THEN v_at + c_span[j]
                                     ELSE v_at END;
            END IF;
        END LOOP;
        IF v.outcome <> 'ok' OR NOT p_record THEN
            RETURN v;
        END IF;

        FOR j IN 1 .. 3 LOOP
            IF v_first[j] = v_n THEN
                v_oldest[j] := v_at;
            END IF;
        END LOOP;
        IF v_n % 32 = 31 THEN
            -- One request in 32 files the full chunk, and drops those that no limit reaches.
            v_kept := greatest(v_kept, least(v_n + 1 - 32,
                (v_n + 1 - greatest(p_max[1], p_max[2], p_max[3])) / 32 * 32));
        END IF;
        IF v_id IS NOT NULL THEN
            UPDATE foyer.rate_counter AS r
               SET n = v_n + 1, kept = v_kept, last_at = v_at,
                   first = v_first, first_at = v_oldest,
                   tail[(v_n % 32)::integer + 1] = v_at
             WHERE r.tenant_id = p_tenant AND r.subject_id = p_subject AND r.scope = p_scope
               AND r.id = v_id AND r.n = v_n;
        ELSE
            INSERT INTO foyer.rate_counter AS r
                (tenant_id, subject_id, scope, n, kept, last_at, first, first_at, tail)
            VALUES (p_tenant, p_subject, p_scope, 1, 0, v_at, v_first, v_oldest, ARRAY[v_at])
            ON CONFLICT DO NOTHING;
        END IF;
        EXIT WHEN FOUND;    -- else another request was faster, or a sweep: look again
    END LOOP;

    IF v_n % 32 = 31 THEN
        v_tail[32] := v_at;
        INSERT INTO foyer.rate_chunk (tenant_id, counter_id, chunk, hits)
        VALUES (p_tenant, v_id, v_n / 32, v_tail);
        DELETE FROM foyer.rate_chunk AS c
         WHERE c.tenant_id = p_tenant AND c.counter_id = v_id
           AND c.chunk < v_kept / 32;
    END IF;
    IF v_n = 0 AND p_scope = 'visitor' THEN
        -- A swept visitor comes back with a new counter, but is the same visitor.
        INSERT INTO foyer.visitor (application_id, id, created_at)
        VALUES (p_tenant, p_subject, pg_catalog.date_trunc('milliseconds', v_at))
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN v;
END;
$$;
