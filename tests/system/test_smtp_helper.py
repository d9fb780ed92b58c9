#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""envsensord-smtp against a relay that fails in each phase in each way, over clear text and TLS."""
import concurrent.futures
import tempfile
import unittest

from harness import full_pass_only
from smtp_helper import (CONFIGURATION, Certificates, DONE, Helper, IN_DOUBT, MAIL, PASSWORD,
    PERMANENT, SmtpFake, TEMPORARY, USER, deadlines, main)

AT_ONCE = 24

OK = ("ok", DONE)
NOT_READY = ("serverNotReady", TEMPORARY)
SLOW = ("timeout", TEMPORARY)

# phase: what a 4xx, a 5xx and a lost or garbled answer mean (DELIVERY.md)
PHASES = {
    "greeting": (NOT_READY, NOT_READY, NOT_READY),
    "ehlo": (("heloRejected", TEMPORARY), ("heloRejected", CONFIGURATION),
        ("heloRejected", TEMPORARY)),
    "starttls": (("tlsFailed", TEMPORARY), ("tlsFailed", CONFIGURATION),
        ("tlsFailed", TEMPORARY)),
    "ehlo-tls": (("heloRejected", TEMPORARY), ("heloRejected", CONFIGURATION),
        ("heloRejected", TEMPORARY)),
    "auth": (("badPassword", TEMPORARY), ("badPassword", CONFIGURATION),
        ("badPassword", TEMPORARY)),
    "mail": (("senderRejected", TEMPORARY), ("senderRejected", CONFIGURATION),
        ("senderRejected", TEMPORARY)),
    "rcpt": (("recipientUnavailable", TEMPORARY), ("recipientInvalid", PERMANENT),
        ("recipientUnavailable", TEMPORARY)),
    "data": (("dataRejected", TEMPORARY), ("dataRejected", PERMANENT),
        ("dataRejected", TEMPORARY)),
    "dot": (("dataNotFinished", TEMPORARY), ("dataNotFinished", PERMANENT),
        ("dataNotFinished", IN_DOUBT)),
    "quit": (OK, OK, OK),
}
LOST = ("drop", "reset", "garbage", "nul", "line", "flood")
SILENT = ("silence", "trickle", "half")
NAMES = {"starttls": "tls", "handshake": "tls", "ehlo-tls": "ehlo"}  # in the helper's words


def want(phase, kind):
    """What DELIVERY.md says of this cell."""
    temporary, refused, lost = PHASES[phase]
    if kind == "lines" or phase == "quit":
        return OK
    if kind == "4xx":
        return temporary
    if kind == "5xx":
        return refused
    if kind == "421":
        return NOT_READY
    if kind in LOST or phase == "dot":
        return lost
    return SLOW


def cells(security):
    for phase in PHASES:
        if phase in ("starttls", "ehlo-tls") and security != "starttls":
            continue
        for kind in ("4xx", "5xx", "421", *LOST, *SILENT, "lines"):
            yield phase, kind
    if security != "none":
        for kind in ("drop", "reset", "silence", "binary"):
            yield "handshake", kind


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="envs-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)

    def helper(self, fake, **more):
        relay = dict(security=fake.security, user=USER, secret=PASSWORD,
            ca_file=self.certificates.ca, allow_insecure=True)
        relay.update(more)
        return Helper(fake.port, **relay)

    def fake(self, security):
        context = None if security == "none" else self.certificates.context()
        return SmtpFake(security, context, (USER, PASSWORD))

    def run_cell(self, security, phase, kind):
        """What is wrong with this cell, or None.

        Silence ends by a short deadline.  On a machine with much to do another phase may not keep
        it, before the fault's turn comes: then the same with more time.
        """
        if kind not in SILENT:
            return self.try_cell(security, phase, kind, 15000)
        for time_ms in (1000, 4000, 15000):
            problem = self.try_cell(security, phase, kind, time_ms)
            if problem is None or "result=timeout" not in problem or \
                    f"phase={NAMES.get(phase, phase)} " in problem:
                break
        return problem

    def try_cell(self, security, phase, kind, time_ms):
        fake = self.fake(security)
        fake.fault(phase, kind)
        helper = self.helper(fake, **deadlines(time_ms))
        try:
            first = helper.line()
            told = []
            if first.verb == "connected":
                told, first = helper.send()
            status, rest, errors = helper.close()
            wanted = (("tlsFailed", TEMPORARY) if kind != "silence" else SLOW) \
                if phase == "handshake" else want(phase, kind)
            seen = first.verdict() if first is not None else None
            if seen != wanted or any(line.verdict() != wanted for line in told):
                return f"want {wanted}, got {first}, told {told}"
            if status != 0 or errors or (rest or ["end"])[-1] != "end":
                return f"exit {status}, {rest}, {errors}"
            arrived = 1 if phase == "quit" or kind == "lines" else 0
            if len(fake.mails) != arrived:
                return f"{len(fake.mails)} mails arrived, want {arrived}"
            if security != "none" and (b"MAIL" in fake.clear or b"AUTH" in fake.clear):
                return f"in the clear: {fake.clear}"
            return None
        except AssertionError as error:
            return str(error)
        finally:
            fake.stop()

    def run_all(self, security):
        wrong = []
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            runs = {pool.submit(self.run_cell, security, *cell): cell
                for cell in cells(security)}
            for run, cell in runs.items():
                problem = run.result()
                if problem is not None:
                    wrong.append(f"{cell}: {problem}")
        self.assertEqual(wrong, [])

    def test_ends_each_fault_in_clear_text_as_the_table_says(self):
        self.run_all("none")

    @full_pass_only
    def test_ends_each_fault_with_starttls_as_the_table_says(self):
        self.run_all("starttls")

    @full_pass_only
    def test_ends_each_fault_in_tls_as_the_table_says(self):
        self.run_all("tls")

    def test_takes_a_refusal_in_the_middle_of_the_mail(self):
        for kind, verdict in (("4xx", ("dataNotFinished", TEMPORARY)),
                ("5xx", ("dataNotFinished", PERMANENT)), ("421", NOT_READY),
                ("drop", ("dataNotFinished", IN_DOUBT)),
                ("silence", ("dataNotFinished", IN_DOUBT))):
            with self.subTest(kind=kind):
                fake = self.fake("none")
                fake.fault("body", kind)
                more = {"dot_ms": 1000} if kind == "silence" else {}
                helper = self.helper(fake, **more)
                helper.line()
                # more than all buffers on the way hold
                _, result = helper.send(mail=MAIL + (b"x" * 70 + b"\r\n") * 14000)
                self.assertEqual(result.verdict(), verdict, result)
                self.assertEqual(helper.close()[0], 0)
                self.assertEqual(fake.mails, [])
                fake.stop()


if __name__ == "__main__":
    main()
