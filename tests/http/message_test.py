#!/usr/bin/python3
"""message_test.py - sending messages, and getting back exactly what was sent."""
import concurrent.futures
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import answers, message, micros, refused, status_is
from lib.site import Site
from lib.tap import is_, ok, run, short

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
SPACES = "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029" \
         "\u202f\u205f\u3000"
NOT_SPACES = "\ufeff\u200b\u200c\u200d\u2060\u180e\u00ad\x01\x1c\x1f\x7f\u0084"
EXACT = ("plain", "a\tb\nc\r\nd", "\"quoted\" \\ back / slash", "</script><b>&amp;'", "\x01\x08\x0c\x1f\x7f\x80\x9f",
         "Stra\u00dfe \u0130stanbul", "e\u0301 is not \u00e9", "\U0001f469\u200d\U0001f469\u200d\U0001f467",
         "\u202eright to left", "inner  \u3000 space", "\ufeffbom", "\uffff\ufffe\U0010ffff\ufffd", "\\u0041 \\n",
         "%s %00 $1",
         "null", "0", "{}", "'; DROP TABLE foyer.message; --", "x\u2028y\u2029z", "a" * 5000)


def send(app):
    v = app.visitor()
    c = v.start()
    path = "/conversations/%s/messages" % c["id"]
    r = v.post(path, {"content": "Hello"})
    answers(r, 201, {"message": message(conversationId=c["id"], senderId=v.id, content="Hello")}, "a message is sent")
    m = r.json["message"]
    is_(micros(m["editableUntil"]) - micros(m["createdAt"]), 900_000_000, "it can be edited for 15 minutes")
    after = v.get("/conversations/" + c["id"]).json["conversation"]
    is_([after["updatedAt"] > c["updatedAt"], after["status"]], [True, "pending"], "it moves updatedAt, not the status")
    for fmt in ("plain", None):
        answers(v.post(path, {"content": "x", "contentFormat": fmt}), 201,
                {"message": message(senderId=v.id, content="x")},
                "contentFormat may be %r" % fmt)
    for fmt in ("markdown", "", "PLAIN", "plain ", 1, ["plain"], True):
        r = v.post(path, {"content": "x", "contentFormat": fmt})
        ok(r.status == 400 and r.json["error"] == "bad_request" and r.json["message"].startswith("contentFormat "),
           "contentFormat %r is refused by its name" % (fmt,), r)
    is_(len(v.get(path).json["messages"]), 3, "what was refused is not kept")
    app.close(c["id"])
    refused(v.post(path, {"content": "x"}), "conversation_not_active", "Cannot send message: conversation is closed",
            "a closed conversation takes no message")
    is_(len(v.get(path).json["messages"]), 3, "a closed conversation can still be read")
    refused(v.post("/conversations/%s/messages" % NOBODY, {"content": "x"}), "not_found", "Conversation not found",
            "a message needs a conversation")


def active(app):
    v = app.visitor()
    c = v.start()["id"]
    operator = app.new_operator()["id"]
    app.database.sql("UPDATE foyer.conversation SET status = 'active', assigned_to = '%s' "
                     "WHERE id = '%s'" % (operator, c))
    status_is(v.post("/conversations/%s/messages" % c, {"content": "x"}), 201, "an active conversation takes a message")
    is_(v.get("/conversations/" + c).json["conversation"]["status"], "active", "and stays active")


def content(v, path):
    for body in ({}, {"content": None}, {"contentFormat": "plain"}):
        refused(v.post(path, body), "bad_request", "content is required",
                "content is required of %s" % json.dumps(body))
    for value in (17, False, [], {}, ["x"], {"content": "x"}, 0.5, -1):
        refused(v.post(path, {"content": value}), "bad_request", "content must be a string",
                "content that is %s is no string" % json.dumps(value))
    for value, what in (("", "empty"), (SPACES, "all white space"), ("x" * 5001, "5001 letters"),
                        ("\U0001f600" * 5001, "5001 emoji"), ("e\u0301" * 2500 + "e", "5001 code points"),
                        (" " + "x" * 5001 + " ", "5001 letters in white space")):
        refused(v.post(path, {"content": value}), "bad_request", "content must be 1 to 5000 characters",
                "content that is %s is refused" % what)
    for value, what in (("x", "one letter"), ("x" * 5000, "5000 letters"), ("\U0001f600" * 5000, "5000 emoji"),
                        ("e\u0301" * 2500, "5000 code points in 2500 letters"),
                        (SPACES + "y" * 5000 + SPACES, "5000 letters in white space")):
        r = v.post(path, {"content": value})
        ok(r.status == 201 and r.json["message"]["content"] == value.strip(SPACES), "content may be " + what,
           short(repr(r)))
    escaped = b'{"content": "' + b"\\ud83d\\ude00" * 5000 + b'"}'
    r = v.post(path, body=escaped)
    ok(r.status == 201 and r.json["message"]["content"] == "\U0001f600" * 5000, "escaped emoji are one character each",
       short(repr(r)))
    for value in ("a\0b", "\0", "\0" * 6000):
        refused(v.post(path, {"content": value}), "bad_request", "content must not contain NUL",
                "an escaped NUL is refused (%d characters)" % len(value))


def trimming(v, path):
    for space in SPACES:
        is_(v.send(path.split("/")[2], space + "a" + space + "b" + space)["content"], "a" + space + "b",
            "U+%04X is white space: gone at the ends, kept inside" % ord(space))
    for kept in NOT_SPACES:
        is_(v.send(path.split("/")[2], kept + "a" + kept)["content"], kept + "a" + kept, "U+%04X is kept" % ord(kept))
        is_(v.send(path.split("/")[2], kept)["content"], kept, "U+%04X alone is content" % ord(kept))


def exactness(v):
    c = v.start()["id"]
    path = "/conversations/%s/messages" % c
    for text in EXACT:
        is_(v.send(c, text)["content"], text, "%s is answered as it was sent" % ascii(text[:40]))
    page = v.get(path + "?limit=100")
    is_([m["content"] for m in page.json["messages"]], list(EXACT), "and found again so, in the order of sending")
    ok(page.body.decode("utf-8", "strict") is not None and b"\0" not in page.body, "the answer is UTF-8 without NUL")
    raw = v.post(path, body=b'{"content": "\\u0041\\/\\b\\ud83d\\ude00\\u00e9"}')
    is_(raw.json["message"]["content"], "A/\b\U0001f600\u00e9", "escapes in a body mean what they mean in JSON")


def order(v):
    """Within a conversation createdAt strictly increases, also when many send at once."""
    c = v.start()["id"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda i: v.send(c, str(i)), range(40)))
    found = v.get("/conversations/%s/messages?limit=100" % c).json["messages"]
    is_(sorted(m["id"] for m in sent), [m["id"] for m in found],
        "40 messages at once are all there, in order of their ids")
    times = [micros(m["createdAt"]) for m in found]
    ok(all(b - a >= 1000 for a, b in zip(times, times[1:])),
       "each was created a millisecond or more after the one before",
       times)


def main():
    site = Site()
    app = site.new_app()
    v = app.visitor()
    path = "/conversations/%s/messages" % v.start()["id"]
    send(app)
    active(app)
    content(v, path)
    trimming(v, path)
    exactness(app.visitor())
    order(app.visitor())
    site.finish()


run(main)
