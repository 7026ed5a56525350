-- Which hosts may use an application.
BEGIN;
SELECT plan(34);

SELECT is(foyer.origin_allowed(c.allowed, c.env, c.host), c.want,
    format('%s with %s keys: %s is %s', c.allowed, c.env, c.host,
        CASE WHEN c.want THEN 'allowed' ELSE 'refused' END))
  FROM (VALUES
    ('{example.com}'::text[], 'live', 'example.com', true),
    ('{example.com}', 'live', 'www.example.com', true),
    ('{example.com}', 'live', 'api.example.com', false),
    ('{example.com}', 'live', 'example.com.evil.org', false),
    ('{example.com}', 'live', 'notexample.com', false),
    ('{example.com}', 'live', 'www-example.com', false),
    ('{example.com}', 'live', '', false),
    ('{www.example.com}', 'live', 'www.example.com', true),
    ('{www.example.com}', 'live', 'example.com', true),
    ('{www.example.com}', 'live', 'api.example.com', false),
    ('{www.example.com}', 'live', 'www.www.example.com', false),
    ('{api.example.com}', 'live', 'example.com', false),
    ('{*.example.com}', 'live', 'example.com', true),
    ('{*.example.com}', 'live', 'www.example.com', true),
    ('{*.example.com}', 'live', 'a.b.example.com', true),
    ('{*.example.com}', 'live', 'notexample.com', false),
    ('{*.example.com}', 'live', 'example.com.evil.org', false),
    ('{e_ample.com}', 'live', 'example.com', false),
    ('{*.ex%.com}', 'live', 'a.example.com', false),
    ('{example.org,*.example.com}', 'live', 'example.org', true),
    ('{example.org,*.example.com}', 'live', 'a.example.com', true),
    ('{example.org,*.example.com}', 'live', 'a.example.org', false),
    ('{}', 'live', 'example.com', false),
    ('{example.com}', 'live', 'localhost', false),
    ('{example.com}', 'test', 'localhost', true),
    ('{example.com}', 'test', 'app.localhost', true),
    ('{example.com}', 'test', '127.0.0.1', true),
    ('{example.com}', 'test', '[::1]', true),
    ('{example.com}', 'test', 'example.com', true),
    ('{example.com}', 'test', 'example.org', false),
    ('{example.com}', 'test', 'localhost.evil.org', false),
    ('{example.com}', 'test', 'evillocalhost', false),
    ('{example.com}', 'test', '.localhost', false),
    ('{example.com}', 'test', '127.0.0.10', false))
    AS c(allowed, env, host, want);

SELECT * FROM finish();
ROLLBACK;
