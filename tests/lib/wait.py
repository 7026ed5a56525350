"""wait.py - waiting for a condition, never for a time."""
import os
import time

# Under memcheck, all takes many times as long.
PATIENCE = 10 if os.environ.get("FOYER_TEST_WORKER") == "valgrind" else 1


def until(condition, what, timeout=15.0):
    """Asks again until the condition yields something true, and returns that."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise TimeoutError("waited %g s in vain: %s" % (timeout, what))
        time.sleep(0.01)
