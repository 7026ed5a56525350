#!/usr/bin/python3
"""body_test.py - what is a body, and what is not JSON."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import named, refused, status_is
from lib.site import Site
from lib.tap import is_, ok, run, short

NOT_JSON = "body is not valid JSON"
INVALID = (
    (b"{", "an open object"),
    (b'{"content": "a"', "an object without its end"),
    (b"}", "an end alone"),
    (b"{'content': 'a'}", "single quotes"),
    (b"{content: 1}", "a name without quotes"),
    (b'{"content"}', "a name alone"),
    (b'{"content": }', "no value"),
    (b'{"content": "a",}', "a comma too many"),
    (b'{,"content": "a"}', "a comma first"),
    (b'{"content": "a" "x": 1}', "a comma missing"),
    (b'{"content" "a"}', "a colon missing"),
    (b'{"content": "a}', "an open string"),
    (b'{"content": "a"} x', "garbage after the end"),
    (b'{"content": "a"}{}', "two objects"),
    (b'{"content": "a"},', "a comma after"),
    (b'{"content": "a"}\0', "a NUL after the end"),
    (b'{"content": "a\0b"}', "a raw NUL in a string"),
    (b'\0{"content": "a"}', "a NUL first"),
    (b'{"content": "a"\0}', "a NUL between tokens"),
    (b"nul", "half a word"),
    (b"TRUE", "a word in upper case"),
    (b'{"content": "a", "x": NaN}', "NaN"),
    (b'{"content": "a", "x": Infinity}', "Infinity"),
    (b'{"content": "a", "x": 01}', "a leading zero"),
    (b'{"content": "a", "x": -01}', "a negative leading zero"),
    (b'{"content": "a", "x": 1.}', "a point and no digits"),
    (b'{"content": "a", "x": .5}', "no digits before the point"),
    (b'{"content": "a", "x": 1e}', "an exponent without digits"),
    (b'{"content": "a", "x": +1}', "a plus sign"),
    (b'{"content": "a", "x": 0x10}', "hexadecimal"),
    (b'{"content": "a", "x": 1-2}', "a sum"),
    (b'{"content": "a", "x": -}', "a minus alone"),
    (b'\xef\xbb\xbf{"content": "a"}', "a byte order mark"),
    (b'\xff\xfe{\0}\0', "UTF-16"),
    (b'{"content":\x0b"a"}', "VT as white space"),
    (b'{"content":\x0c"a"}', "FF as white space"),
    (b'{"content":\xc2\xa0"a"}', "NBSP as white space"),
    (b'{"content": "a\nb"}', "a raw line feed in a string"),
    (b'{"content": "a\tb"}', "a raw tab in a string"),
    (b'{"content": "a\x1fb"}', "a raw control character in a string"),
    (b'{"con\ttent": "a"}', "a raw tab in a name"),
    (b'{"content": "\\x41"}', "an unknown escape"),
    (b'{"content": "\\u12G4"}', "a bad \\u escape"),
    (b'{"content": "\\u123"}', "a short \\u escape"),
    (b'{"content": "\\U0041"}', "an upper-case \\U"),
    (b'{"content": "a\\"}', "an escaped end"),
    (b'{"content": "\\ud800"}', "a lone high surrogate"),
    (b'{"content": "\\udc00"}', "a lone low surrogate"),
    (b'{"content": "\\ud800\\u0041"}', "half a pair"),
    (b'{"content": "\\ud800\\ud800"}', "two high surrogates"),
    (b'{"content": "\\udc00\\ud800"}', "a pair the wrong way round"),
    (b'{"content": "\\ud83dx"}', "a surrogate and a letter"),
    (b'{"content": "\x80"}', "a continuation byte alone"),
    (b'{"content": "\xff"}', "a byte that is never UTF-8"),
    (b'{"content": "\xc3"}', "a cut character"),
    (b'{"content": "\xe2\x82"}', "a cut character of three bytes"),
    (b'{"content": "\xf0\x9f\x98"}', "a cut emoji"),
    (b'{"content": "\xc0\xaf"}', "an overlong slash"),
    (b'{"content": "\xc1\xbf"}', "C1"),
    (b'{"content": "\xc0\x80"}', "an overlong NUL"),
    (b'{"content": "\xe0\x80\xaf"}', "an overlong slash of three bytes"),
    (b'{"content": "\xf0\x80\x80\xaf"}', "an overlong slash of four bytes"),
    (b'{"content": "\xed\xa0\x80"}', "a surrogate in UTF-8"),
    (b'{"content": "\xf4\x90\x80\x80"}', "a character beyond U+10FFFF"),
    (b'{"content": "\xf8\x88\x80\x80\x80"}', "five bytes"),
    (b'{"content": "a", "\xff": 1}', "an invalid byte in a name"),
    (b'{"\xc3": "a"}', "a cut character in a name"),
    (b'{"content": "a", "content": "b"}', "a member twice"),
    (b'{"content": "a", "content": "a"}', "the same member twice"),
    (b'{"content": "a", "\\u0063ontent": "b"}', "a member twice, once escaped"),
    (b'{"\\u0063ontent": 1, "c\\u006fntent": 1}', "twice escaped"),
    (b'{"content": "a", "x": 1, "x": 2}', "an unknown member twice"),
    (b'{"content": {"a": 1, "a": 2}}', "a member twice, inside"),
    (b'{"content": [{"a": 1, "\\u0061": 2}]}', "a member twice, deep inside"),
    (b'{"": 1, "": 2}', "an empty name twice"),
    (b'// x\n{"content": "a"}', "a comment"),
    (b'{"content": "a" /* x */}', "a comment inside"),
    (b"content=a", "a form"),
    (b"[1, 2", "an open array"),
    (b"[1,]", "an array with a comma too many"),
    (b'"a', "an open string alone"),
    (b"01", "a number alone"),
)
JSON = ("application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8",
        "application/merge-patch+json", "application/vnd.example.v2+json", "Application/Problem+JSON; x=y",
        "application/json ;a=b")
OTHER = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json",
         "application/jsonx", "application/xjson", "application/xml", "application/json-seq", "application/x+jsonx",
         "json", "application/", "application/+json", "/json", "*/*", "text/plain; a=application/json", "image/x+json",
         "application/x-json")


def media_types(v, path):
    good = b'{"content": "a"}'
    for kind in JSON:
        status_is(v.post(path, body=good, headers={"Content-Type": kind}), 201, "%s is JSON" % kind)
    for kind in OTHER:
        refused(v.post(path, body=good, headers={"Content-Type": kind}), "unsupported_media_type", None,
                "%s is 415" % kind)
        refused(v.post(path, body=b"", headers={"Content-Type": kind}), "bad_request", "content is required",
                "no body has no media type: an empty body as %s is {}" % kind)
    status_is(v.post(path, body=good), 201, "a body without Content-Type is read as JSON")
    status_is(v.get(path, body=b"x", headers={"Content-Type": "text/plain"}), 200,
              "the body of a GET has no media type")
    refused(v.post("/conversations", body=b"x", headers={"Content-Type": "text/plain"}), "unsupported_media_type", None,
            "415 comes before the body is read")


def shapes(v, path):
    for body in (b"null", b"true", b"17", b'"content"', b"[]", b'[{"content": "a"}]', b"-0.5e+3", b' \t\r\n[ ] \n'):
        refused(v.post(path, body=body), "bad_request", "body must be a JSON object",
                "%s is not an object" % body.decode())
    for body in (b'{"content":"a"}', b' \t\r\n{ "content" \n:\t"a"\r} \n', b'{"content": "a", "contentFormat": null}',
                 b'{"\\u0063ontent": "a"}', b'{"contentFormat": "plain", "content": "\\u0061"}'):
        status_is(v.post(path, body=body), 201, "%r is a body" % body)
    for body in (b"", b"{}", b" {} "):
        refused(v.post(path, body=body), "bad_request", "content is required", "%r has no content" % body)
        status_is(v.post("/conversations", body=body), 201, "%r is a body without fields" % body)


def fields(v, path):
    unknown = " is not a known field"
    for body, text in (
            (b'{"content": "a", "colour": 1}', "colour" + unknown),
            (b'{"zeta": 1, "content": "a", "alpha": null}', "zeta%s; alpha%s" % (unknown, unknown)),
            (b'{"zeta": 1, "alpha": 2}', "content is required; zeta%s; alpha%s" % (unknown, unknown)),
            (b'{"colour": 1, "content": 2}', "content must be a string; colour" + unknown),
            (b'{"Content": "a"}', "content is required; Content" + unknown),
            (b'{"content": "a", "x": 1e400}', "x" + unknown), (b'{"content": "a", "x": -0}', "x" + unknown),
            (b'{"content": "a", "x": 123456789012345678901234567890.5E-7}', "x" + unknown),
            (b'{"content": "a", "caf\xc3\xa9": 1}', "caf\u00e9" + unknown),
            (b'{"content": "a", "content ": 1}', "content " + unknown),
            (b'{"content": "", "subject": "x"}', "content must be 1 to 5000 characters; subject" + unknown)):
        refused(v.post(path, body=body), "bad_request", text, "%s: %s" % (body.decode(), text))
    r = v.post(path, body=b'{"content": 1, "contentFormat": 2, "x": 3}')
    is_(named(r), ["content", "contentFormat", "x"], "faults are named in the order of the fields, unknown ones last")
    for name in (b"a\\u0000b", b"\\u0000", b"content\\u0000"):
        r = v.post(path, body=b'{"content": "a", "%s": 1}' % name)
        ok(r.status == 400 and r.json["error"] == "bad_request", "a NUL in a name is refused", r)
    many = b'{"content": "a", ' + b", ".join(b'"f%d": 1' % i for i in range(9000)) + b"}"
    is_(v.post(path, body=many).status, 400, "9000 unknown fields are refused")


def depth(v, path):
    for opening, closing, what in ((b"[", b"]", "arrays"), (b'{"a":', b"}", "objects")):
        inner = b"1" if what == "objects" else b""
        for levels, text in ((16, "content must be a string"), (17, NOT_JSON), (1000, NOT_JSON), (13000, NOT_JSON)):
            body = b'{"content": ' + opening * (levels - 1) + inner + closing * (levels - 1) + b"}"
            refused(v.post(path, body=body), "bad_request", text, "%d levels of %s: %s" % (levels, what, text))
    refused(v.post(path, body=b"[" * 130000), "bad_request", NOT_JSON, "130000 open brackets are not JSON")


def size(v, path):
    good = b'{"content": "a"}'
    status_is(v.post(path, body=good + b" " * (131072 - len(good))), 201, "131072 bytes are read")
    refused(v.post(path, body=good + b" " * (131073 - len(good))), "payload_too_large", None, "131073 bytes are 413")
    refused(v.post(path, body=b"x" * 131073), "payload_too_large", None, "413 comes before the body is read")
    refused(v.post(path, body=b"x" * 1000000), "payload_too_large", None, "a million bytes are 413")
    refused(v.post(path, body=b"x" * 131073, headers={"Authorization": None}), "payload_too_large", None,
            "413 comes before the key")
    refused(v.post(path, body=b'{"content": "%s"}' % (b"x" * 131000)), "bad_request",
            "content must be 1 to 5000 characters", "a body may be large where its fields may not")


def main():
    site = Site()
    v = site.new_app().visitor()
    path = "/conversations/%s/messages" % v.start()["id"]
    for body, what in INVALID:
        refused(v.post(path, body=body, headers={"Content-Type": "application/json"}), "bad_request", NOT_JSON,
                "%s is not JSON: %s" % (what, short(body, 60)))
    is_(v.get(path).json["messages"], [], "none of them was a message")
    media_types(v, path)
    shapes(v, path)
    fields(v, path)
    depth(v, path)
    size(v, path)
    site.finish()


run(main)
