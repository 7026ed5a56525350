"""own.py - what a web server answers by itself, so that Foyer is not asked: a table for each, and docs/deployment.md
has the same."""


def ask(line, *fields, body=b"", host=("Host: 127.0.0.1",)):
    """The bytes of a request, however wrong."""
    return "\r\n".join([line, *host, "Connection: close", *fields]).encode("latin-1") + b"\r\n\r\n" + body


def get(target, *fields, **rest):
    return ask("GET %s HTTP/1.1" % target, *fields, **rest)


def post(target, *fields, **rest):
    return ask("POST %s HTTP/1.1" % target, *fields, **rest)


# What is asked, and how: the bytes for a path that is there.
REQUESTS = {
    "POST without `Content-Length`": lambda path: post(path),
    "body above 1 MiB": lambda path: post(path, "Content-Length: 1048577", body=b"x" * 1048577),
    "target above 8 KiB": lambda path: get("%s?%s" % (path, "x" * 9000)),
    "header field above 8 KiB": lambda path: get(path, "X-Long: " + "x" * 9000),
    "`TRACE`": lambda path: ask("TRACE %s HTTP/1.1" % path),
    "method that HTTP does not know": lambda path: ask("FOO %s HTTP/1.1" % path),
    "`OPTIONS *`": lambda path: ask("OPTIONS * HTTP/1.1"),
    "`%00` in the path": lambda path: get(path + "%00"),
    "`%0a` in the path": lambda path: get(path + "%0a"),
    "`%ff` in the path": lambda path: get(path + "%ff"),
    "`%zz` in the path": lambda path: get(path + "%zz"),
    "`%00` in the query": lambda path: get(path + "?x=%00"),
    "`%0a` in the query": lambda path: get(path + "?x=%0a"),
    "`%ff` in the query": lambda path: get(path + "?x=%ff"),
    "control character in a header field": lambda path: get(path, "X-Odd: \x01"),
    "header field folded over two lines": lambda path: get(path, "X-Odd: a\r\n b"),
    "no `Host`": lambda path: get(path, host=()),
    "two `Host`": lambda path: get(path, "Host: 127.0.0.1"),
    "two `Authorization`": lambda path: get(path, "Authorization: a", "Authorization: b"),
    "two `Content-Type`": lambda path: get(path, "Content-Type: a/b", "Content-Type: c/d"),
    "`Content-Length` and `Transfer-Encoding`": lambda path: post(
        path, "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "two different `Content-Length`": lambda path: post(path, "Content-Length: 1", "Content-Length: 2", body=b"xx"),
    "`Transfer-Encoding` other than chunked": lambda path: post(path, "Transfer-Encoding: gzip", body=b"0\r\n\r\n"),
    "body of a GET": lambda path: get(path, "Content-Length: 2", body=b"{}"),
    "`//` in the path": lambda path: get("/" + path),
    "`Expect` of something unknown": lambda path: get(path, "Expect: something"),
    "`Range`": lambda path: get(path, "Range: bytes=0-1"),
    "absolute target": lambda path: get("http://127.0.0.1" + path),
}

# The status of the server's own answer. What is not here, Foyer answers.
OWN = {
    "lighttpd": {
        "POST without `Content-Length`": 411,
        "body above 1 MiB": 413,
        "target above 8 KiB": 431,
        "header field above 8 KiB": 431,
        "method that HTTP does not know": 501,
        "`OPTIONS *`": 200,
        "`%00` in the path": 400,
        "`%0a` in the path": 400,
        "`%ff` in the path": 400,
        "`%00` in the query": 400,
        "`%0a` in the query": 400,
        "`%ff` in the query": 400,
        "control character in a header field": 400,
        "no `Host`": 400,
        "two `Content-Type`": 400,
        "`Content-Length` and `Transfer-Encoding`": 400,
        "two different `Content-Length`": 400,
        "`Transfer-Encoding` other than chunked": 501,
        "no process listens": 503,
    },
    "nginx": {
        "body above 1 MiB": 413,
        "target above 8 KiB": 414,
        "header field above 8 KiB": 400,
        "`TRACE`": 405,
        "`OPTIONS *`": 400,
        "`%00` in the path": 400,
        "`%zz` in the path": 400,
        "header field folded over two lines": 400,
        "no `Host`": 400,
        "two `Host`": 400,
        "two `Authorization`": 400,
        "`Content-Length` and `Transfer-Encoding`": 400,
        "two different `Content-Length`": 400,
        "`Transfer-Encoding` other than chunked": 501,
        "no process listens": 503,
    },
}

# The settings that docs/deployment.md names against that: file, what it has, and what it has with all of them.
SETTINGS = {
    "lighttpd": (
        ("lighttpd.conf", '"url-ctrls-reject" => "enable"', '"url-ctrls-reject" => "disable",\n'
         '"url-invalid-utf8-reject" => "disable"'),
        ("lighttpd.conf", '"header-strict" => "enable"', '"header-strict" => "disable"'),
        ("lighttpd.conf", "server.bind", "server.max-request-field-size = 32768\nserver.bind"),
        ("site.conf", "server.max-request-size = 1024", "server.max-request-size = 4096"),
    ),
    "nginx": (
        ("site.conf", "server {", "large_client_header_buffers 4 32k;\nserver {"),
        ("snippet.conf", "client_max_body_size    1m", "client_max_body_size    4m"),
    ),
}
