# SPDX-License-Identifier: BSD-2-Clause
"""envsensord-smtp by itself: its protocol, certificates, and a relay that fails on demand."""
import contextlib
import os
import ssl
import subprocess
import sys
import threading
from urllib.parse import quote, unquote

import harness
from harness import BUILD

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fakes"))
# pylint: disable=wrong-import-position,unused-import
from smtp_fake import SmtpFake  # noqa: E402,F401

PROGRAM = os.path.join(BUILD, "envsensord-smtp")
CONFIG = os.path.join(BUILD, "config.h")
HANG_S = 300  # a helper that takes longer has no deadline of its own

USER, PASSWORD = "alarm@example.org", "s3cret p=ss%w\u00f6rd"

# class
DONE, TEMPORARY, CONFIGURATION, PERMANENT, IN_DOUBT = (
    "done", "temporary", "configuration", "permanent", "inDoubt")

MAIL = (b"From: alarm@example.org\r\nTo: ops@example.org\r\nSubject: it is warm\r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1.1@example.org>\r\n\r\n"
    b"It is warm.\r\n.a dot\r\n..two\r\n\r\nThe end.\r\n")


def main():
    with open(CONFIG, encoding="ascii") as config:
        if "#define WITH_MAIL 1" not in config.read():
            print("skipped: this build has no mail")
            sys.exit(77)
    harness.main()


def word(value):
    """A value as protocol.h writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return quote(str(value), safe="!\"#$&'()*+,/:;<>?@[\\]^`{|}~")


def deadlines(time_ms):
    return {name + "_ms": time_ms for name in ("connect", "command", "data", "block", "dot")}


class Line:
    """One answer: its verb, id, and fields as attributes; what is not named is None."""

    def __init__(self, text):
        words = text.rstrip("\n").split(" ")
        self.line, self.verb, self.id = text, words[0], None
        self.fields = {}
        for part in words[1:]:
            name, equals, value = part.partition("=")
            if equals:
                self.fields[name.replace("-", "_")] = unquote(value, errors="strict")
            else:
                self.id = unquote(name)

    def __getattr__(self, name):
        return self.fields.get(name)

    def __repr__(self):
        return self.line

    def verdict(self):
        """result and class, and the reply's code: what DELIVERY.md speaks of."""
        return self.result, self.fields["class"]


class Helper:
    """A run of the program.  It is killed after HANG_S, and `hung` says so."""

    def __init__(self, port, host="127.0.0.1", security="none", env=None, run_as=None,
            **more):
        self.popen = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env, user=run_as)
        self.hung = False
        self.timer = threading.Timer(HANG_S, self.hang)
        self.timer.daemon = True
        self.timer.start()
        # enough for a machine with much to do; a test of silence wants less
        relay = dict(host=host, port=port, security=security, clock_sure=True,
            **deadlines(15000))
        relay.update(more)
        self.tell("relay " + " ".join(f"{name.replace('_', '-')}={word(value)}"
            for name, value in relay.items()))

    def hang(self):
        self.hung = True
        self.popen.kill()

    def tell(self, line, more=b""):
        try:
            self.popen.stdin.write(line.encode() + b"\n" + more)
            self.popen.stdin.flush()
        except BrokenPipeError:
            pass

    def line(self):
        """The next answer; None at the end."""
        text = self.popen.stdout.readline().decode()
        return Line(text) if text else None

    def begin(self, name, mail=MAIL, sender=USER, to=("ops@example.org",), **more):
        """Hands a mail over."""
        head = f"message {name} from={word(sender)} recipients={len(to)} size={len(mail)}"
        head += "".join(f" {key}={word(value)}" for key, value in more.items())
        self.tell("\n".join([head] + ["recipient " + word(address) for address in to]), mail)

    def send(self, name="17", **more):
        """A mail as the mailer sends it; ([told ...], result), or ([], None) if the helper ends."""
        self.begin(name, **more)
        told = []
        while True:
            line = self.line()
            if line is None or line.verb == "end":
                return told, None
            if line.verb == "final":
                self.tell("go " + line.id)
            elif line.verb == "told":
                told.append(line)
            else:
                return told, line

    def close(self):
        """The end of the input; the exit status, what came since, and what is wrong."""
        if self.popen.stdout.closed:
            return self.popen.returncode, [], ""
        try:
            self.popen.stdin.close()
        except BrokenPipeError:
            pass
        rest = self.popen.stdout.read().decode().splitlines()
        errors = self.popen.stderr.read().decode()
        status = self.popen.wait()
        self.timer.cancel()
        self.popen.stdout.close()
        self.popen.stderr.close()
        if self.hung:
            raise AssertionError(f"the helper does not end; it said {rest}")
        return status, rest, errors


def is_alive(pid):
    """A zombie is not: whom it belongs to may not care."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(pid):
    """A thread may end meanwhile."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    return found


def probe(*options, password=None):
    """--probe, for people: exit status and what it prints."""
    done = subprocess.run([PROGRAM, *options], input=(password or "") + "\n", timeout=HANG_S,
        capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


class Certificates:
    """A CA and what it says of servers, made in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = self.path("ca.pem")
        self.openssl("req", "-x509", *self.key("ca"), "-out", self.ca, "-days", "30", "-subj",
            "/CN=the test's CA")
        self.openssl("req", "-x509", *self.key("self"), "-out", self.path("self.crt"), "-days",
            "30", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.join("self")
        self.make("good", "DNS:localhost,IP:127.0.0.1,IP:::1", 40)
        self.make("name", "DNS:localhost", 40)
        self.make("other", "DNS:mail.example.com,IP:192.0.2.7", 40)
        self.make("expired", "DNS:localhost,IP:127.0.0.1", -1)

    def path(self, name):
        return os.path.join(self.folder, name)

    def key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            self.path(name + ".key"))

    def openssl(self, *options):
        subprocess.run(["openssl", *options], check=True, capture_output=True)

    def join(self, name):
        with open(self.path(name + ".pem"), "wb") as out:
            for part in (".key", ".crt"):
                with open(self.path(name + part), "rb") as file:
                    out.write(file.read())

    def make(self, name, names, days):
        with open(self.path(name + ".ext"), "w", encoding="ascii") as file:
            file.write(f"subjectAltName={names}\n")
        self.openssl("req", *self.key(name), "-out", self.path(name + ".csr"), "-subj",
            "/CN=a relay")
        self.openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.ca, "-CAkey",
            self.path("ca.key"), "-days", str(days), "-extfile", self.path(name + ".ext"),
            "-out", self.path(name + ".crt"))
        self.join(name)

    def context(self, name="good", newest=None, oldest=None):
        """For a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest is not None:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = oldest or newest
            context.maximum_version = newest
        context.load_cert_chain(self.path(name + ".pem"))
        return context
