"""expect.py - the shapes of the resources, and assertions over whole responses."""
import datetime
import re

from .rules import STATUS
from .tap import differences, ok

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TEXT = re.compile(r".+", re.S)


def anything(_):
    return True


def micros(instant):
    """An ISO 8601 instant as microseconds since 1970, exactly."""
    since = datetime.datetime.fromisoformat(instant) - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return since // datetime.timedelta(microseconds=1)


def conversation(**known):
    """A fresh conversation as a list shows it, with what is known about it."""
    return {"id": UUID7, "applicationId": UUID, "status": "pending", "subject": None, "assignedTo": None,
            "createdAt": TIME, "updatedAt": TIME, "closedAt": None} | known


def participant(user, role="visitor"):
    return {"userId": user, "role": role, "joinedAt": TIME}


def message(**known):
    """A visitor's message, with what is known about it."""
    return {"id": UUID7, "conversationId": UUID7, "senderId": UUID, "senderRole": "visitor", "type": "text",
            "content": TEXT, "contentFormat": "plain", "contentHtml": None, "createdAt": TIME, "editedAt": None,
            "editableUntil": TIME} | known


def answers(r, status, body, promise):
    """Asserts the status and the whole body of a response."""
    found = [] if r.status == status else ["expected status %d, got %d" % (status, r.status)]
    found += differences(r.json, body)
    return ok(not found, promise, *found, r if found else "")


def refused(r, code, text, promise):
    """Asserts that a request was refused with a code and a message: a text, an expression or None for any."""
    if code == "rate_limit_exceeded":
        return answers(r, 429, {"error": code, "cause": TEXT, "retryAfter": anything, "window": TEXT}, promise)
    return answers(r, STATUS[code], {"error": code, "message": TEXT if text is None else text}, promise)


def named(r):
    """The fields that a validation message names, in its order."""
    return [fault.split(" ")[0] for fault in r.json["message"].split("; ")] if r.status == 400 else r


def status_is(r, expected, promise):
    """Asserts the status alone."""
    return ok(r.status == expected, promise, "expected status %d" % expected, r)
