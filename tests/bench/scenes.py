"""scenes.py - the requests that are measured, each as HTTP and as the one call of foyer_api that serves it.

The data are numbered, so that a load generator can make the ids by itself: application a has visitors 1, 2, 3, ...,
and each has one conversation.
"""
import collections
import hashlib

Application = collections.namedtuple("Application", "digit limits")
# second, minute, hour. Hours differ where an hour is what a scene is about; the rest is too wide to be met.
APPLICATIONS = {
    "open": Application(1, (1000, 10000, 100000)),
    "narrow": Application(2, (1000, 10000, 200)),
    "wide": Application(3, (1000, 10000, 10000)),
    "full": Application(4, (1000, 10000, 200)),
}
VISITOR, CONVERSATION = "3f0c8a52-1d7e-4b9a-9c6%d-%012d", "01946983-5fc8-7c21-8f3%d-%012d"
CONTENT = "Good morning! My order 12345 has not arrived. Is anybody there who could look it up?"
MESSAGES = 20    # of each conversation of the application "open": changes 2 to 21, after its creation


def application_id(name):
    return "01934895-d800-7b3e-8d2a-00000000000%d" % APPLICATIONS[name].digit


def key(name):
    return "dk_live_" + 31 * "k" + str(APPLICATIONS[name].digit)


def key_hash(name):
    return hashlib.sha256(key(name).encode()).hexdigest()


class Scene(collections.namedtuple("Scene", "name title application writes method path headers body status call",
                                   defaults=({}, None, 200, ""))):
    """One kind of request.

    writes     it appends to its conversations; so those of odd visitors are only read, those of even ones written to
    path       below the mount; %s is the conversation
    call       function and arguments, after those that say who calls; :c is the conversation, :k 32 fresh bytes
    """

    def numbers(self, visitors):
        """The visitors that take part: first, step and count."""
        if self.application != "open":
            return 1, 1, visitors
        return (2 if self.writes else 1), 2, visitors // 2

    def caller(self, number):
        """The headers of a visitor."""
        return {"Authorization": "Bearer " + key(self.application), "X-App-Id": application_id(self.application),
                "X-Visitor-Id": VISITOR % (APPLICATIONS[self.application].digit, number)}

    def target(self, number):
        return "/api/v1" + self.path % (CONVERSATION % (APPLICATIONS[self.application].digit, number))

    def script(self, visitors):
        """The scene for pgbench: what foyer.fcgi asks, for a visitor at random."""
        first, step, count = self.numbers(visitors)
        digit = APPLICATIONS[self.application].digit

        def id_of(form):
            return "('%s' || lpad((:v)::text, 12, '0'))::uuid" % (form % (digit, 0))[:-12]

        function, arguments = self.call
        arguments = arguments.replace("messages:", "messages:' || '")    # or pgbench would take it for a variable
        arguments = arguments.replace(":c", id_of(CONVERSATION)).replace(":k", "sha256((:n)::text::bytea)")
        return ("\\set v %d + %d * random(0, %d)\n\\set n random(1, 9000000000000000000)\n"
                "SELECT * FROM foyer_api.%s('\\x%s', 'visitor', '%s', NULL, %s, %s);\n" % (
                    first, step, count - 1, function, key_hash(self.application),
                    application_id(self.application), id_of(VISITOR), arguments))


SEND = "NULL, NULL, :c, '%s', 'messages:write', NULL, NULL" % CONTENT
KEYED = SEND.replace("NULL, NULL", ":k, sha256('')", 1)
LIST = ":c, 20, 0, 'asc', NULL, NULL, NULL, NULL, false, NULL, NULL, 'messages:read', NULL, NULL"
CHANGES = ":c, %d, 100, %s, 'messages:read', NULL, NULL"
MESSAGE = {"method": "POST", "path": "/conversations/%s/messages", "body": '{"content":"%s"}' % CONTENT}
FEED = "/conversations/%%s/changes?after=%d"

SCENES = {scene.name: scene for scene in (
    Scene("send", "send a message", "open", True, **MESSAGE, status=201, call=("message_send", SEND)),
    Scene("keyed", "send with an Idempotency-Key", "open", True, **MESSAGE, headers={"Idempotency-Key": "KEY"},
          status=201, call=("message_send", KEYED)),
    Scene("list", "list 20 messages", "open", False, "GET", "/conversations/%s/messages?limit=20",
          call=("message_list", LIST)),
    Scene("changes", "changes, one of them new", "open", False, "GET", FEED % MESSAGES,
          call=("change_list", CHANGES % (MESSAGES, "NULL"))),
    Scene("unchanged", "changes, none (304)", "open", False, "GET", FEED % (MESSAGES + 1),
          headers={"If-None-Match": '"%d"' % (MESSAGES + 1)}, status=304,
          call=("change_list", CHANGES % (MESSAGES + 1, "'{%d}'" % (MESSAGES + 1)))),
    Scene("refused", "send, refused (429)", "full", True, **MESSAGE, status=429, call=("message_send", SEND)),
    Scene("narrow", "send, limit 200 an hour, half used", "narrow", True, **MESSAGE, status=201,
          call=("message_send", SEND)),
    Scene("wide", "send, limit 10,000 an hour, half used", "wide", True, **MESSAGE, status=201,
          call=("message_send", SEND)),
)}
MAIN, LIMITS = ("send", "keyed", "list", "changes", "unchanged", "refused"), ("narrow", "wide")
