#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""envsensord-smtp: TLS, AUTH, mails over one connection, the gate, secrets, the probe."""
import base64
import fcntl
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings

from harness import await_
from smtp_helper import (CONFIGURATION, Certificates, DONE, Helper, MAIL, PASSWORD, PERMANENT,
    SmtpFake, TEMPORARY, USER, main, probe)


class SmtpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="envs-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)

    def fake(self, security="none", certificate="good", user=(USER, PASSWORD), **more):
        context = None if security == "none" else self.certificates.context(certificate)
        fake = SmtpFake(security, context, user, **more)
        self.addCleanup(fake.stop)
        return fake

    def helper(self, fake, **more):
        relay = dict(security=fake.security, ca_file=self.certificates.ca)
        if fake.user:
            relay.update(user=USER, secret=PASSWORD, allow_insecure=True)
        relay.update(more)
        helper = Helper(fake.port, **relay)
        self.addCleanup(helper.close)
        return helper

    def connect(self, fake, **more):
        """What the helper says of the connection."""
        return self.helper(fake, **more).line()


class Tls(SmtpTest):
    def assert_nothing_said(self, fake):
        """No password and no mail in the clear."""
        self.assertEqual(fake.mails, [])
        self.assertNotRegex(fake.clear, b"AUTH|MAIL|RCPT")
        self.assertFalse([line for line in fake.commands if line.startswith("AUTH")])

    def test_refuses_what_a_certificate_should_not_say(self):
        for certificate, words in (("self", "self-signed"), ("expired", "expired"),
                ("other", "IP address mismatch"), ("name", "IP address mismatch")):
            for security in ("tls", "starttls"):
                with self.subTest(certificate=certificate, security=security):
                    fake = self.fake(security, certificate)
                    said = self.connect(fake)
                    self.assertEqual(said.verdict(), ("certificateInvalid", CONFIGURATION))
                    self.assertIn(words, said.text)
                    self.assertEqual(said.phase, "tls")
                    self.assert_nothing_said(fake)

    def test_compares_the_name_that_was_configured(self):
        fake = self.fake("tls", "name")
        self.assertEqual(self.connect(fake, host="localhost").verb, "connected")
        fake = self.fake("tls", "other")
        said = self.connect(fake, host="localhost")
        self.assertEqual(said.verdict(), ("certificateInvalid", CONFIGURATION))
        self.assertIn("ostname mismatch", said.text)

    def test_believes_an_own_ca_file_only(self):
        fake = self.fake("tls", "self")
        said = self.connect(fake, ca_file=self.certificates.path("self.crt"))
        self.assertEqual(said.verb, "connected", said)
        self.assertEqual(self.connect(self.fake("tls"), ca_file="").verdict(),
            ("certificateInvalid", CONFIGURATION))
        self.assertEqual(self.connect(self.fake("tls"), ca_file="/nowhere").verdict(),
            ("certificateInvalid", CONFIGURATION))

    def test_does_not_trust_dates_to_a_clock_that_is_not_set(self):
        said = self.connect(self.fake("tls", "expired"), clock_sure=False)
        self.assertEqual(said.verdict(), ("certificateInvalid", TEMPORARY))

    def test_tells_the_days_that_a_certificate_has_left(self):
        said = self.connect(self.fake("tls"))
        self.assertEqual(said.certificate, "localhost")
        self.assertIn(said.days, ("39", "40"))
        said = self.connect(self.fake("tls", "expired"))
        self.assertEqual((said.has_days, said.days), ("yes", "-1"))

    def test_speaks_tls_1_2_and_1_3_and_nothing_older(self):
        # not even where the system's own settings would allow it
        config = self.certificates.path("openssl.cnf")
        with open(config, "w", encoding="ascii") as file:
            file.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n"
                "[old]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")
        env = dict(os.environ, OPENSSL_CONF=config)
        versions = ((ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
            (ssl.TLSVersion.TLSv1, None))
        for security in ("tls", "starttls"):
            for version, name in versions:
                with self.subTest(security=security, version=version):
                    fake = self.fake(security)
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", DeprecationWarning)
                        fake.context = self.certificates.context(newest=version)
                    said = self.connect(fake, env=env)
                    if name is not None:
                        self.assertEqual((said.verb, said.tls), ("connected", name))
                        continue
                    self.assertEqual(said.verdict(), ("tlsFailed", CONFIGURATION))
                    self.assert_nothing_said(fake)

    def test_sends_the_name_that_it_wants(self):
        fake, names = self.fake("tls"), []
        fake.context.sni_callback = lambda _sock, name, _context: names.append(name)
        self.connect(fake, host="localhost")
        self.connect(fake)
        self.assertEqual(names, ["localhost", None])

    def test_says_nothing_when_starttls_is_not_offered(self):
        fake = self.fake("none")
        said = self.connect(fake, security="starttls")
        self.assertEqual(said.verdict(), ("tlsFailed", CONFIGURATION))
        self.assert_nothing_said(fake)

    def test_finds_a_server_that_speaks_without_tls(self):
        fake = self.fake("none")
        said = self.connect(fake, security="tls")
        self.assertEqual(said.verdict(), ("tlsFailed", CONFIGURATION))
        self.assertIn("starttls", said.text)
        self.assert_nothing_said(fake)

    def test_does_not_hear_what_was_said_before_the_handshake(self):
        fake = self.fake("starttls")
        # injected into the clear part: would count for EHLO, AUTH and MAIL
        fake.replies["starttls"] = "220 go\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok"
        helper = self.helper(fake)
        said = helper.line()
        self.assertEqual(said.verb, "connected", said)
        self.assertEqual(said.mechanisms, fake.mechanisms)
        self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))
        self.assertEqual(len(fake.mails), 1)

    def test_wants_tls_to_any_other_host(self):
        # an address that nobody has (RFC 5737): the helper must not even dial it
        said = Helper(25, host="192.0.2.1")
        self.addCleanup(said.close)
        line = said.line()
        self.assertEqual(line.verdict(), ("tlsFailed", CONFIGURATION))


class Auth(SmtpTest):
    def test_logs_in_with_each_mechanism(self):
        for auth, name in (("auto", "SCRAM-SHA-256"), ("scram-sha-256", "SCRAM-SHA-256"),
                ("plain", "PLAIN"), ("login", "LOGIN"), ("xoauth2", "XOAUTH2")):
            with self.subTest(auth=auth):
                fake = self.fake("tls")
                helper = self.helper(fake, auth=auth)
                self.assertEqual(helper.line().auth, name)
                self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))

    def test_tells_a_wrong_password(self):
        for auth in ("scram-sha-256", "plain", "login", "xoauth2"):
            with self.subTest(auth=auth):
                said = self.connect(self.fake("tls"), auth=auth, secret="wrong")
                self.assertEqual(said.verdict(), ("badPassword", CONFIGURATION))
                self.assertEqual((said.code, said.enhanced), ("535", "5.7.8"))

    def test_tells_a_wrong_user_name_if_the_server_does(self):
        fake = self.fake("tls")
        fake.replies["user"] = "535"
        said = self.connect(fake, auth="login", user="nobody")
        self.assertEqual(said.verdict(), ("badUserName", CONFIGURATION))

    def test_takes_the_best_that_is_offered(self):
        fake = self.fake("tls")
        for offered, name in (("LOGIN PLAIN", "PLAIN"), ("LOGIN", "LOGIN"),
                ("CRAM-MD5 XOAUTH2", None), ("SCRAM-SHA-256-PLUS", None)):
            fake.mechanisms = offered
            said = self.connect(fake)
            if name is None:
                self.assertEqual(said.verdict(), ("authNotSupported", CONFIGURATION))
                self.assertIn(offered, said.text)
            else:
                self.assertEqual(said.auth, name)

    def test_takes_the_next_if_one_is_not_meant(self):
        fake = self.fake("tls")
        fake.replies["auth-command"] = "504 5.5.4 not for you"
        said = self.connect(fake)
        self.assertEqual(said.verdict(), ("authNotSupported", CONFIGURATION))
        tried = [line.split()[1] for line in fake.commands if line.startswith("AUTH")]
        self.assertEqual(tried, ["SCRAM-SHA-256", "PLAIN", "LOGIN"])

    def test_tells_no_password_without_tls(self):
        fake = self.fake("none")
        said = self.connect(fake, allow_insecure=False)
        self.assertEqual(said.verdict(), ("authNotSupported", CONFIGURATION))
        self.assertFalse([line for line in fake.commands if line.startswith("AUTH")])

    def test_wants_the_server_to_know_the_password_too(self):
        fake = self.fake("tls")
        fake.replies["scram"] = "skip"
        self.assertEqual(self.connect(fake).verdict(), ("badPassword", TEMPORARY))

    def test_carries_long_tokens(self):
        token = "t" * 6000
        fake = self.fake("tls", user=(USER, token))
        self.assertEqual(self.connect(fake, auth="xoauth2", secret=token).auth, "XOAUTH2")

    def test_shows_no_secret_that_a_server_repeats(self):
        token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        for echo in (token, PASSWORD, "x" + token[3:18]):
            fake = self.fake("tls")
            fake.replies["auth-command"] = f"535 5.7.8 what is {echo}?"
            said = self.connect(fake, auth="plain")
            self.assertEqual(said.verdict(), ("badPassword", CONFIGURATION))
            self.assertNotIn(echo, said.text)
            self.assertIn("withheld", said.text)

    def test_tells_a_server_that_wants_a_password(self):
        fake = self.fake("tls")
        helper = self.helper(fake, user="")
        helper.line()
        self.assertEqual(helper.send()[1].verdict(), ("badPassword", CONFIGURATION))


class Mails(SmtpTest):
    def test_carries_a_mail_to_the_byte(self):
        lines = [bytes(range(32, 127)), b".", b"..", b"", b"x" * 998, "grün".encode(), b"."]
        mail = MAIL + b"\r\n".join(lines) + b"\r\n"
        for security in ("none", "starttls", "tls"):
            fake = self.fake(security)
            helper = self.helper(fake)
            helper.line()
            self.assertEqual(helper.send(mail=mail)[1].verdict(), ("ok", DONE))
            self.assertEqual(fake.mails[0][2], mail)

    def test_lets_no_line_end_before_its_time(self):
        # some servers take a bare LF, or CR, for the end of a line
        fake = self.fake(user=None)
        helper = self.helper(fake)
        helper.line()
        mail = MAIL + b"a\n.\nMAIL FROM:<evil@example.org>\r.\r\0\r\n"
        self.assertEqual(helper.send(mail=mail)[1].verdict(), ("ok", DONE))
        self.assertEqual(len(fake.mails), 1)
        self.assertNotRegex(fake.mails[0][2], rb"(?<!\r)\n|\r(?!\n)|\0")

    def test_asks_for_what_is_offered(self):
        fake = self.fake(user=None, offer=["SIZE 1000000", "DSN", "DELIVERBY 120", "8BITMIME"])
        helper = self.helper(fake)
        helper.line()
        helper.send("17", by=3600)
        helper.send("18", by=60)  # less than the least that it takes
        helper.send("19", mail=MAIL + "ü\r\n".encode())
        senders = [mail[0] for mail in fake.mails]
        self.assertEqual(senders[0],
            f"FROM:<{USER}> SIZE={len(MAIL)} RET=HDRS ENVID=17 BY=3600;R")
        self.assertNotIn("BY=", senders[1])
        self.assertIn("BODY=8BITMIME", senders[2])
        self.assertEqual(fake.mails[0][1], ["TO:<ops@example.org> NOTIFY=FAILURE,DELAY"])
        fake = self.fake(user=None, offer=["PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES"])
        helper = self.helper(fake)
        helper.line()
        helper.send(by=3600)
        self.assertEqual(fake.mails[0][:2], (f"FROM:<{USER}>", ["TO:<ops@example.org>"]))

    def test_tells_what_becomes_of_each_recipient(self):
        fake = self.fake(user=None)
        fake.replies.update({"no@x": "550 5.1.1 unknown", "full@x": "552 5.2.2 mailbox full",
            "grey@x": "451 4.7.1 later", "far@x": "554 5.7.1 relay access denied"})
        helper = self.helper(fake)
        helper.line()
        to = ("a@x", "no@x", "full@x", "b@x", "grey@x", "far@x")
        told, result = helper.send(to=to)
        self.assertEqual([line.verdict() for line in told], [("ok", DONE),
            ("recipientInvalid", PERMANENT), ("recipientUnavailable", TEMPORARY), ("ok", DONE),
            ("recipientUnavailable", TEMPORARY), ("relayDenied", PERMANENT)])
        self.assertEqual(result.verdict(), ("ok", DONE))
        self.assertEqual([line.number for line in told], [None, "1", "2", "3", "4", "5"])
        self.assertEqual((told[1].code, told[1].enhanced, told[1].text),
            ("550", "5.1.1", "unknown"))
        self.assertEqual(len(fake.mails[0][1]), 2)
        # nobody was accepted: a relayDenied is the configuration's, and DATA is not said
        told, result = helper.send("18", to=("far@x", "no@x"))
        self.assertEqual(told[0].verdict(), ("relayDenied", CONFIGURATION))
        self.assertEqual(result.verdict(), ("relayDenied", CONFIGURATION))
        self.assertEqual(fake.commands.count("DATA"), 1)
        # and the connection is as good as before
        self.assertEqual(helper.send("19")[1].verdict(), ("ok", DONE))
        self.assertEqual(fake.connections, 1)
        self.assertEqual(fake.commands.count("RSET"), 1)

    def test_gives_up_a_mail_that_nobody_can_address(self):
        fake = self.fake(user=None)
        helper = self.helper(fake)
        helper.line()
        for bad in ("a b@x", "a\r\nRCPT TO:<evil@x>", "<a@x>", "ü@x"):
            for more in (dict(to=(bad,)), dict(sender=bad)):
                self.assertEqual(helper.send(**more)[1].verdict(), ("syntaxError", PERMANENT))
        self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))
        self.assertFalse([line for line in fake.commands if "evil" in line])

    def test_leaves_out_only_whom_nobody_can_address(self):
        fake = self.fake(user=None)
        fake.replies["no@x"] = "550 5.1.1 unknown"
        helper = self.helper(fake)
        helper.line()
        ok, bad, refused = ("ok", DONE), ("syntaxError", PERMANENT), ("recipientInvalid", PERMANENT)
        for to, verdicts in ((("a b@x", "a@x", "ü@x", "no@x", "b@x", "c\r\nRSET"),
                [bad, ok, bad, refused, ok, bad]), (("a@x", "<b@x>"), [ok, bad]),
                (("<b@x>", "no@x"), [bad, refused])):
            told, _ = helper.send(to=to)
            self.assertEqual([line.verdict() for line in told], verdicts, to)
        self.assertEqual([[to.split()[0] for to in mail[1]] for mail in fake.mails],
            [["TO:<a@x>", "TO:<b@x>"], ["TO:<a@x>"]])

    def test_carries_so_many_mails_over_one_connection(self):
        fake = self.fake("tls")
        helper = self.helper(fake, mails=5)
        helper.line()
        for number in range(5):
            self.assertEqual(helper.send(str(number))[1].verdict(), ("ok", DONE))
        self.assertEqual(helper.line().verb, "end")
        self.assertEqual(helper.close()[0], 0)
        self.assertEqual((fake.connections, len(fake.mails)), (1, 5))
        self.assertEqual(fake.commands[-1], "QUIT")

    def test_goes_on_after_a_refusal(self):
        fake = self.fake(user=None)
        helper = self.helper(fake)
        helper.line()
        for phase in ("mail", "rcpt", "data", "dot"):
            fake.fault(phase, "5xx", 1)
            self.assertNotEqual(helper.send()[1].result, "ok")
            self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))
        self.assertEqual((fake.connections, len(fake.mails)), (1, 4))

    def test_ends_with_a_connection_that_was_lost(self):
        fake = self.fake(user=None)
        helper = self.helper(fake)
        helper.line()
        fake.fault("mail", "421", 1)
        self.assertEqual(helper.send()[1].verdict(), ("serverNotReady", TEMPORARY))
        self.assertEqual(helper.line().verb, "end")
        self.assertEqual(helper.close()[0], 0)

    def test_ends_when_the_relay_leaves_between_two_mails(self):
        for security in ("none", "tls"):
            for words in (b"", b"421 4.4.2 idle for too long\r\n"):
                fake = self.fake(security)
                helper = self.helper(fake)
                helper.line()
                self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))
                fake.links[-1].leave(words)
                self.assertEqual(helper.line().verb, "end")
                self.assertEqual(helper.close()[0], 0)

    def test_takes_no_answer_that_came_before_its_question(self):
        fake = self.fake(user=None)
        fake.replies["data"] = "354 go\r\n250 2.0.0 queued, surely"
        helper = self.helper(fake)
        helper.line()
        self.assertEqual(helper.send()[1].result, "dataNotFinished")
        self.assertEqual(fake.mails, [])

    def test_says_helo_to_a_server_that_knows_no_ehlo(self):
        fake = self.fake(user=None)
        fake.replies["ehlo"] = "502 5.5.1 what?"
        helper = self.helper(fake)
        self.assertEqual(helper.line().verb, "connected")
        self.assertEqual(helper.send()[1].verdict(), ("ok", DONE))

    def test_cleans_what_the_server_says(self):
        fake = self.fake(user=None)
        fake.replies["mail"] = "550-5.7.1 \x1b[2Jgo\taway\r\n550 5.7.1 " + "€" * 300
        helper = self.helper(fake)
        helper.line()
        text = helper.send()[1].text
        self.assertTrue(text.startswith("[2Jgo away €€"), text)
        self.assertLessEqual(len(text.encode()), 200)

    def test_reaches_ipv6(self):
        try:
            fake = self.fake("tls", address="::1")
        except OSError:
            self.skipTest("no IPv6 here")
        self.assertEqual(self.connect(fake, host="::1").address, "::1")


class Gate(SmtpTest):
    def until_final(self, fake, **more):
        helper = self.helper(fake, **more)
        helper.line()
        helper.begin("17")
        self.assertEqual(helper.line().line, "final 17\n")
        return helper

    def assert_never_sent(self, fake):
        await_(lambda: not any(thread.name.startswith("link") for thread in
            threading.enumerate()), "the connection's end")
        self.assertEqual(fake.mails, [])

    def test_delivers_nothing_if_its_input_ends_before_go(self):
        for security in ("none", "tls"):
            fake = self.fake(security)
            helper = self.until_final(fake)
            status, rest, _ = helper.close()
            self.assertEqual((status, rest), (1, []))
            self.assert_never_sent(fake)

    def test_holds_the_dot_back_wherever_it_falls(self):
        # libesmtp hands over 2,048 bytes at a time
        fake = self.fake(user=None)
        helper = self.helper(fake, mails=0)
        helper.line()
        head = b"From: a@x\r\nDate: x\r\nMessage-ID: <1@x>\r\n\r\n"
        for size in range(2040, 2055):
            mail = head + b"x" * (size - len(head) - 2) + b"\r\n"
            helper.begin(str(size), mail=mail)
            self.assertEqual(helper.line().verb, "final")
            before = len(fake.mails)
            helper.tell(f"go {size}")
            self.assertEqual([helper.line().verb for _ in range(2)], ["told", "result"])
            self.assertEqual([mail[2] for mail in fake.mails[before:]], [mail])

    def test_delivers_nothing_for_another_go(self):
        for word in ("go 18", "going 17", "end", ""):
            fake = self.fake()
            helper = self.until_final(fake)
            helper.tell(word)
            self.assertEqual(helper.close()[0], 2, word)
            self.assert_never_sent(fake)

    def test_waits_for_go_no_longer_than_for_a_relay(self):
        fake = self.fake()
        helper = self.until_final(fake, block_ms=1000)
        self.assertIsNone(helper.line())
        self.assertEqual(helper.close()[0], 1)
        self.assert_never_sent(fake)

    def test_delivers_nothing_when_it_is_killed(self):
        fake = self.fake()
        helper = self.until_final(fake)
        helper.popen.kill()
        helper.close()
        self.assert_never_sent(fake)

    def test_ends_with_an_input_that_breaks_off(self):
        for part, status in ((b"", 0), (b"message 17 from=a@x recip", 0),
                (b"message 17 from=a@x recipients=1 size=10\n", 1),
                (b"message 17 from=a@x recipients=1 size=10\nrecipient b@x\nFrom", 1),
                (b"mail 17\n", 2), (b"x" * 40000, 2)):
            with self.subTest(part=part[:60]):
                fake = self.fake(user=None)
                helper = self.helper(fake)
                helper.line()
                helper.popen.stdin.write(part)
                self.assertEqual(helper.close()[0], status)
                self.assertNotIn("MAIL", " ".join(fake.commands))

    def test_checks_the_path_without_a_mail(self):
        fake = self.fake("tls")
        helper = self.helper(fake)
        self.assertEqual(helper.line().verb, "connected")
        self.assertEqual(helper.close()[:2], (0, ["end"]))
        self.assertEqual(fake.commands[-1], "QUIT")


class Network(SmtpTest):
    def test_gives_up_a_server_that_does_not_answer_the_phone(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            address = listener.getsockname()
            with socket.create_connection(address):  # its queue is full: a SYN is dropped
                helper = Helper(address[1], connect_ms=200)
                said = helper.line()
                self.assertEqual((said.phase, said.verdict()), ("connect", ("timeout", TEMPORARY)))
                helper.close()

    def test_gives_up_a_resolver_that_never_answers(self):
        command = ["unshare", "-rnm", sys.executable, "-B", os.path.realpath(__file__)]
        if subprocess.run(command[:2] + ["true"], capture_output=True, check=False).returncode:
            self.skipTest("no network namespaces here")
        done = subprocess.run(command + ["--dead-resolver"], capture_output=True, text=True,
            check=False, timeout=60)
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stdout, r"\Afailed +1 timeout ")


def probe_with_a_dead_resolver():
    """In a network of its own, which has nothing but a resolver that is silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver, \
            tempfile.NamedTemporaryFile("w") as config:
        request = struct.pack("16sh14x", b"lo", 1)  # IFF_UP
        fcntl.ioctl(resolver, 0x8914, request)  # SIOCSIFFLAGS
        resolver.bind(("127.0.0.1", 53))
        config.write("nameserver 127.0.0.1\n")
        config.flush()
        subprocess.run(["mount", "--bind", config.name, "/etc/resolv.conf"], check=True)
        status, out, errors = probe("--probe", "relay.example.org", "--timeout", "1")
        print(out, errors, end="")
        sys.exit(status)


class Secrets(SmtpTest):
    def test_keeps_the_password_to_itself(self):
        fake = self.fake("tls")
        fake.fault("greeting", "silence")
        helper = self.helper(fake, command_ms=60000)
        await_(lambda: fake.connections, "the connection")
        process = f"/proc/{helper.popen.pid}"
        for name in ("cmdline", "environ"):
            with open(f"{process}/{name}", "rb") as file:
                self.assertNotIn(PASSWORD.encode(), file.read())
        with open(process + "/limits", encoding="ascii") as file:
            self.assertRegex(file.read(), r"Max core file size +0 ")
        helper.popen.kill()

    def test_cannot_be_read_by_its_own_user(self):
        fake = self.fake(user=None)
        fake.fault("greeting", "silence")
        try:
            # what belongs to root then belongs to it because it is nobody else's to read
            helper = self.helper(fake, command_ms=60000,
                run_as=65534 if os.getuid() == 0 else None)
        except PermissionError:
            self.skipTest("this build is root's alone")
        await_(lambda: fake.connections, "the connection")
        self.assertEqual(os.stat(f"/proc/{helper.popen.pid}/environ").st_uid, 0)
        helper.popen.kill()

    def test_says_nothing_of_a_line_that_it_does_not_understand(self):
        helper = Helper(25, secret=PASSWORD, colour="red")
        status, rest, errors = helper.close()
        self.assertEqual((status, rest), (2, []))
        self.assertNotIn("s3cret", errors)


class Probe(SmtpTest):
    def test_walks_the_stages_for_a_person(self):
        fake = self.fake("tls")
        status, out, errors = probe("--probe", f"localhost:{fake.port}", "--user", USER,
            "--ca-file", self.certificates.ca, password=PASSWORD)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual([line.split()[0] for line in out.splitlines()], ["resolved",
            "connected", "certificate", "tls", "greeting", "offered", "authenticated", "ok"])
        self.assertRegex(out, "localhost, (39|40) days left")
        self.assertIn("SCRAM-SHA-256 PLAIN LOGIN XOAUTH2", out)
        self.assertNotIn("s3cret", out)
        self.assertEqual(fake.mails, [])
        self.assertNotIn("MAIL", " ".join(fake.commands))

    def test_tells_a_person_where_it_ends(self):
        closed = socket.socket()  # bound, so that it is nobody else's, but nobody listens
        self.addCleanup(closed.close)
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        fake = self.fake("starttls", "expired")
        for options, words in (
                (("--probe", f"127.0.0.1:{port}"), "13 connectFailed"),
                (("--probe", "no.such.name.invalid"), "16 dnsFailed"),
                (("--probe", f"localhost:{fake.port}", "--security", "starttls", "--ca-file",
                    self.certificates.ca), "18 certificateInvalid")):
            status, out, _ = probe(*options)
            self.assertEqual(status, 1)
            self.assertRegex(out.splitlines()[-1], rf"^failed +{re.escape(words)} ")

    def test_ends_in_time(self):
        fake = self.fake("none", user=None)
        fake.fault("greeting", "silence")
        status, out, _ = probe("--probe", f"127.0.0.1:{fake.port}", "--security", "none",
            "--timeout", "1")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"failed +1 timeout")

    def test_refuses_what_it_does_not_know(self):
        for options in (("--probe",), ("--probe", "x:0"), ("--probe", "[::1"), ("--probe", ""),
                ("--probe", "x", "--security", "ssl"), ("--probe", "x", "--auth", "cram-md5"),
                ("--probe", "x", "--password", "y"), ("--probe", "x", "y"), ("y",)):
            status, out, errors = probe(*options)
            self.assertEqual((status, out), (2, ""), options)
            self.assertTrue(errors)


if __name__ == "__main__":
    if sys.argv[1:] == ["--dead-resolver"]:
        probe_with_a_dead_resolver()
    main()
