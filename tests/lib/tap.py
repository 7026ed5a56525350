"""tap.py - assertions that speak TAP. Each is a sentence that states the promise.

An expected JSON value may hold matchers: a compiled expression must match the whole string, and a function
must find the value true. Everything else must be equal, types included, and an object must have exactly the
members that are expected.
"""
import re
import sys
import traceback

_run = 0
_failed = 0


def diag(*texts):
    """Prints the texts as TAP comments."""
    for text in texts:
        for line in str(text).splitlines() or [""]:
            print("# " + line.encode("ascii", "backslashreplace").decode())
    sys.stdout.flush()


def figures(text):
    """Prints what was measured: tests/run shows it whether the test passes or not."""
    diag("figures: " + text)


def ok(held, promise, *details):
    """Asserts that the promise was held; the details are printed when it was not."""
    global _run, _failed
    _run += 1
    _failed += not held
    print("%s %d - %s" % ("ok" if held else "not ok", _run, sentence(promise)))
    diag(*(details if not held else ()))
    sys.stdout.flush()
    return bool(held)


def sentence(promise):
    """A promise as TAP can hold it: on one line, and without the sign that begins a directive."""
    return re.sub(r"[^ -~]", lambda c: c.group().encode("unicode_escape").decode(), promise).replace("#", "\\#")


def is_(got, expected, promise):
    """Asserts that two values are equal."""
    return ok(got == expected, promise, "expected %s" % short(expected), "got      %s" % short(got))


def is_json(got, expected, promise):
    """Asserts that a JSON value is as expected, and names every place where it is not."""
    return ok(not (found := list(differences(got, expected))), promise, *found)


def skip(promise, reason):
    """Counts a promise that cannot be tried here."""
    global _run
    _run += 1
    print("ok %d - %s # SKIP %s" % (_run, sentence(promise), reason))


def short(value, limit=600):
    text = value if isinstance(value, str) and "\n" in value else repr(value)
    return text if len(text) <= limit else "%s ... (%d characters)" % (text[:limit], len(text))


def differences(got, expected, place="$"):
    """Yields one sentence for each place where a JSON value is not as expected."""
    if isinstance(expected, re.Pattern):
        if not isinstance(got, str) or not expected.fullmatch(got):
            yield "%s: expected a match of %s, got %s" % (place, expected.pattern, short(got))
    elif callable(expected):
        if not expected(got):
            yield "%s: expected %s, got %s" % (place, expected.__name__, short(got))
    elif isinstance(expected, dict) and isinstance(got, dict):
        for name in [*expected, *(n for n in got if n not in expected)]:
            if name not in got:
                yield "%s.%s: expected it, got nothing" % (place, name)
            elif name not in expected:
                yield "%s.%s: expected nothing, got %s" % (place, name, short(got[name]))
            else:
                yield from differences(got[name], expected[name], "%s.%s" % (place, name))
    elif isinstance(expected, list) and isinstance(got, list):
        if len(got) != len(expected):
            yield "%s: expected %d elements, got %d" % (place, len(expected), len(got))
        for i, (g, e) in enumerate(zip(got, expected)):
            yield from differences(g, e, "%s[%d]" % (place, i))
    elif type(got) is not type(expected) or got != expected:
        yield "%s: expected %s, got %s" % (place, short(expected), short(got))


def run(main):
    """Runs a test file: its assertions, the plan at the end, and the exit status."""
    try:
        main()
    except BaseException:
        ok(False, "the test runs to its end", traceback.format_exc())
    print("1..%d" % _run)
    sys.stdout.flush()
    sys.exit(1 if _failed or not _run else 0)


def failures():
    return _failed
