# SPDX-License-Identifier: BSD-2-Clause
"""Between a daemon and its master agent: AgentX PDUs (RFC 2741) can be held up on their way."""
import contextlib
import os
import socket
import struct
import threading

from manager import await_

CLOSE, TEST_SET, COMMIT_SET, UNDO_SET, CLEANUP_SET, PING, RESPONSE = 2, 8, 9, 10, 11, 13, 18
HEADER = 20
NETWORK_BYTE_ORDER = 0x10


class Tap:
    """Listens at `address` for a daemon, and goes on to the master of the stage."""

    def __init__(self, stage):
        self.path = stage.path("tap")
        self.address = "unix:" + self.path
        self.master = stage.agentx[len("unix:"):]
        self.lock = threading.Condition()
        self.held = None  # what is being held up just now: (type, type of its request)
        self.wanted = None
        self.seen = []  # types of what went to the daemon
        self.cuts = 0
        self.sockets = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                daemon, _ = self.listener.accept()
            except OSError:
                return
            master = socket.socket(socket.AF_UNIX)
            try:
                master.connect(self.master)
            except OSError:
                daemon.close()
                continue
            self.sockets = [daemon, master]
            threading.Thread(target=self.carry_both, args=(daemon, master), daemon=True).start()

    def carry_both(self, daemon, master):
        """Closed when nobody reads any more: its number may be the next one's."""
        requests = {}
        ways = [threading.Thread(target=self.carry, args=(source, to, to is daemon, requests))
            for source, to in ((master, daemon), (daemon, master))]
        with daemon, master:
            for way in ways:
                way.start()
            for way in ways:
                way.join()

    def carry(self, source, to, is_to_daemon, requests):
        try:
            while True:
                kind, number, pdu = self.read(source)
                if is_to_daemon:
                    self.seen.append(kind)
                    requests[number] = kind
                    self.pass_or_hold(kind, None)
                else:
                    self.pass_or_hold(kind, requests.get(number) if kind == RESPONSE else None)
                to.sendall(pdu)
        except (OSError, EOFError):
            self.cut(source, to)

    @staticmethod
    def read(source):
        def exactly(count):
            data = b""
            while len(data) < count:
                more = source.recv(count - len(data))
                if not more:
                    raise EOFError
                data += more
            return data
        header = exactly(HEADER)
        order = ">" if header[2] & NETWORK_BYTE_ORDER else "<"
        number, length = struct.unpack(order + "II", header[12:])
        return header[1], number, header + exactly(length)

    def pass_or_hold(self, kind, answers):
        with self.lock:
            if self.wanted != (kind, answers):
                return
            self.wanted, self.held = None, (kind, answers)
            self.lock.notify_all()
            self.lock.wait_for(lambda: self.held is None)

    def hold(self, kind, answers=None):
        """The next PDU of that type, of responses that to a request of type `answers`."""
        self.wanted = (kind, answers)

    def await_held(self):
        await_(lambda: self.held, f"PDU {self.wanted}")

    def release(self):
        with self.lock:
            self.held = None
            self.lock.notify_all()

    def cut(self, *sockets):
        for one in sockets or self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.cuts += 1

    def await_cut(self):
        """Until a connection has ended."""
        await_(lambda: self.cuts, "the end of a connection")

    def close(self):
        self.listener.close()
        self.cut()
        self.release()
        os.unlink(self.path)
