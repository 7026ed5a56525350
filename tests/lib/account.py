"""account.py - whose PostgreSQL and pgbouncer are: neither runs as root."""
import os
import shutil

ACCOUNT = "postgres" if os.geteuid() == 0 else None

# Before the words of a command.
UNPRIVILEGED = ["setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--clear-groups", "--"] if ACCOUNT else []


def give(*paths):
    """Makes that account the owner of files."""
    for path in paths if ACCOUNT else ():
        shutil.chown(path, ACCOUNT)
