#!/usr/bin/python3
"""follow_test.py - who follows the changes of a conversation while many write ends with exactly its state."""
import concurrent.futures
import os
import pathlib
import random
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import micros
from lib.operators import Desk
from lib.site import Site
from lib.tap import diag, is_, ok, run

STEPS = 60


class Writer:
    """Sends, edits, deletes and reads in one conversation, and counts the change numbers that this must have taken."""

    def __init__(self, who, c, everybody, dice):
        self.who, self.c, self.everybody, self.dice = who, c, everybody, dice
        self.mine, self.marker, self.numbers, self.statuses = [], "", 0, []

    def ask(self, method, rest, body=None, numbers=1):
        r = self.who.request(method, "/conversations/%s%s" % (self.c, rest), **({"json": body} if body else {}))
        self.statuses.append(r.status)
        self.numbers += numbers
        return r

    def text(self):
        return "%d" % self.dice.randrange(10**9)

    def send(self):
        r = self.ask("POST", "/messages", {"content": self.text()})
        self.mine.append(r.json["message"]["id"])
        self.everybody.append(self.mine[-1])

    def edit(self):
        if self.mine:
            self.ask("PATCH", "/messages/" + self.dice.choice(self.mine), {"content": self.text()})

    def delete(self):
        if self.mine:
            self.ask("DELETE", "/messages/" + self.mine.pop(self.dice.randrange(len(self.mine))))

    def read(self):
        if self.everybody:
            id = self.dice.choice(self.everybody)
            self.ask("POST", "/read", {"messageId": id}, numbers=id > self.marker)
            self.marker = max(self.marker, id)

    def run(self):
        for _ in range(STEPS):
            self.dice.choice(self.deeds())()

    def deeds(self):
        return [self.send] * 5 + [self.edit] * 3 + [self.delete] + [self.read]


class Assigned(Writer):
    """The assigned operator also gives the conversation another subject, or back and takes it again."""

    def name_it(self):
        self.ask("PATCH", "/subject", {"subject": self.text()})

    def again(self):
        self.ask("POST", "/leave", numbers=2)
        self.ask("POST", "/accept", numbers=2)

    def deeds(self):
        return super().deeds() + [self.name_it] * 2 + [self.again]


class Follower:
    """Polls with the cursor that it got, and applies what comes."""

    def __init__(self, who, c, conditional, dice):
        self.who, self.path, self.conditional, self.dice = who, "/conversations/%s/changes" % c, conditional, dice
        self.cursor, self.tag, self.polls, self.faults = 0, None, 0, []
        self.messages, self.conversation, self.reads = {}, None, {}

    def poll(self):
        """Asks once; returns whether there may be more now."""
        limit = self.dice.choice((1, 3, 10, 100))
        headers = {"If-None-Match": self.tag} if self.conditional and self.tag == '"%d"' % self.cursor else {}
        r = self.who.get("%s?after=%d&limit=%d" % (self.path, self.cursor, limit), headers=headers)
        self.polls += 1
        if r.status == 304:
            return False
        seqs = [change["seq"] for change in r.json["changes"]]
        newest = int(r.headers.get("ETag").strip('"'))
        self.tag = r.headers.get("ETag")
        ends = r.json["hasMore"] and len(seqs) == limit or not r.json["hasMore"] and seqs[-1:] in ([], [newest])
        if (seqs != sorted(set(seqs)) or seqs and not self.cursor < seqs[0] <= seqs[-1] <= newest
                or len(seqs) > limit or not ends or r.json["cursor"] != (seqs[-1] if seqs else self.cursor)):
            self.faults.append(repr(r))
        for change in r.json["changes"]:
            self.apply(change)
        self.cursor = r.json["cursor"]
        return r.json["hasMore"]

    def apply(self, change):
        if change["type"] == "message":
            self.messages[change["message"]["id"]] = change["message"]
        elif change["type"] == "message.deleted":
            self.messages.pop(change["messageId"], None)
        elif change["type"] == "conversation":
            self.conversation = change["conversation"]
        elif change["type"] == "read":
            if change["messageId"] <= self.reads.get(change["userId"], ""):
                self.faults.append("a marker moved back: %s" % change)
            self.reads[change["userId"]] = change["messageId"]

    def follow(self, ended):
        while not ended.is_set():
            self.poll()
        self.catch_up()

    def catch_up(self):
        while self.poll():
            pass


def listed(who, c):
    """All messages, page by page."""
    found, cursor = [], ""
    while page := who.get("/conversations/%s/messages?limit=100%s" % (c, cursor)).json["messages"]:
        found += page
        cursor = "&after=" + page[-1]["id"]
    return found


def told(conversation):
    """What the changes tell of a conversation: neither who takes part, nor that a message has moved updatedAt."""
    return {name: value for name, value in conversation.items() if name not in ("participants", "updatedAt")}


def main():
    site = Site()
    app = site.new_app()
    desk, v = Desk(app), app.visitor()
    op, admins = desk.operator(), [desk.admin("Ada %d" % i) for i in range(6)]
    seed = int(os.environ.get("FOYER_TEST_SEED", 20250115))
    diag("FOYER_TEST_SEED=%d" % seed)
    dice = [random.Random(seed + i) for i in range(11)]

    c, everybody, ended = v.start("Busy")["id"], [], threading.Event()
    op.accept(c)
    writers = [Writer(v, c, everybody, dice[0]), Assigned(op, c, everybody, dice[1])]
    writers += [Writer(admin, c, everybody, dice[2 + i]) for i, admin in enumerate(admins)]
    followers = [Follower(v, c, False, dice[8]), Follower(admins[0], c, True, dice[9])]
    with concurrent.futures.ThreadPoolExecutor(len(writers) + len(followers)) as pool:
        following = [pool.submit(follower.follow, ended) for follower in followers]
        try:
            for writing in [pool.submit(writer.run) for writer in writers]:
                writing.result()
        finally:
            ended.set()
        for future in following:
            future.result()
    late = Follower(v, c, False, dice[10])
    late.catch_up()

    statuses = sorted({status for writer in writers for status in writer.statuses})
    ok(set(statuses) <= {200, 201}, "every write of eight writers at once succeeds", statuses)
    numbers = 3 + sum(writer.numbers for writer in writers)    # creation, and what accept has changed and said
    is_(site.database.rows("SELECT seq FROM foyer.conversation WHERE id = '%s'" % c), [{"seq": numbers}],
        "every write has taken its number and no other: %d" % numbers)

    messages = listed(v, c)
    shown = v.get("/conversations/" + c).json["conversation"]
    markers = {writer.who.id: writer.marker for writer in writers if writer.marker}
    for follower, who in ((followers[0], "who polls all the time"), (followers[1], "who polls with If-None-Match"),
                          (late, "who comes late")):
        diag("%s: %d polls" % (who, follower.polls))
        is_(follower.faults, [], who + " gets pages in order, each thing once")
        is_(sorted(follower.messages.values(), key=lambda m: m["id"]), messages,
            who + " ends with the messages of the list")
        is_(told(follower.conversation), told(shown), who + " ends with the conversation")
        is_(follower.reads, markers, who + " ends with everybody's marker")
        is_(follower.cursor, numbers, who + " has seen the newest number")
    times = [micros(m["createdAt"]) for m in messages]
    ok(all(b - a >= 1000 for a, b in zip(times, times[1:])), "createdAt increases by a millisecond or more", times)
    is_([m["id"] for m in messages], sorted(m["id"] for m in messages), "and ids sort like createdAt")
    ok(followers[0].polls > 10 and len(messages) > 50, "so much has happened", followers[0].polls, len(messages))
    site.finish()


run(main)
