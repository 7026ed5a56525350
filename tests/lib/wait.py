"""wait.py - waiting for a condition, never for a time."""
import time


def until(condition, what, timeout=15.0):
    """Asks again until the condition yields something true, and returns that."""
    end = time.monotonic() + timeout
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise TimeoutError("waited %g s in vain: %s" % (timeout, what))
        time.sleep(0.01)
