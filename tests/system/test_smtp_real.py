#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""envsensord-smtp and real mail servers: Exim and Postfix, into a maildir that is read back."""
import sys
import unittest

import harness
from harness import await_, full_pass_only
from mail_servers import Exim, Postfix, programs
from smtp_helper import (CONFIGURATION, Certificates, DONE, Helper, MAIL, PERMANENT, deadlines,
    main)

USER, PASSWORD = "alarm@example.org", "s3cret-pass"
MAILS = 20  # over each connection


class Real:
    """What holds for each server."""
    server_class, mechanisms = None, ()

    @classmethod
    def set_up_stage(cls):
        problem = cls.server_class.why_not()
        if problem is not None:
            raise unittest.SkipTest(problem)
        cls.certificates = Certificates(cls.stage.folder_at("certificates"))
        cls.server = cls.server_class(cls.stage, programs(), cls.certificates.path("good.pem"),
            USER, PASSWORD)
        cls.addClassCleanup(cls.server.stop)

    def helper(self, security="tls", **more):
        relay = dict(security=security, user=USER, secret=PASSWORD, host="localhost",
            ca_file=self.certificates.ca, **deadlines(60000))
        relay.update(more)
        helper = Helper(self.server.ports[security], **relay)
        self.addCleanup(helper.close)
        return helper

    def mail(self, name):
        return MAIL.replace(b"<1.1@", f"<{name}@".encode())

    def arrived(self, name):
        """The mails of these names, without what the server put before them."""
        found = []
        for mail in self.server.arrived():
            head, part, rest = mail.partition(b"From: " + USER.encode())
            if f"Message-ID: <{name}@".encode() in rest or f"<{name}-".encode() in rest:
                self.assertIn(b"Received:", head)
                found.append(part + rest)
        return found

    def test_delivers_all_mails_of_a_connection(self):
        for security in ("none", "starttls", "tls"):
            for mechanism in self.mechanisms:
                with self.subTest(security=security, mechanism=mechanism):
                    name = f"{security}-{mechanism}"
                    helper = self.helper(security, auth=mechanism.lower(),
                        allow_insecure=security == "none", mails=MAILS)
                    said = helper.line()
                    self.assertEqual((said.verb, said.auth), ("connected", mechanism), said)
                    for number in range(MAILS):
                        _, result = helper.send(str(number), by=3600,
                            mail=self.mail(f"{name}-{number}"))
                        self.assertEqual(result.verdict(), ("ok", DONE), result)
                    self.assertEqual(helper.line().verb, "end")
                    mails = await_(lambda name=name: self.all_of(name), "the mails")
                    wanted = [self.mail(f"{name}-{number}").replace(b"\r\n", b"\n")
                        for number in range(MAILS)]
                    self.assertEqual(sorted(mails), sorted(wanted))

    def all_of(self, name):
        mails = self.arrived(name)
        return mails if len(mails) >= MAILS else None

    def test_leaves_no_mail_without_go(self):
        helper = self.helper()
        helper.line()
        helper.begin("1", mail=self.mail("no-go"))
        self.assertEqual(helper.line().verb, "final")
        self.assertEqual(helper.close()[0], 1)
        # a mail behind it: whatever came first would have arrived by then
        helper = self.helper()
        helper.line()
        helper.send("2", mail=self.mail("go"))
        await_(lambda: self.arrived("go"), "the mail that may go")
        self.assertEqual(self.arrived("no-go"), [])

    def test_is_told_why_not(self):
        self.assertEqual(self.helper(secret="wrong").line().verdict(),
            ("badPassword", CONFIGURATION))
        helper = self.helper()
        helper.line()
        told, _ = helper.send("1", to=("nobody@example.org", "ops@example.org",
            "ops@example.com"), mail=self.mail("why"))
        self.assertEqual([line.verdict() for line in told], [("recipientInvalid", PERMANENT),
            ("ok", DONE), ("relayDenied", PERMANENT)])
        told, result = helper.send("2", to=("ops@example.com",))
        self.assertEqual(result.verdict(), ("relayDenied", CONFIGURATION))
        _, result = helper.send("3", mail=MAIL + (b"x" * 70 + b"\r\n") * 2000)
        self.assertEqual((result.result, result.code[0]), ("senderRejected", "5"))
        self.assertEqual(helper.send("4")[1].verdict(), ("ok", DONE))


@full_pass_only
class WithExim(Real, harness.SystemTest):
    shared, server_class, mechanisms = True, Exim, ("PLAIN", "LOGIN")


@full_pass_only
class WithPostfix(Real, harness.SystemTest):
    shared, server_class, mechanisms = True, Postfix, ("SCRAM-SHA-256", "PLAIN", "LOGIN")


if __name__ == "__main__":
    if programs() is None:
        print("skipped: no mail servers here; scripts/get-mail-servers brings them")
        sys.exit(77)
    main()
