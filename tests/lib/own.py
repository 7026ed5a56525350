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
    "target above 8 KiB": lambda path: get("%s?x=%s" % (path, "x" * 9000)),
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
    "declared body above 128 KiB": lambda path: post(path, "Content-Length: 131073", body=b"x" * 131073),
    "chunked body above 128 KiB": lambda path: post(path, "Transfer-Encoding: chunked",
                                                    body=b"20001\r\n" + b"x" * 131073 + b"\r\n0\r\n\r\n"),
    "chunked body above 1 MiB": lambda path: post(path, "Transfer-Encoding: chunked",
                                                  body=b"100001\r\n" + b"x" * 1048577 + b"\r\n0\r\n\r\n"),
    "`Content-Length` that is no number": lambda path: post(path, "Content-Length: x"),
    "header field with a space in its name": lambda path: get(path, "X Odd: a"),
    "more than 100 header fields": lambda path: get(path, *("X-%d: x" % i for i in range(150))),
    "more than 200 header fields": lambda path: get(path, *("X-%d: x" % i for i in range(250))),
    "`%2f` in the path": lambda path: get(path + "%2fx"),
    "path above 4 KiB": lambda path: get(path + "/" + "x" * 5000),
    "path that leaves the root": lambda path: get("/.." + path),
    "absolute target": lambda path: get("http://127.0.0.1" + path),
}

# What Apache answers before it looks for a module, and what it does besides where .htaccess says all.
APACHE = {
    "target above 8 KiB": 414,
    "header field above 8 KiB": 400,
    "`OPTIONS *`": 200,
    "`%00` in the path": 404,
    "`%zz` in the path": 400,
    "path that leaves the root": 400,
    "control character in a header field": 400,
    "header field with a space in its name": 400,
    "more than 200 header fields": 400,
    "no `Host`": 400,
    "two `Host`": 400,
    "two different `Content-Length`": 400,
    "`Content-Length` that is no number": 400,
    "`Transfer-Encoding` other than chunked": 400,
    "`Expect` of something unknown": 417,
}
SHARED = APACHE | {
    "`%2f` in the path": 404,
    "path above 4 KiB": 403,
    "more than 100 header fields": 400,
    "`TRACE`": 200,
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
        "chunked body above 1 MiB": 413,
        "`Content-Length` that is no number": 400,
        "header field with a space in its name": 400,
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
        "chunked body above 1 MiB": 413,
        "`Content-Length` that is no number": 400,
        "header field with a space in its name": 400,
        "path that leaves the root": 400,
        "no process listens": 503,
    },
    "apache": {
        **APACHE,
        "`TRACE`": 405,
        "body above 1 MiB": 413,
        "chunked body above 1 MiB": 503,
    },
    "apache-socket": {
        **APACHE,
        "`TRACE`": 405,
        "no process listens": 503,
    },
    "htaccess": {
        **SHARED,
        "declared body above 128 KiB": 413,
        "body above 1 MiB": 413,
        "chunked body above 128 KiB": 503,
        "chunked body above 1 MiB": 503,
    },
    "cgi": SHARED,
}

LARGE = "LimitRequestLine 65536\nLimitRequestFieldSize 65536\nLimitRequestFields 400"

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
    "apache": (
        ("site.conf", "LimitRequestFields  200", LARGE),
        ("site.conf", "1048576", "4194304"),
    ),
    "apache-socket": (("site.conf", "LimitRequestFields  200", LARGE),),
    "htaccess": (
        ("site.conf", "DocumentRoot", LARGE + "\nAllowEncodedSlashes NoDecode\nFcgidMaxRequestLen 4194304\nDocumentRoot"),
        ("public_html/**/.htaccess", "RewriteRule ^ - [R=413]", ""),
        ("public_html/**/.htaccess", 'RewriteCond %{HTTP:Content-Length} "-gt 131072"', ""),
    ),
    "cgi": (("site.conf", "DocumentRoot", LARGE + "\nAllowEncodedSlashes NoDecode\nDocumentRoot"),),
}
