"""load.py - a load of senders and followers that goes on through a fault, and what must be true afterwards.

Each message has an Idempotency-Key and is sent again until it is answered by 2xx. What the clients know of it
(Account) is compared with what the database holds and with what a follower of the changes has seen.
"""
import collections
import dataclasses
import json
import os
import random
import threading
import time
import uuid

from .operators import Desk

HANG = 10      # seconds
PAUSE = 0.01   # between two messages of a sender
AGAIN = 0.05   # before a message is sent again


@dataclasses.dataclass
class Attempt:
    """One request: when it began and ended (Unix time), and its response, or None when there was none."""
    begun: float
    ended: float
    seconds: float
    response: object
    visitor: object = None

    @property
    def status(self):
        return self.response.status if self.response else None


@dataclasses.dataclass
class Message:
    """What a sender knows of one of its messages; acknowledged is the message of the first 2xx."""
    content: str
    conversation: str
    attempts: list = dataclasses.field(default_factory=list)
    acknowledged: object = None
    abandoned: bool = False


@dataclasses.dataclass
class Account:
    """All that is known at the end. rows are those of foyer.message in the order of their numbers; seen is, for each
    conversation, the changes that a follower got."""
    messages: list
    rows: list
    seen: dict
    attempts: list


class Client(threading.Thread):
    """Asks until the load ends, and notes each attempt."""

    def __init__(self, load, who):
        super().__init__(daemon=True)
        self.load, self.who, self.attempts, self.fault = load, who, [], None

    def ask(self, method, path, **rest):
        begun, clock = time.time(), time.monotonic()
        try:
            response = self.who.request(method, path, foreign=True, **rest)
        except (OSError, ValueError):    # refused, cut, or not HTTP
            response = None
        attempt = Attempt(begun, time.time(), time.monotonic() - clock, response, self.who.id)
        if response is not None and response.id:
            self.load.site.check(response, fault=response.status == 503)
        self.attempts.append(attempt)
        return attempt

    def run(self):
        try:
            while not self.load.ending.is_set():
                self.work()
        except Exception as e:    # told by the verdict
            self.fault = "%s: %r" % (self.name, e)
            raise


class Sender(Client):
    """Sends one message after the other, each until it is acknowledged; now and then it gives up one that failed."""

    def __init__(self, load, who, name, dice):
        super().__init__(load, who)
        self.name, self.dice, self.conversation, self.messages = name, dice, None, []

    def work(self):
        message = Message("%s/%d" % (self.name, len(self.messages)), self.conversation)
        self.messages.append(message)
        key = {"Idempotency-Key": str(uuid.uuid4())}
        while not message.acknowledged and not message.abandoned:
            attempt = self.ask("POST", "/conversations/%s/messages" % self.conversation, headers=key,
                               json={"content": message.content})
            message.attempts.append(attempt)
            if attempt.status and 200 <= attempt.status < 300:
                message.acknowledged = attempt.response.json["message"]
                self.load.pause(PAUSE)
            else:
                message.abandoned = attempt.status != 429 and self.dice.random() < 0.02
                self.load.pause(AGAIN)


class Follower(Client):
    """An admin who polls the changes of some conversations, with the cursor that it got."""

    def __init__(self, load, who, conversations):
        super().__init__(load, who)
        self.cursors = dict.fromkeys(conversations, 0)
        self.seen = {c: [] for c in conversations}

    def work(self):
        for c in self.cursors:
            self.poll(c)
        self.load.pause(PAUSE)

    def poll(self, c):
        """Asks once; returns whether the answer was the last for now."""
        attempt = self.ask("GET", "/conversations/%s/changes?after=%d" % (c, self.cursors[c]))
        if attempt.status == 200:
            page = attempt.response.json
            self.seen[c] += page["changes"]
            self.cursors[c] = page["cursor"]
            return not page["hasMore"]
        return False

    def catch_up(self):
        for c in self.cursors:
            while not self.poll(c):
                self.load.pause(AGAIN)


class Load:
    """Senders of two applications, one of them with limits that refuse, and a follower of each organization."""

    # The oracle asks the database for hits that nobody was told of, which keeps as many as the widest limit.
    limits = {"wide": {"second": 100000, "minute": 0, "hour": 0}, "tight": {"second": 6, "minute": 200, "hour": 0}}
    visitors, twins = {"wide": 3, "tight": 2}, 2    # twins: senders of one visitor in one conversation

    def __init__(self, site, seed):
        self.site, self.ending = site, threading.Event()
        self.apps = {name: site.new_app(**limits) for name, limits in self.limits.items()}
        self.senders, self.followers, self.conversations = [], [], []
        dice = random.Random(seed)
        for name, app in self.apps.items():
            mine = []
            for i in range(self.visitors[name]):
                visitor = app.visitor()
                twins = [Sender(self, visitor, "%s %d.%d" % (name, i, j), random.Random(dice.getrandbits(64)))
                         for j in range(self.twins)]
                mine.append(twins[0].ask("POST", "/conversations", json={}).response.json["conversation"]["id"])
                for sender in twins:
                    sender.conversation = mine[-1]
                self.senders += twins
            self.followers.append(Follower(self, Desk(app).admin(), mine))
            self.conversations += mine

    def pause(self, seconds):
        self.ending.wait(seconds)

    def clients(self):
        return [*self.senders, *self.followers]

    def start(self):
        for client in self.clients():
            client.start()

    def alive(self):
        """Raises what a client has died of."""
        for client in self.clients():
            if client.fault:
                raise RuntimeError(client.fault)
        return True

    def acknowledged(self):
        return {sender: sum(1 for m in sender.messages if m.acknowledged) for sender in self.senders}

    def moved_on(self, since):
        """Whether each sender has had messages acknowledged since a time before."""
        return self.alive() and all(n >= since[sender] + 3 for sender, n in self.acknowledged().items())

    def count(self, status):
        return sum(attempt.status == status for client in self.clients() for attempt in client.attempts[:])

    def stop(self):
        """Lets each sender finish its message, and each follower catch up."""
        self.ending.set()
        for client in self.clients():
            client.join(60)
        self.ending.clear()
        for follower in self.followers:
            follower.catch_up()
        self.ending.set()
        return not any(client.is_alive() for client in self.clients())

    def account(self):
        rows = self.site.database.rows(
            "SELECT id, conversation_id, seq, content FROM foyer.message WHERE conversation_id IN (%s) ORDER BY 2, 3"
            % ", ".join("'%s'" % c for c in self.conversations))
        return Account([m for sender in self.senders for m in sender.messages], rows,
                       {c: changes for follower in self.followers for c, changes in follower.seen.items()},
                       [a for client in self.clients() for a in client.attempts])


# What must be true, each as a function that yields the exceptions.

def lost(account):
    there = {(row["id"], row["content"]) for row in account.rows}
    for m in account.messages:
        if m.acknowledged and (m.acknowledged["id"], m.content) not in there:
            yield "%s was acknowledged as %s" % (m.content, m.acknowledged["id"])


def doubled(account):
    for content, n in collections.Counter(row["content"] for row in account.rows).items():
        if n > 1:
            yield "%s is there %d times" % (content, n)


def invented(account):
    sent = {m.content for m in account.messages}
    yield from (row["content"] for row in account.rows if row["content"] not in sent)


def disordered(account):
    """A message that was acknowledged before another one was first sent comes before it."""
    known = {m.content: m for m in account.messages}
    earliest = {}
    for row in reversed(account.rows):
        m, c = known.get(row["content"]), row["conversation_id"]
        if m is None:
            continue
        if earliest.get(c, (float("inf"),))[0] < m.attempts[0].begun:
            yield "%s comes after %s" % (earliest[c][1], m.content)
        if m.acknowledged and m.attempts[-1].ended < earliest.get(c, (float("inf"),))[0]:
            earliest[c] = m.attempts[-1].ended, m.content


def unnumbered(account):
    """Creating a conversation is number 1, then each message takes the next."""
    expected = collections.Counter()
    for row in account.rows:
        expected[row["conversation_id"]] += 1
        if row["seq"] != expected[row["conversation_id"]] + 1:
            yield "%s has number %d" % (row["content"], row["seq"])
            expected[row["conversation_id"]] = row["seq"] - 1


def unfollowed(account):
    """What a follower saw, in its order, is what there is."""
    there = collections.defaultdict(list)
    for row in account.rows:
        there[row["conversation_id"]].append((row["seq"], row["id"]))
    for c, changes in account.seen.items():
        saw = [(change["seq"], change["message"]["id"]) for change in changes if change["type"] == "message"]
        if saw != there[c]:
            odd = next((pair for pair in zip(saw, there[c]) if pair[0] != pair[1]), "one is shorter")
            yield "in %s %d were seen of %d; first: %s" % (c, len(saw), len(there[c]), odd)
        if [change["seq"] for change in changes if change["type"] != "message"] != [1]:
            yield "in %s something else has changed" % c


def improper(account):
    for a in account.attempts:
        if a.status not in (None, 429, 503) and not 200 <= a.status < 300:
            yield repr(a.response)


def foreign(account):
    """The web server speaks for the program only to say that it is not there."""
    for a in account.attempts:
        if a.status is not None and not a.response.id:
            body = a.response.json if isinstance(a.response.json, dict) else {}
            if a.status != 503 or body.get("error") != "unavailable" or "Retry-After" not in a.response.headers:
                yield repr(a.response)


def hung(account):
    yield from ("%.1f s: %r" % (a.seconds, a.response) for a in account.attempts if a.seconds > HANG)


PROMISES = {
    lost: "every acknowledged message is there",
    doubled: "no message is there twice",
    invented: "nothing is there that nobody has sent",
    disordered: "messages are in the order in which they were acknowledged",
    unnumbered: "their numbers have no gap",
    unfollowed: "who followed the changes has seen each message once, in its order",
    improper: "every answer was 2xx, 429 or 503",
    foreign: "what the web server answered by itself was a 503 in JSON, with Retry-After",
    hung: "no answer took more than %d seconds" % HANG,
}


def copied(account, **parts):
    return dataclasses.replace(account, **parts)


def _reverse(rows):
    """The first two messages of one sender change places."""
    first = next(row for row in rows if row["content"].endswith("/0"))
    second = next(row for row in rows if row["content"] == first["content"][:-1] + "1")
    swap = {first["id"]: second["content"], second["id"]: first["content"]}
    return [row | {"content": swap.get(row["id"], row["content"])} for row in rows]


def _told(attempt, **parts):
    return dataclasses.replace(attempt, **parts)


class _Page:
    """An answer of a web server that has nobody behind it."""
    status, id, json, headers, body = 500, None, None, {}, b""


# What a faulty program would have left behind; each must be seen.
CONTROLS = {
    lost: ("a row that is gone", lambda a: copied(a, rows=[row for row in a.rows if row["id"] != next(
        m.acknowledged["id"] for m in a.messages if m.acknowledged)])),
    doubled: ("a retry that has written again", lambda a: copied(a, rows=a.rows + [a.rows[0]])),
    invented: ("a message of nobody", lambda a: copied(a, rows=a.rows + [a.rows[0] | {"content": "x"}])),
    disordered: ("two messages in the other order", lambda a: copied(a, rows=_reverse(a.rows))),
    unnumbered: ("a number that is left out", lambda a: copied(a, rows=a.rows[1:])),
    unfollowed: ("a change that nobody saw", lambda a: copied(a, seen=a.seen | {c: s[:-1] for c, s in [
        next((c, s) for c, s in a.seen.items() if len(s) > 1)]})),
    improper: ("a 500", lambda a: copied(a, attempts=a.attempts + [_told(a.attempts[0], response=_Page())])),
    foreign: ("a page in HTML", lambda a: copied(a, attempts=a.attempts + [_told(a.attempts[0], response=_Page())])),
    hung: ("an answer that took long", lambda a: copied(a, attempts=a.attempts + [_told(a.attempts[0], seconds=11)])),
}


def counts(load, account):
    """The figures of a load, in one line."""
    statuses = collections.Counter(a.status for a in account.attempts)
    replayed = sum(m.acknowledged is not None and "Idempotency-Replayed" in m.attempts[-1].response.headers
                   for m in account.messages)
    return ("%d sent in %d requests, %d acknowledged, %d replayed, %d given up; %d polls; %s; longest answer %.2f s" % (
        len(account.messages), sum(len(m.attempts) for m in account.messages),
        sum(m.acknowledged is not None for m in account.messages), replayed,
        sum(m.abandoned for m in account.messages), sum(len(f.attempts) for f in load.followers),
        ", ".join("%d times %s" % (n, status or "no answer") for status, n in sorted(
            statuses.items(), key=lambda item: item[0] or 0)), max(a.seconds for a in account.attempts)))


def seed():
    return int(os.environ.get("FOYER_TEST_SEED", 20250115))


def shown(found):
    return json.dumps(found[:5], indent=1, default=str)[:3000]
