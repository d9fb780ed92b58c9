#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An owserver for tests, with the faults that the real one does not show.

Prints "port N", then "ready".  Obeys a line of standard input at a time, with "ok" or what was
asked for; its end ends the program.

  text TEXT        what a READ gives
  mode MODE [N]    how READs are answered from now on, see MODES; "good" at first
  absent 0|1       whether PRESENT says that there is no such device
  list TEXT        what DIRALLSLASH gives
  stats            connections, requests, strays (of that mode), and the last path
"""
import os
import socket
import struct
import sys
import threading
import time

HEADER = struct.Struct(">iiiiii")
READ, PRESENT, DIRALLSLASH = 2, 6, 9
KEEP = 4
SERIAL = bytes.fromhex("28000028d7000011")


class State:
    """What the tests have told, and what they may ask."""
    text = "           4"
    mode, number = "good", 0
    is_absent = False
    list = "/28.000028D70000/,/28.000028D70100/"
    connections = requests = strays = 0
    path = ""


class Closed(Exception):
    """The connection is to be closed."""


def message(payload, result, flags, version=0, size=None):
    return HEADER.pack(version, len(payload) if size is None else size, result, flags,
        len(payload), 0) + payload


WORKING = message(b"", 0, 0, size=-1)


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.flags = 0
        State.connections += 1

    def receive(self, count):
        data = b""
        while len(data) < count:
            some = self.sock.recv(count - len(data))
            if not some:
                raise Closed
            data += some
        return data

    def run(self):
        try:
            while True:
                _, size, kind, self.flags, self.room, _ = HEADER.unpack(self.receive(HEADER.size))
                path = self.receive(size)
                if not path.endswith(b"\0"):
                    raise Closed
                State.requests += 1
                State.path = path[:-1].decode()
                self.answer(kind)
                if not self.flags & KEEP:
                    raise Closed
        except (Closed, OSError):
            self.sock.close()

    def answer(self, kind):
        if State.mode in ALWAYS or kind == READ:
            MODES[State.mode](self)
        elif kind == DIRALLSLASH:
            self.sock.sendall(message(State.list.encode() + b"\0", 0, self.flags))
        elif State.is_absent:
            self.sock.sendall(message(b"", -1, self.flags))
        else:
            self.sock.sendall(message(SERIAL, 0, self.flags))

    def value(self):
        text = State.text.encode()
        return message(text, len(text), self.flags)

    # ---- the modes ----

    def good(self):
        self.sock.sendall(self.value())

    def unkept(self):
        """Does not keep the connection, and says so."""
        self.flags &= ~KEEP
        self.good()

    def error(self):
        self.sock.sendall(message(b"", -State.number, self.flags))

    def least_error(self):
        self.sock.sendall(message(b"", -2**31, self.flags))

    def pings(self):
        """So many messages that only say: still working; 0: without end."""
        left = State.number
        while left != 1:
            self.sock.sendall(WORKING)
            time.sleep(0.01)
            left -= left > 0
        self.good()

    def flood(self):
        """For so many ms there is always one more of them to read; then the value."""
        end = time.monotonic() + State.number / 1000
        while time.monotonic() < end:
            self.sock.sendall(WORKING * 10000)
        self.good()

    def oversized(self):
        self.sock.sendall(message(b"4" * 100000, 100000, self.flags))

    def huge(self):
        self.sock.sendall(message(b"4", 1, self.flags, size=2**31 - 1))

    def negative(self):
        self.sock.sendall(message(b"", 0, self.flags, size=-2))

    def version(self):
        self.sock.sendall(message(b"4", 1, self.flags, version=1))

    def cut(self):
        """So many bytes, then the end."""
        self.sock.sendall(self.value()[:State.number])
        raise Closed

    def garbage(self):
        self.sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    def slow(self):
        """So many ms from byte to byte."""
        for byte in self.value():
            self.sock.sendall(bytes([byte]))
            time.sleep(State.number / 1000)

    def late(self):
        data = self.value()
        time.sleep(State.number / 1000)
        self.sock.sendall(data)

    def silent(self):
        pass

    def close(self):
        """The next so many requests end their connections."""
        if State.number > 0:
            State.number -= 1
            raise Closed
        self.good()

    def twice(self):
        self.sock.sendall(self.value() * 2)

    def stray(self):
        """The same again a little later."""
        data = self.value()
        self.sock.sendall(data)
        time.sleep(0.02)
        self.sock.sendall(data)
        State.strays += 1


MODES = {name: function for name, function in vars(Connection).items()
    if name not in ("receive", "run", "answer", "value") and not name.startswith("_")}
# of any request, not of a READ only
ALWAYS = ("silent", "garbage", "least_error")


def obey(line):
    word, _, rest = line.partition(" ")
    if word == "text":
        State.text = rest
    elif word == "mode":
        mode, _, number = rest.partition(" ")
        if mode not in MODES:
            return f"no mode {mode}"
        State.mode, State.number = mode, int(number or 0)
    elif word == "absent":
        State.is_absent = rest == "1"
    elif word == "list":
        State.list = rest
    elif word == "stats":
        return (f"connections={State.connections} requests={State.requests} "
            f"strays={State.strays} path={State.path}")
    else:
        return f"no command {word}"
    return "ok"


def accept(server):
    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Connection(sock).run, daemon=True).start()


def main():
    is_ipv6 = sys.argv[1:] == ["--ipv6"]
    server = socket.create_server(("::1" if is_ipv6 else "127.0.0.1", 0),
        family=socket.AF_INET6 if is_ipv6 else socket.AF_INET)
    threading.Thread(target=accept, args=(server,), daemon=True).start()
    print(f"port {server.getsockname()[1]}\nready", flush=True)
    for line in sys.stdin:
        print(obey(line.rstrip("\n")), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
