#!/usr/bin/python3
"""mounts_visitor_test.py - who a visitor is: contacts, their proof, and that they go when the visitor goes."""
import hashlib
import hmac
import pathlib
import sys
import threading
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.expect import TIME
from lib.mounts import FLAT, MOUNTS
from lib.operators import Desk
from lib.site import Site
from lib.tap import is_, ok, run

# In JSON order and numbers are free; names and letters are not.
METADATA = {"plan": "gold", "favouriteColour": "blue", "cart_total": 12.5, "visits": 3, "member": True, "\u00fc \u2603": "\u00e9"}


def known(v, **fields):
    """A visitor of whom nothing else is known."""
    return {"id": v.id, "name": None, "email": None, "phone": None, "metadata": {}, "verified": False,
            "createdAt": TIME, "updatedAt": TIME} | fields


def contact(site, mount, app):
    v, o = app.visitor().at(mount), Desk(app).operator().at(mount)
    mount.answers(v.get("/visitor"), 200, mount.one("visitor", known(v)), "T-D17: a visitor exists at first sight")
    address = uuid.uuid4().hex + "@example.org"
    full = {"name": " Ada Lovelace ", "email": address, "phone": "+441234567890", "metadata": METADATA}
    body = known(v, name="Ada Lovelace", email=address, phone="+441234567890", metadata=METADATA)
    mount.answers(v.put("/visitor", full), 200, mount.one("visitor", body),
                  "T-D17: a visitor can be identified; metadata comes back as sent, names too")
    mount.answers(v.get("/visitor"), 200, mount.one("visitor", body), "T-D17: and is known by that")
    c = v.start()["id"]
    mount.answers(o.get("/conversations/%s/visitor" % c), 200, mount.one("visitor", body), "operators are shown it")
    mount.answers(v.put("/visitor", full | {"name": "Ada"}), 200, mount.one("visitor", body | {"name": "Ada"}),
                  "T-D17: one's own e-mail address is not taken")
    for nothing in ({"name": "Ada"}, {"name": "Ada", "email": None, "phone": None, "metadata": None}):
        mount.answers(v.put("/visitor", nothing), 200, mount.one("visitor", known(v, name="Ada")),
                      "what is not sent, or null, is taken away")
    mount.answers(v.put("/visitor"), 200, mount.one("visitor", known(v)), "nothing takes all away")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    is_([v.put("/visitor", {"name": "Once"}, headers=key).status for _ in range(2)], [200, 200],
        "%s: MB-23: PUT takes an Idempotency-Key" % mount.name)
    mount.refuses(v.put("/visitor", {"name": "Twice"}, headers=key), "idempotency_mismatch",
                  "MB-23: and another body under it is 409", "Idempotency-Key was already used with a different request")
    mount.refuses(o.put("/visitor", {}), "forbidden", "an operator is no visitor",
                  "This API key cannot be used on this route")
    mount.refuses(v.get("/conversations/%s/visitor" % c), "forbidden", "a visitor is not shown visitors",
                  "This API key cannot be used on this route")
    other = Desk(site.new_app()).operator().at(mount)
    for who, path in ((other, c), (o, str(uuid.uuid4()))):
        mount.refuses(who.get("/conversations/%s/visitor" % path), "conversation_not_found",
                      "MB-14, T-15, T-18, W-9: of an unseen conversation there is no visitor", "Conversation not found")


def addresses(mount, app):
    """E-mail addresses and telephone numbers that are none."""
    v = app.visitor().at(mount)
    for good in ("a@b.co", "first.last+tag@sub.example.org", "x@xn--bcher-kva.example", "a" * 64 + "@example.org"):
        is_(v.put("/visitor", {"email": good}).status, 200, "%s: %s is an e-mail address" % (mount.name, good[:40]))
    for bad in ("nobody", "@example.org", "a@", "a b@example.org", "a@b@c.org", "a@example..org", "",
                "a" * 250 + "@example.org", "a@.org"):
        mount.refuses(v.put("/visitor", {"email": bad}), "email_invalid", "MB-8: %r is no e-mail address" % bad[:40],
                      fields=["email"])
    for good in ("+12", "+441234567890", "+123456789012345"):
        is_(v.put("/visitor", {"phone": good}).status, 200, "%s: %s is E.164" % (mount.name, good))
    for bad in ("441234567890", "+0441234567890", "+1", "+1234567890123456", "+44 1234", "+44-1234", "+44a", "", "+"):
        mount.refuses(v.put("/visitor", {"phone": bad}), "phone_invalid", "MB-8, T-20: %r is not E.164" % bad,
                      fields=["phone"])
    mount.refuses(v.put("/visitor", {"email": "x", "phone": "y"}), "fields_invalid",
                  "T-19, W-2: two faults of different kinds are both told", fields=["email", "phone"])
    mount.refuses(v.put("/visitor", {"name": "x" * 201}), "fields_invalid", "a name has 200 characters at most",
                  fields=["name"])


def metadata(mount, app):
    v = app.visitor().at(mount)
    is_(v.put("/visitor", {"metadata": {str(i): "x" * 500 for i in range(20)}}).status, 200,
        "%s: metadata takes 20 members of 500 characters" % mount.name)
    is_(v.put("/visitor", {"metadata": {"n" * 40: -1.5e3}}).status, 200, "%s: whose names have up to 40" % mount.name)
    for bad, what in (({str(i): i for i in range(21)}, "21 members"), ({"n" * 41: 1}, "a long name"), ({"": 1}, "no name"),
                      ({"a": "x" * 501}, "a long value"), ({"a": {}}, "an object"), ({"a": [1]}, "a list"),
                      ({"a": None}, "null"), ([], "no object"), ("x", "a text"), (1, "a number")):
        mount.refuses(v.put("/visitor", {"metadata": bad}), "fields_invalid", "MB-7, T-12: metadata with %s is refused" %
                      what, fields=["metadata"])


def proof_of(secret, v, email="", phone=""):
    """The HMAC as the documentation has it, with the hexadecimal text as its key."""
    return hmac.new(secret.encode(), "\n".join((v.id, email, phone)).encode(), hashlib.sha256).hexdigest()


def proofs(site, mount):
    app = site.new_app()
    app.limit_key(0)
    v = app.visitor().at(mount)
    email, phone = uuid.uuid4().hex + "@example.org", "+441234567890"
    mount.refuses(v.put("/visitor", {"email": email, "proof": "0" * 64}), "forbidden",
                  "a proof without a secret is wrong", "The proof of identity is not valid")
    is_(site.database.ctl("app", "set", app.id, "--require-proof", "yes")[0], 1,
        "%s: a proof cannot be required without a secret" % mount.name)
    secret = site.foyerctl("app", "secret", app.id)["secret"]
    for fields in ({"email": email, "phone": phone}, {"email": email}, {"phone": phone}, {}, {"name": "Ada"}):
        good = proof_of(secret, v, fields.get("email", ""), fields.get("phone", ""))
        r = v.put("/visitor", fields | {"proof": good})
        mount.answers(r, 200, mount.one("visitor", known(v, **fields, verified=True)),
                      "a proof of %s verifies" % (sorted(fields) or "nothing"))
        bad = good[:-1] + ("0" if good[-1] != "0" else "1")
        mount.refuses(v.put("/visitor", fields | {"proof": bad}), "forbidden", "one that is wrong at the end does not",
                      "The proof of identity is not valid")
    good = proof_of(secret, v, email, phone)
    padded = {"email": "  %s " % email, "phone": phone, "proof": good}
    is_(v.put("/visitor", padded).status, 200, "%s: it is of the address as trimmed" % mount.name)
    is_(v.put("/visitor", padded, headers={"X-Visitor-Id": v.id.upper()}).status, 200,
        "%s: and of the id in lower case, however the header has it" % mount.name)
    other = app.visitor().at(mount)
    mount.refuses(other.put("/visitor", {"email": email, "phone": phone, "proof": good}), "forbidden",
                  "a proof is of one visitor", "The proof of identity is not valid")
    mount.refuses(v.put("/visitor", {"email": email, "phone": phone, "proof": "ABCDEF" + good[6:]}), "forbidden",
                  "in capitals it is another", "The proof of identity is not valid")
    for value in (good[:-1], good + "0", "x" * 64, ""):
        mount.refuses(v.put("/visitor", {"email": email, "phone": phone, "proof": value}), "fields_invalid",
                      "MB-7: a proof is 64 hexadecimal digits", fields=["proof"])
    mount.answers(v.put("/visitor", {"email": email}), 200, mount.one("visitor", known(v, email=email)),
                  "without a proof nothing is verified any more")
    app.set("--require-proof", "yes")
    mount.refuses(v.put("/visitor", {"email": email}), "forbidden", "where it is required it must come",
                  "A proof of identity is required")
    is_(v.put("/visitor", {"email": email, "proof": proof_of(secret, v, email)}).status, 200,
        "%s: and the right one is enough" % mount.name)
    rotated = site.foyerctl("app", "secret", app.id)["secret"]
    ok(rotated != secret and len(rotated) == 64, "%s: the secret can be rotated" % mount.name, rotated)
    mount.refuses(v.put("/visitor", {"email": email, "proof": proof_of(secret, v, email)}), "forbidden",
                  "the new secret counts at once", "The proof of identity is not valid")
    is_(v.put("/visitor", {"email": email, "proof": proof_of(rotated, v, email)}).status, 200,
        "%s: and alone" % mount.name)
    ok(rotated not in str(site.foyerctl("app", "show", app.id)), "%s: the secret is not shown again" % mount.name)


def unique(site, mount, app):
    email = uuid.uuid4().hex + "@example.org"
    a, b = app.visitor().at(mount), app.visitor().at(mount)
    a.put("/visitor", {"email": email, "name": "Ada"})
    b.put("/visitor", {"name": "Bob"})
    for taken in (email, email.upper()):
        mount.refuses(b.put("/visitor", {"email": taken, "name": "Eve"}), "email_taken",
                      "W-10: an e-mail address belongs to one visitor")
    is_(mount.object(b.get("/visitor"), "visitor")["name"], "Bob", "%s: W-10: a refusal changes nothing" % mount.name)
    elsewhere = site.new_app(organization=app.organization).visitor().at(mount)
    is_(elsewhere.put("/visitor", {"email": email}).status, 200, "%s: W-10: in another application it is free" % mount.name)
    a.put("/visitor", {})
    is_(b.put("/visitor", {"email": email}).status, 200, "%s: W-10: what is given up is free" % mount.name)


def race(site, mount, app):
    """Two claim one address at once: one gets it."""
    for _ in range(4):
        email, answers = uuid.uuid4().hex + "@example.org", []
        rivals = [app.visitor().at(mount) for _ in range(4)]
        threads = [threading.Thread(target=lambda v=v: answers.append(v.put("/visitor", {"email": email})))
                   for v in rivals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_(sorted(r.status for r in answers), [200, 409, 409, 409],
            "%s: W-10: of four who claim an address at once one gets it" % mount.name)


def gone(site, app):
    """What is exported and erased with a visitor."""
    v = app.visitor()
    email = uuid.uuid4().hex + "@example.org"
    v.put("/visitor", {"name": "Ada", "email": email, "phone": "+441234567890", "metadata": METADATA})
    exported = site.foyerctl("visitor", "export", app.id, v.id)
    text = str(exported)
    ok(all(part in text for part in ("Ada", email, "+441234567890", "favouriteColour")), "the export has the contact",
       text)
    site.foyerctl("visitor", "erase", app.id, v.id)
    dump = site.sql("SELECT count(*) FROM foyer.visitor WHERE email ILIKE '%s' OR id = '%s'" % (email, v.id))
    is_(dump, "0", "an erased visitor's contact is gone")
    is_(app.visitor().put("/visitor", {"email": email}).status, 200, "and its address is free")
    FLAT.answers(v.get("/visitor"), 200, FLAT.one("visitor", known(v)), "who comes again is a stranger")
    v.put("/visitor", {"name": "Secret Name", "email": "secret-" + email, "phone": "+449876543210", "proof": "x"})
    v.put("/visitor", {"name": "Secret Name", "email": "secret-" + email, "phone": "+449876543210"})
    ok(not any(word in site.raw_log() for word in ("Secret Name", "secret-", "+449876543210")),
       "contacts are never logged")


def main():
    site = Site()
    app = site.new_app()
    app.limit_key(0)
    for mount in MOUNTS:
        contact(site, mount, app)
        addresses(mount, app)
        metadata(mount, app)
        proofs(site, mount)
        unique(site, mount, app)
        race(site, mount, app)
    gone(site, app)
    site.finish()


run(main)
