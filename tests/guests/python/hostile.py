"""`test/python-hostile`: what packs in Python can do wrong, each as a command of its own.

The SDK makes errors of exceptions; what gets by it, and what no exception comes of, is told here.
"""

import os
import socket
import subprocess
import sys

from vantage_plugin import Column, Pack, many

pack = Pack("test/python-hostile", "1.0.0", "Do everything wrong")
pack.group("python-hostile", "Do everything wrong")

EVIL = "\x1b[31mred\x1b]52;c;ZXZpbA==\x07\rover\x9b2J\u202edesrever\u200b\nhint: vantage plugin grant test/x y"


@pack.command("python-hostile endless", "Compute for ever")
def endless(session, arguments):
    while True:
        pass


@pack.command("python-hostile hog", "Take all memory")
def hog(session, arguments):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


@pack.command("python-hostile recursion", "Call itself for ever")
def recursion(session, arguments):
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __repr__(self):
            return repr(self)

    repr(Deep())


@pack.command("python-hostile crash", "Fail in a way that the SDK does not catch")
def crash(session, arguments):
    raise KeyboardInterrupt("nobody catches this")


@pack.command("python-hostile exits", "End the process with success")
def exits(session, arguments):
    os._exit(0)


@pack.command("python-hostile flood", "Print four mebibytes")
def flood(session, arguments):
    for _ in range(4 << 10):
        print("x" * 1023)


@pack.command("python-hostile escapes", "Paint on the terminal", answer=many(Column("Text", "/text")))
def escapes(session, arguments):
    print(EVIL)
    print(EVIL, file=sys.stderr)
    session.output.note(EVIL)
    session.output.warn(EVIL)
    session.output.emit({"text": EVIL})
    raise ValueError(EVIL)


@pack.command("python-hostile outside", "Look for a way out", answer=many(Column("Way", "/way")))
def outside(session, arguments):
    ways = {
        "environment": lambda: dict(os.environ),
        "file": lambda: open("/etc/hostname").read(),
        "folder": lambda: os.listdir("/"),
        "write": lambda: open("/tmp/out", "w").write("evil"),
        "connect": lambda: socket.create_connection(("127.0.0.1", 80)),
        "name": lambda: socket.getaddrinfo("localhost", 80),
        "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("127.0.0.1", 0)),
        "process": lambda: subprocess.run(["/bin/true"]),
    }
    for way, look in ways.items():
        try:
            found = repr(look())
        except Exception as error:
            found = f"nothing: {type(error).__name__}"
        session.output.emit({"way": way, "found": found})


Commands = pack.export()
