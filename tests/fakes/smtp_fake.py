#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A mail relay for tests, which can fail in any phase and in any way.

As a module: SmtpFake(), in threads of the test.  As a program, for whoever wants a process: prints
"port N", then "ready", and obeys a line of standard input at a time, with "ok" or what was asked
for; its end ends the program.

  smtp_fake.py [--security tls|starttls|none] [--certificate FILE] [--user NAME:PASSWORD]
               [--mails FOLDER]

  fault PHASE KIND [TIMES]   so many times, or always; PHASE see PHASES, KIND see FAULTS
  reply PHASE TEXT           what is said there from now on, as "550 5.7.1 no"
                             (taken-drop and taken-reset are of dot only)
  well                       no fault and no reply any more
  stats                      connections=N mails=N
"""
import argparse
import base64
import collections
import hashlib
import hmac
import os
import socket
import ssl
import struct
import sys
import threading

PHASES = ("greeting", "ehlo", "starttls", "handshake", "ehlo-tls", "auth-command", "auth", "mail",
    "rcpt", "data", "body", "dot", "rset", "quit")
SCRAM_ROUNDS = 4096


class Closed(Exception):
    """The connection is to be closed."""


# ---- faults: what is done in the place of a reply of `code`, or before it, if it returns true ----

def fault_421(link, code):
    link.send(b"421 4.3.2 shutting down\r\n")
    raise Closed


def fault_drop(link, code):
    raise Closed


def fault_reset(link, code):
    link.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Closed


def fault_silence(link, code):
    while link.raw.recv(65536):
        pass
    raise Closed


def fault_trickle(link, code):
    for byte in f"{code} {'slow ' * 30}\r\n".encode():
        link.send(bytes([byte]))
        if link.server.stopped.wait(1):
            break
    raise Closed


def fault_binary(link, code):
    link.raw.recv(65536)  # the client begins; what came before that it would not even look at
    link.raw.sendall(b"\x80\x05\x00no TLS at all")
    fault_silence(link, code)


def sending(make):
    def fault(link, code):
        link.send(make(code))
    return fault


def taking(fault):
    """Behind the dot: the mail is there, and nobody is told."""
    def taken(link, code):
        link.server.keep(link.mail)
        fault(link, code)
    return taken


FAULTS = {
    "4xx": sending(lambda code: b"450 4.3.0 not now\r\n"),
    "5xx": sending(lambda code: b"550 5.3.0 never\r\n"),
    "421": fault_421,
    "drop": fault_drop,
    "reset": fault_reset,
    "silence": fault_silence,
    "trickle": fault_trickle,
    "binary": fault_binary,
    "garbage": sending(lambda code: b"well hello there\r\n"),
    "nul": sending(lambda code: b"%d a\0b\r\n" % code),
    "half": sending(lambda code: b"%d" % (code // 10)),
    "line": sending(lambda code: b"%d %s\r\n" % (code, b"x" * 100000)),
    "flood": sending(lambda code: b"".join(b"%d-%s\r\n" % (code, b"x" * 100)
        for _ in range(1000)) + b"%d end\r\n" % code),
    "taken-drop": taking(fault_drop),
    "taken-reset": taking(fault_reset),
    "lines": None,  # the reply itself with 999 lines before it: long, and all right
}
FAULTS["454"] = sending(lambda code: b"454 4.7.0 not now\r\n")
FAULTS["535"] = sending(lambda code: b"535 5.7.8 who are you\r\n")


class SmtpFake:
    """Listens on a free port of 127.0.0.1 until stop()."""

    def __init__(self, security="none", context=None, user=None, offer=None, address="127.0.0.1"):
        self.security, self.context, self.user = security, context, user
        self.offer = offer if offer is not None else ["SIZE 1000000", "8BITMIME", "DSN",
            "PIPELINING", "ENHANCEDSTATUSCODES", "CHUNKING"]
        self.mechanisms = "SCRAM-SHA-256 PLAIN LOGIN XOAUTH2"
        self.faults, self.replies, self.long = {}, {}, None
        self.taken = collections.Counter()  # by phase: how often its fault was
        self.mails = []       # (sender, [recipients], bytes), when the dot had come
        self.commands = []    # all lines, of all connections; AUTH's too
        self.clear = b""      # all that came without TLS
        self.connections, self.links = 0, []
        self.folder = None
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.address, self.port = address, 0
        self.listener = self.take_port()
        self.port = self.listener.getsockname()[1]
        self.listen()

    def take_port(self):
        """As long as nobody listens it refuses, and is nobody else's."""
        sock = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.address, self.port))
        return sock

    def listen(self):
        self.listener.listen(64)
        self.acceptor = threading.Thread(target=self.accept, args=[self.listener], daemon=True)
        self.acceptor.start()

    def close(self):
        """The thread first: it would go on with whoever gets the number of the descriptor."""
        if self.acceptor.is_alive():
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
            self.acceptor.join()
        self.listener.close()

    def accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.links.append(Link(self, sock))
            threading.Thread(target=self.links[-1].run, name="link", daemon=True).start()

    def stop(self):
        self.stopped.set()
        self.close()

    def go_away(self):
        """Refuses connections and drops those that are open, until listen() is called again."""
        self.close()
        self.listener = self.take_port()
        for link in self.links:
            link.leave(b"")
        self.links.clear()

    def fault(self, phase, kind, times=-1):
        if phase not in PHASES or kind not in FAULTS:
            raise ValueError(f"no fault {phase} {kind}")
        if kind == "lines":
            self.long = phase
            return
        self.faults[phase] = [FAULTS[kind], times]

    def take_fault(self, phase):
        with self.lock:
            fault = self.faults.get(phase)
            if fault is None or fault[1] == 0:
                return None
            fault[1] -= 1
            self.taken[phase] += 1
            return fault[0]

    def lengthen(self, phase, text):
        if self.long == phase:
            return "".join(f"{text[:3]}-line {n}\r\n" for n in range(999)) + text
        return text

    def keep(self, mail):
        with self.lock:
            self.mails.append(mail)
            if self.folder is not None:
                path = os.path.join(self.folder, f"{len(self.mails):06}.eml")
                with open(path + ".new", "wb") as file:
                    file.write(mail[2])
                os.rename(path + ".new", path)


class Link:
    """One connection."""

    def __init__(self, server, sock):
        self.server, self.raw, self.sock = server, sock, sock
        self.buffer = b""
        self.sender, self.recipients, self.mail, self.is_in = None, [], None, False
        self.is_tls = False
        self.ending = threading.Lock()  # once closed, its number may be another's

    def send(self, data):
        self.sock.sendall(data)

    def leave(self, words):
        """Called by the test: ends the connection in the middle of anything."""
        if words:
            self.send(words)
        try:
            with self.ending:
                self.sock.shutdown(socket.SHUT_RDWR)  # the thread that reads finds the end
        except OSError:
            pass  # the words alone made the other side leave, and that thread has closed

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise Closed
        if not self.is_tls:
            self.server.clear += data
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\n", 1)
        text = line.rstrip(b"\r").decode("latin-1")
        self.server.commands.append(text)
        return text

    def say(self, phase, text, act=lambda: None):
        """A reply, or the fault of this phase; true if the reply was one that goes on, and then
        act() came before it."""
        text = self.server.replies.get(phase, text)
        code = int(text[:3])
        fault = self.server.take_fault(phase)
        if fault is not None and not fault(self, code):
            return False
        if code < 400:
            act()
        self.send(self.server.lengthen(phase, text).encode() + b"\r\n")
        return code < 400

    def run(self):
        try:
            if self.server.security == "tls":
                self.shake_hands()
            self.say("greeting", "220 fake.example.org ESMTP")
            while True:
                self.obey(self.line())
        except (Closed, OSError, ValueError):
            pass
        finally:
            # what is not read would turn the close into a reset
            with self.ending:
                self.raw.close()
                if self.sock is not self.raw:
                    self.sock.close()

    def shake_hands(self):
        fault = self.server.take_fault("handshake")
        if fault is not None:
            fault(self, 220)
        self.sock = self.server.context.wrap_socket(self.raw, server_side=True,
            suppress_ragged_eofs=True)
        self.raw = self.sock
        self.is_tls = True

    def obey(self, line):
        word = line.split(" ", 1)[0].upper()
        command = getattr(self, "do_" + word.lower(), None)
        if command is None:
            self.send(b"500 5.5.1 no such command\r\n")
        else:
            command(line[len(word):].strip())

    def do_ehlo(self, _):
        lines = ["fake.example.org"] + self.server.offer
        if self.server.security == "starttls" and not self.is_tls:
            lines.append("STARTTLS")
        elif self.server.user:
            lines.append("AUTH " + self.server.mechanisms)
        text = "\r\n".join(["250-" + line for line in lines[:-1]] + ["250 " + lines[-1]])
        self.say("ehlo-tls" if self.is_tls and self.server.security == "starttls" else "ehlo",
            text)

    def do_helo(self, _):
        self.send(b"250 fake.example.org\r\n")

    def do_starttls(self, _):
        if self.say("starttls", "220 2.0.0 go ahead"):
            self.buffer = b""
            self.shake_hands()

    # AUTH

    def challenge(self, text):
        """Sends 334; the answer, decoded."""
        self.send(b"334 " + base64.b64encode(text) + b"\r\n")
        answer = self.line()
        if answer == "*":
            self.send(b"501 5.0.0 as you like\r\n")
            raise ValueError
        return base64.b64decode(answer)

    def do_auth(self, rest):
        name, _, first = rest.partition(" ")
        if "auth-command" in self.server.faults or "auth-command" in self.server.replies:
            self.say("auth-command", "334 ")
            return
        method = getattr(self, "auth_" + name.lower().replace("-", "_"), None)
        if method is None or name not in self.server.mechanisms.split():
            self.send(b"504 5.5.4 unrecognized authentication type\r\n")
            return
        first = base64.b64decode(first) if first else None
        is_in = method(first, *(part.encode() for part in self.server.user))
        if is_in:
            self.is_in = self.say("auth", "235 2.7.0 welcome")
        else:
            self.send(b"535 5.7.8 authentication failed\r\n")

    def auth_plain(self, first, user, password):
        first = self.challenge(b"") if first is None else first
        return first == b"\0" + user + b"\0" + password

    def auth_login(self, _, user, password):
        name = self.challenge(b"Username:")
        if name != user and self.server.replies.get("user") is not None:
            return False
        return self.challenge(b"Password:") == password and name == user

    def auth_xoauth2(self, first, user, password):
        first = self.challenge(b"") if first is None else first
        if first == b"user=%s\1auth=Bearer %s\1\1" % (user, password):
            return True
        self.challenge(b'{"status":"400"}')
        return False

    def auth_scram_sha_256(self, first, user, password):
        bare = first.decode().split(",", 2)[2]
        parts = dict(part.split("=", 1) for part in bare.split(","))
        nonce = parts["r"] + base64.b64encode(os.urandom(12)).decode()
        salt = os.urandom(16)
        server_first = f"r={nonce},s={base64.b64encode(salt).decode()},i={SCRAM_ROUNDS}"
        final = self.challenge(server_first.encode()).decode()
        without, _, proof = final.rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", password, salt, SCRAM_ROUNDS)
        message = ",".join((bare, server_first, without)).encode()
        key = hmac.digest(salted, b"Client Key", "sha256")
        sign = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
        if bytes(a ^ b for a, b in zip(key, sign)) != base64.b64decode(proof) or \
                parts["n"] != user.decode():
            return False
        if self.server.replies.get("scram") == "skip":
            return True
        verifier = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        self.challenge(b"v=" + base64.b64encode(verifier))
        return True

    # the mail

    def do_mail(self, rest):
        if self.server.user and not self.is_in:
            self.send(b"530 5.7.0 authentication required\r\n")
        elif self.say("mail", "250 2.1.0 ok"):
            self.sender, self.recipients = rest, []

    def do_rcpt(self, rest):
        special = self.server.replies.get(rest.split("<")[1].split(">")[0])
        if special is not None:
            self.send(special.encode() + b"\r\n")
        elif self.say("rcpt", "250 2.1.5 ok"):
            self.recipients.append(rest)

    def do_data(self, _):
        if not self.recipients:
            self.send(b"503 5.5.1 no recipients\r\n")
        elif self.say("data", "354 go ahead"):
            self.take_body()

    def take_body(self):
        if "body" in self.server.faults:
            self.say("body", "250 ok")
        while b"\r\n.\r\n" not in self.buffer:
            self.fill()
        body, self.buffer = self.buffer.split(b"\r\n.\r\n", 1)
        body = (b"\r\n" + body).replace(b"\r\n.", b"\r\n")[2:] + b"\r\n"
        self.mail = (self.sender, self.recipients, body)
        self.sender, self.recipients = None, []
        self.say("dot", "250 2.0.0 queued", lambda: self.server.keep(self.mail))

    def do_rset(self, _):
        self.sender, self.recipients = None, []
        self.say("rset", "250 2.0.0 ok")

    def do_quit(self, _):
        self.say("quit", "221 2.0.0 bye")
        raise Closed


# ---- the program ----

def obey(fake, line):
    words = line.split(" ", 2)
    try:
        if words[0] == "fault":
            kind, _, times = words[2].partition(" ")
            fake.fault(words[1], kind, int(times or -1))
        elif words[0] == "reply":
            fake.replies[words[1]] = words[2]
        elif words[0] == "well":
            fake.faults.clear()
            fake.replies.clear()
        elif words[0] == "stats":
            return f"connections={fake.connections} mails={len(fake.mails)}"
        else:
            return f"no command {words[0]}"
    except (ValueError, IndexError) as error:
        return f"not understood: {error}"
    return "ok"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--security", choices=("tls", "starttls", "none"), default="none")
    parser.add_argument("--certificate", help="PEM, with its key")
    parser.add_argument("--user", type=lambda text: tuple(text.split(":", 1)))
    parser.add_argument("--mails")
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
    fake = SmtpFake(options.security, context, options.user)
    fake.folder = options.mails
    print(f"port {fake.port}\nready", flush=True)
    for line in sys.stdin:
        print(obey(fake, line.rstrip("\n")), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
