-- limiter.sql - states of the limiter made by hand, and what it should say about them.
--
-- The limiter reads the clock.  So a state is written as instants relative to the clock,
-- or with its newest hit in the future: instants never go backwards, so the next request
-- is decided at exactly that instant.

CREATE FUNCTION pg_temp.id(p_name text)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.md5(p_name)::uuid
$$;

-- The tenant's limits are an argument of each call, so one tenant is enough.
CREATE FUNCTION pg_temp.admit(p_subject text, p_max integer[], p_record boolean DEFAULT true)
RETURNS foyer_api.verdict LANGUAGE sql VOLATILE AS $$
    SELECT foyer.rate_admit(pg_temp.id('tenant'), 'operator', pg_temp.id(p_subject), p_max,
        p_record)
$$;

-- The part of a verdict that the limiter decides, as one text.
CREATE FUNCTION pg_temp.said(v foyer_api.verdict)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(' ', v.outcome, v.rate_window, v.rate_limit, v.rate_remaining,
        coalesce(v.rate_reset::text, 'never'))
$$;

-- What the model knows: the instants at which each subject was admitted.
CREATE TEMPORARY TABLE admitted (subject text PRIMARY KEY, hits timestamptz[] NOT NULL);

-- pg_temp.write: the state of a subject that was admitted at these instants, in order.
-- With p_stale its windows were off all the time: they begin at the first hit.
CREATE FUNCTION pg_temp.write(p_subject text, p_hits timestamptz[], p_stale boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c_span  CONSTANT interval[] := '{1 second,1 minute,1 hour}';
    v_n       integer := cardinality(p_hits);
    v_last    timestamptz := p_hits[cardinality(p_hits)];
    v_first   bigint[];
    v_oldest  timestamptz[];
    v_id      bigint;
BEGIN
    SELECT array_agg(w.i ORDER BY w.j), array_agg(p_hits[w.i + 1] ORDER BY w.j)
      INTO v_first, v_oldest
      FROM (SELECT s.j, min(h.i) - 1 AS i
              FROM unnest(c_span) WITH ORDINALITY AS s(span, j),
                   unnest(p_hits) WITH ORDINALITY AS h(at, i)
             WHERE h.at > v_last - s.span OR p_stale
             GROUP BY s.j) AS w;
    DELETE FROM foyer.rate_counter AS r
     WHERE r.tenant_id = pg_temp.id('tenant') AND r.subject_id = pg_temp.id(p_subject);
    INSERT INTO foyer.rate_counter
        (tenant_id, subject_id, scope, n, kept, last_at, first, first_at, tail)
    VALUES (pg_temp.id('tenant'), pg_temp.id(p_subject), 'operator', v_n, 0, v_last, v_first,
        v_oldest,
        ARRAY(SELECT h.at FROM unnest(p_hits) WITH ORDINALITY AS h(at, i)
               WHERE h.i > v_n - 32 ORDER BY (h.i - 1) % 32))
    RETURNING id INTO v_id;
    INSERT INTO foyer.rate_chunk (tenant_id, counter_id, chunk, hits)
    SELECT pg_temp.id('tenant'), v_id, k, p_hits[k * 32 + 1 : k * 32 + 32]
      FROM generate_series(0, v_n / 32 - 1) AS k;
    INSERT INTO pg_temp.admitted AS a VALUES (p_subject, p_hits)
    ON CONFLICT (subject) DO UPDATE SET hits = excluded.hits;
END;
$$;

-- pg_temp.model: what must be said at p_at to a subject that was admitted at p_hits, by
-- counting.  The request in question is the last row.
CREATE FUNCTION pg_temp.model(p_hits timestamptz[], p_max integer[], p_at timestamptz,
    p_record boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    c_span  CONSTANT interval[] := '{1 second,1 minute,1 hour}';
    c_name  CONSTANT text[] := '{second,minute,hour}';
    v         foyer_api.verdict;
    v_held    integer;
    v_oldest  timestamptz;
    v_before  timestamptz;
BEGIN
    v.outcome := 'ok';
    FOR j IN REVERSE 3 .. 1 LOOP
        CONTINUE WHEN p_max[j] = 0;
        SELECT q.held, q.oldest, q.before INTO v_held, v_oldest, v_before
          FROM (SELECT h.i, count(*) OVER w AS held, min(h.at) OVER w AS oldest,
                       lag(h.at, p_max[j]) OVER (ORDER BY h.i) AS before
                  FROM unnest(p_hits || p_at) WITH ORDINALITY AS h(at, i)
                WINDOW w AS (ORDER BY h.at
                             RANGE BETWEEN c_span[j] - interval '1 microsecond' PRECEDING
                                       AND CURRENT ROW)) AS q
         ORDER BY q.i DESC LIMIT 1;
        IF v_held > p_max[j] THEN
            IF v.outcome = 'ok' OR v_before + c_span[j] > v.rate_reset THEN
                v.outcome := 'rate_limited';
                v.rate_window := c_name[j]; v.rate_limit := p_max[j];
                v.rate_remaining := 0; v.rate_reset := v_before + c_span[j];
            END IF;
        ELSIF v.outcome = 'ok' AND (v.rate_remaining IS NULL
              OR p_max[j] - v_held + (NOT p_record)::integer < v.rate_remaining) THEN
            v.rate_window := c_name[j]; v.rate_limit := p_max[j];
            v.rate_remaining := p_max[j] - v_held + (NOT p_record)::integer;
            v.rate_reset := CASE WHEN v_held > 1 OR p_record THEN v_oldest + c_span[j]
                                 ELSE p_at END;
        END IF;
    END LOOP;
    RETURN pg_temp.said(v);
END;
$$;

-- pg_temp.ask: one more request; null, or how limiter and model differ about it.
CREATE FUNCTION pg_temp.ask(p_subject text, p_max integer[], p_record boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v       foyer_api.verdict := pg_temp.admit(p_subject, p_max, p_record);
    v_hits  timestamptz[] := (SELECT a.hits FROM pg_temp.admitted AS a WHERE a.subject = p_subject);
    v_want  text := pg_temp.model(coalesce(v_hits, '{}'), p_max, v.at, p_record);
BEGIN
    IF v.outcome = 'ok' AND p_record THEN
        INSERT INTO pg_temp.admitted AS a VALUES (p_subject, ARRAY[v.at])
        ON CONFLICT (subject) DO UPDATE SET hits = a.hits || v.at;
    END IF;
    RETURN CASE WHEN pg_temp.said(v) IS DISTINCT FROM v_want
           THEN format('at %s: got %s, want %s', v.at, pg_temp.said(v), v_want) END;
END;
$$;

-- pg_temp.drive: p_times more; the first answers in which limiter and model differ.
CREATE FUNCTION pg_temp.drive(p_subject text, p_max integer[], p_times integer)
RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_differ  text;
    v_found   integer := 0;
BEGIN
    FOR k IN 1 .. p_times LOOP
        v_differ := pg_temp.ask(p_subject, p_max, k % 7 <> 3);
        IF v_differ IS NOT NULL THEN
            RETURN NEXT format('request %s %s', k, v_differ);
            v_found := v_found + 1;
        END IF;
        EXIT WHEN v_found = 3;
    END LOOP;
END;
$$;

-- pg_temp.spread: p_count instants, evenly over p_span, the newest p_ago before the clock.
CREATE FUNCTION pg_temp.spread(p_count integer, p_span interval, p_ago interval)
RETURNS timestamptz[] LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(array_agg(clock.now - p_ago - p_span * (p_count - k) / p_count ORDER BY k),
        '{}')
      FROM generate_series(1, p_count) AS k, (SELECT clock_timestamp() AS now) AS clock
$$;

-- pg_temp.pass: for this subject, so much time goes by.
CREATE FUNCTION pg_temp.pass(p_subject text, p_time interval)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE foyer.rate_chunk AS c
       SET hits = ARRAY(SELECT h.at - p_time FROM unnest(c.hits) WITH ORDINALITY AS h(at, i)
                         ORDER BY h.i)
      FROM foyer.rate_counter AS r
     WHERE c.tenant_id = r.tenant_id AND c.counter_id = r.id
       AND r.subject_id = pg_temp.id(p_subject);
    UPDATE foyer.rate_counter AS r
       SET last_at = r.last_at - p_time,
           first_at = ARRAY(SELECT h.at - p_time FROM unnest(r.first_at) WITH ORDINALITY AS h(at, i)
                             ORDER BY h.i),
           tail = ARRAY(SELECT h.at - p_time FROM unnest(r.tail) WITH ORDINALITY AS h(at, i)
                         ORDER BY h.i)
     WHERE r.subject_id = pg_temp.id(p_subject);
    UPDATE pg_temp.admitted AS a
       SET hits = ARRAY(SELECT h.at - p_time FROM unnest(a.hits) WITH ORDINALITY AS h(at, i)
                         WHERE h.at - p_time > clock_timestamp() - interval '2 hours'
                         ORDER BY h.i)
     WHERE a.subject = p_subject;
END;
$$;
