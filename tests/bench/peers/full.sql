-- full.sql - the visitors of an application have used up their hour.
INSERT INTO rate_limit (key, points, expire)
    SELECT 'hour:' || visitor_id, 200000, (extract(epoch FROM now()) * 1000)::bigint + 3600000
      FROM conversation WHERE application_id = :'application'
    ON CONFLICT (key) DO UPDATE SET points = excluded.points, expire = excluded.expire;
