#!/usr/bin/python3
"""race_test.py - what is unique, limited or counted is so, whoever asks at once.

Sessions call the functions of the program, each call a transaction of its own, and note what they were told. What is
in the tables afterwards has to be that, and no call may have failed.
"""
import pathlib
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.database import Database
from lib.tap import is_, ok, run
from lib.wait import until

SESSIONS = 6
LOOP = """DO $$ DECLARE o text; BEGIN FOR i IN 1 .. {times} LOOP
    o := (({call}).verdict).outcome; INSERT INTO said VALUES ('{name}', {session}, o); COMMIT;
END LOOP; END $$"""


class Race:
    """One application and some operators, and sessions that call at once."""

    def __init__(self):
        self.db = Database()
        made = self.db.foyerctl("app", "create", "Shop")
        self.app, self.org = made["id"], made["organizationId"]
        for scope in ("visitor", "operator"):
            self.limit(scope, 0, 0, 0)
        key = self.db.foyerctl("key", "create", self.app)
        self.key, self.key_id = key["key"], key["id"]
        self.admins = [self.db.foyerctl("operator", "create", self.org, "Ada", "--role", "admin")["key"]
                       for _ in range(9)]
        self.db.sql("CREATE TABLE said (name text, session integer, outcome text)")

    def limit(self, scope, second, minute, hour):
        self.db.foyerctl("limits", "set", self.app, scope, "--second", second, "--minute", minute, "--hour", hour)

    def visitor(self, id):
        return "sha256('%s'), 'visitor', '%s', NULL, '%s'" % (self.key, self.app, id)

    def operator(self, i):
        """The requests of one operator wait for each other, so each session has its own."""
        return "sha256('%s'), 'operator', NULL, NULL, NULL" % self.admins[i]

    def run(self, name, times, calls):
        """Runs a loop of each call in a session of its own; returns how often which outcome was told."""
        failures = []

        def work(session, call):
            try:
                self.db.sql(LOOP.format(times=times, call=call, name=name, session=session))
            except RuntimeError as failure:
                failures.append(str(failure)[:500])
        threads = [threading.Thread(target=work, args=task) for task in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_(failures, [], "%s: no call fails" % name)
        rows = self.db.rows("SELECT outcome, count(*) AS n FROM said WHERE name = '%s' GROUP BY outcome" % name)
        return {row["outcome"]: row["n"] for row in rows}

    def number(self, query):
        return int(self.db.sql(query))

    def waiting(self):
        """How many sessions wait for a lock."""
        return self.number("SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' AND wait_event_type = 'Lock'"
                           % self.db.name)

    def behind(self, first, second, waits):
        """What two calls say, the first of which commits when the second waits for it."""
        holder, said = self.db.session(), []
        holder.run("BEGIN")
        said.append(holder.run(first))
        other = threading.Thread(target=lambda: said.append(self.db.sql(second)))
        other.start()
        until(lambda: self.waiting() == 1, waits)
        holder.run("COMMIT")
        holder.close()
        other.join()
        return said


def limits(race):
    """Two limits for one request: it counts for both, or for neither."""
    ids = [str(uuid.UUID(int=i, version=4)) for i in range(2)]
    race.limit("visitor", 40, 0, 0)
    calls = ["foyer_api.admit(%s, true, NULL, 100000, NULL)" % race.visitor(ids[i % 2]) for i in range(SESSIONS)]
    said = race.run("the second of a visitor is the tighter", 500, calls)
    ok(said["rate_limited"] > 0 and said["ok"] >= 80, "requests of both kinds were many", said)
    counted = "SELECT sum(n) FROM foyer.rate_counter WHERE scope = '%s'"
    is_([race.number(counted % scope) for scope in ("key", "visitor")], [said["ok"]] * 2,
        "what was admitted has counted for the key and for the visitor, what was refused for neither")
    is_(race.db.rows("SELECT * FROM foyer.rate_violation(40, '1 second') WHERE scope = 'visitor'"), [],
        "no second of a visitor ever held more than it may")

    race.limit("visitor", 0, 0, 0)
    race.db.sql("DELETE FROM foyer.rate_counter; DELETE FROM foyer.rate_chunk")
    calls = ["foyer_api.admit(%s, true, NULL, 50, NULL)" % race.visitor(ids[i % 2]) for i in range(SESSIONS)]
    is_(race.run("the minute of the key is the tighter", 30, calls), {"ok": 50, "rate_limited": 30 * SESSIONS - 50},
        "a key is admitted so often, and not once more")
    is_([race.number(counted % scope) for scope in ("key", "visitor")], [50, 50], "and so often it has counted")
    is_(race.db.rows("SELECT * FROM foyer.rate_violation(50, '1 minute')"), [], "which the window queries confirm")
    calls = ["foyer_api.tally(20, '%s')" % ids[0]] * SESSIONS
    race.run("a tally", 20, calls)
    is_(race.number(counted % "address"), 20, "an address is counted while there is room")


def emails(race):
    calls = ["foyer_api.visitor_identify(%s, NULL, NULL, NULL, i || '@example.com', NULL, NULL, NULL)"
             % race.visitor(uuid.uuid4()) for _ in range(SESSIONS)]
    said = race.run("one e-mail for all", 40, calls)
    # Each visitor goes through the same e-mails, and leaves the one it had.
    ok(said.get("email_taken", 0) > 0 and set(said) == {"ok", "email_taken"}, "each is told that it has it, or another", said)
    is_(race.number("SELECT count(*) - count(DISTINCT lower(email)) FROM foyer.visitor WHERE email IS NOT NULL"), 0,
        "no two visitors have the same")


def tags(race):
    create = "foyer_api.tag_create(%s, NULL, NULL, %s)"
    said = race.run("the same tags", 20, [create % (race.operator(s), "'Tag ' || i") for s in range(SESSIONS)])
    is_(said, {"ok": 20, "tag_taken": 20 * (SESSIONS - 1)}, "each tag is made once")
    race.db.sql("INSERT INTO foyer.tag (organization_id, id, name, created_at) "
                "SELECT '%s', gen_random_uuid(), 'more ' || i, now() FROM generate_series(1, 950) AS i" % race.org)
    said = race.run("too many tags", 20,
                    [create % (race.operator(s), "'%d of ' || i" % s) for s in range(SESSIONS)])
    is_(said, {"ok": 30, "quota_reached": 20 * SESSIONS - 30}, "there are as many as there may be, and not one more")
    is_(race.number("SELECT count(*) FROM foyer.tag"), 1000, "as the table says")

    talk = race.db.sql("SELECT id FROM foyer_api.conversation_create(%s, NULL, NULL, 'x')" % race.visitor(uuid.uuid4()))
    attach = "SELECT ((foyer_api.tag_attach(%s, NULL, NULL, '%s', ARRAY(SELECT t.id FROM foyer.tag AS t " \
             "ORDER BY t.id OFFSET %d LIMIT 15))).verdict).outcome"
    first, second = race.behind(attach % (race.operator(0), talk, 0), attach % (race.operator(1), talk, 15),
                                "who attaches fifteen more waits")
    is_(first, "ok", "a conversation gets fifteen tags")
    is_(second, "quota_reached", "who attaches fifteen more is told that they are too many, once these are there")


def deletion(race):
    """Two admins delete a conversation: who comes second finds none."""
    talk = race.db.sql("SELECT id FROM foyer_api.conversation_create(%s, NULL, NULL, 'x')" % race.visitor(uuid.uuid4()))
    delete = "SELECT ((foyer_api.conversation_delete(%s, NULL, NULL, '%s')).verdict).outcome"
    first, second = race.behind(delete % (race.operator(0), talk), delete % (race.operator(1), talk),
                                "another admin waits")
    is_(first, "ok", "an admin deletes a conversation")
    is_(second, "conversation_not_found", "another one, who has waited, finds that it has gone")


def mended(race):
    """An operator sends while it gets the conversation: what was wrong is so no more when it is looked at."""
    made = race.db.foyerctl("operator", "create", race.org, "Bob")
    talk = race.db.sql("SELECT id FROM foyer_api.conversation_create(%s, NULL, NULL, 'x')" % race.visitor(uuid.uuid4()))
    bob = "sha256('%s'), 'operator', NULL, NULL, NULL" % made["key"]
    # Looking waits for us, as it would on a busy machine.
    race.db.sql("""ALTER FUNCTION foyer.conversation_find RENAME TO conversation_look;
        CREATE FUNCTION foyer.conversation_find(p_entry foyer.entry, p_conversation uuid)
        RETURNS foyer.conversation LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(1);
            RETURN foyer.conversation_look(p_entry, p_conversation);
        END $$""")
    holder, said = race.db.session(), []
    holder.run("SELECT pg_advisory_lock(1)")
    send = "SELECT ((foyer_api.message_send(%s, NULL, NULL, '%s', 'x')).verdict).outcome" % (bob, talk)
    sender = threading.Thread(target=lambda: said.append(race.db.sql(send)))
    sender.start()
    until(lambda: race.waiting() == 1, "the message finds no conversation of the operator, and looks why")
    race.db.sql("UPDATE foyer.conversation SET status = 'active', assigned_to = '%s' WHERE id = '%s'"
                % (made["id"], talk))
    holder.close()
    sender.join()
    is_(said, ["ok"], "its message is written after all")
    race.db.sql("DROP FUNCTION foyer.conversation_find; "
                "ALTER FUNCTION foyer.conversation_look RENAME TO conversation_find")


def removal(race):
    """Tags are attached, detached and deleted while their conversations are closed and purged."""
    race.db.foyerctl("app", "set", race.app, "--retention", 1)
    race.db.sql("DELETE FROM foyer.conversation_tag; DELETE FROM foyer.tag; UPDATE foyer.conversation "
                "SET deleted_at = NULL, status = 'pending', closed_at = NULL")
    race.db.sql("""CREATE FUNCTION tags(n integer) RETURNS uuid[] LANGUAGE sql VOLATILE AS
        $$ SELECT ARRAY(SELECT id FROM foyer.tag ORDER BY random() LIMIT n) $$;
        CREATE FUNCTION talk() RETURNS uuid LANGUAGE sql VOLATILE AS
        $$ SELECT id FROM foyer.conversation ORDER BY random() LIMIT 1 $$;
        CREATE FUNCTION age() RETURNS foyer_api.plain_reply LANGUAGE sql VOLATILE AS
        $$ UPDATE foyer.conversation SET status = 'closed', closed_at = now() - interval '2 days'
            WHERE id IN (SELECT id FROM foyer.conversation ORDER BY random() LIMIT 4 FOR UPDATE SKIP LOCKED);
           SELECT foyer_admin.purge(9); SELECT NULL::foyer_api.plain_reply $$""")
    said = race.run("attaching and removing", 60, [
        "foyer_api.conversation_create(%s, NULL, NULL, 'x')" % race.visitor(uuid.uuid4()),
        "foyer_api.conversation_create(%s, NULL, NULL, 'x')" % race.visitor(uuid.uuid4()),
        "foyer_api.tag_create(%s, NULL, NULL, 'T' || i)" % race.operator(0),
        "foyer_api.tag_create(%s, NULL, NULL, 'U' || i)" % race.operator(1),
        "foyer_api.tag_attach(%s, NULL, NULL, talk(), tags(9))" % race.operator(2),
        "foyer_api.tag_attach(%s, NULL, NULL, talk(), tags(9))" % race.operator(3),
        "foyer_api.tag_detach(%s, NULL, NULL, talk(), (tags(1))[1])" % race.operator(4),
        "foyer_api.tag_delete(%s, NULL, NULL, (tags(1))[1])" % race.operator(5), "age()"])
    ok(set(said) - {None} <= {"ok", "conversation_not_found", "tag_not_found", "quota_reached"}, "each is told why", said)
    is_(race.number("SELECT count(*) FROM foyer.conversation_tag AS j WHERE NOT EXISTS (SELECT FROM foyer.tag AS t "
                    "WHERE t.id = j.tag_id) OR NOT EXISTS (SELECT FROM foyer.conversation AS c "
                    "WHERE c.id = j.conversation_id)"), 0, "nothing has a tag that is not there")


def main():
    race = Race()
    limits(race)
    emails(race)
    tags(race)
    deletion(race)
    mended(race)
    removal(race)
    race.db.drop()


run(main)
