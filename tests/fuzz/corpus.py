#!/usr/bin/python3
"""corpus.py - inputs of a fuzz target: a directory of files for libFuzzer, a file of lines for the repository.

    corpus.py pack DIRECTORY FILE       writes the inputs of a directory as lines
    corpus.py unpack DIRECTORY FILE...  and the other way round

In a line, a byte that is not visible ASCII, and the backslash, is \\xNN; a line that begins with "#" is a comment.
"""
import hashlib
import pathlib
import re
import sys


def escaped(data):
    """One input as a line; a blank may stand within it, and "#" not at its beginning."""
    line = "".join(chr(byte) if 32 <= byte < 127 and byte != 92 else "\\x%02x" % byte for byte in data)
    line = re.sub(r"^#", r"\\x23", line)
    return re.sub(r" $", r"\\x20", line)


def unescaped(line):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found.group(1).decode()), line.encode())


def pack(directory, file):
    inputs = sorted((path.read_bytes() for path in pathlib.Path(directory).iterdir()), key=lambda data: (len(data), data))
    head = "# Made by tests/fuzz/run %s merge; seeds by hand are in ../seeds.\n" % pathlib.Path(file).stem
    pathlib.Path(file).write_text(head + "".join(escaped(data) + "\n" for data in inputs))


def unpack(directory, *files):
    home = pathlib.Path(directory)
    home.mkdir(parents=True, exist_ok=True)
    for file in filter(pathlib.Path.exists, map(pathlib.Path, files)):
        for line in file.read_text().splitlines():
            if not line.startswith("#"):
                data = unescaped(line)
                (home / hashlib.sha1(data).hexdigest()).write_bytes(data)


{"pack": pack, "unpack": unpack}[sys.argv[1]](*sys.argv[2:])
