#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A mail relay that takes all it is given, quickly, and keeps none of it: for scripts/bench.

Listens on a free port of 127.0.0.1 and prints "port N"; then for each mail, when its final dot has
come, a line: seconds (CLOCK_MONOTONIC), size, and the header Subject.  No TLS and no log-in.

  smtp_sink.py [--first FILE]

  --first FILE   where to leave the first mail
"""
import argparse
import asyncio
import re
import socket
import time

SUBJECT = re.compile(rb"^Subject: (.*)\r$", re.M)
REPLIES = {
    b"EHLO": b"250-sink.example.org\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 DSN\r\n",
    b"HELO": b"250 sink.example.org\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"DATA": b"354 go ahead\r\n",
}


class Link(asyncio.Protocol):
    """One connection."""

    def __init__(self, options):
        self.options = options
        self.transport = None
        self.buffer = b""
        self.is_data = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 sink.example.org ESMTP\r\n")

    def data_received(self, data):
        # A client whose small writes wait for each other (Nagle) need not wait for us, too.
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self.buffer += data
        while self.take_mail() if self.is_data else self.take_line():
            pass

    def take_mail(self):
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        subject = SUBJECT.search(self.buffer[:end + 2])
        print(f"{time.monotonic():.6f} {end} {subject[1].decode() if subject else ''}", flush=True)
        if self.options.first:
            with open(self.options.first, "wb") as file:
                file.write(self.buffer[:end + 2])
            self.options.first = None
        self.buffer = self.buffer[end + 5:]
        self.is_data = False
        self.transport.write(b"250 2.0.0 queued\r\n")
        return True

    def take_line(self):
        line, newline, rest = self.buffer.partition(b"\r\n")
        if not newline:
            return False
        self.buffer = rest
        word = line[:4].upper()
        if word == b"QUIT":
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(REPLIES.get(word, b"500 5.5.1 no such command\r\n"))
        self.is_data = word == b"DATA"
        return True


async def serve(options):
    server = await asyncio.get_running_loop().create_server(lambda: Link(options), "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
