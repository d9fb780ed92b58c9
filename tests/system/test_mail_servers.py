#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The daemon and real mail servers: Exim and Postfix, into a maildir that is read back."""
import base64
import contextlib
import email.utils
import re
import select
import socket
import sys
import threading
import unittest

from harness import await_, full_pass_only
from mail_servers import Exim, Postfix, programs
from mail_site import (DELIVERED, FROM, MAIL, OPS, PASSWORD, PATH_DOWN, PATH_FAILED, PATH_OK,
    PATH_UP, RAISE, RELAY_OK, ROM, SITE, MailSite, parse, relay)
from smtp_helper import main

LOCATION = "Sklep č. 3, Žižkov"
OK, BAD_PASSWORD, CERTIFICATE_INVALID = 0, 11, 18  # EnvsResult


class Wire:
    """Between daemon and server: what goes over it is written down."""

    def __init__(self, port):
        self.to_port, self.sent = port, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.carry, args=(client, server), daemon=True).start()

    def carry(self, client, server):
        """One thread for both: who closes under another gives it the next one's number."""
        way = {client: server, server: client}
        with client, server, contextlib.suppress(OSError):
            while way:
                for source in select.select(list(way), [], [])[0]:
                    data = source.recv(65536)
                    if source is client:
                        self.sent += data
                    if data:
                        way[source].sendall(data)
                    else:
                        way.pop(source).shutdown(socket.SHUT_WR)

    def stop(self):
        self.listener.close()

    def has(self, password):
        """As itself, or in the answers of PLAIN and LOGIN."""
        plain = f"\0{FROM}\0{password}"
        return any(text in self.sent for text in (password.encode(),
            base64.b64encode(password.encode()), base64.b64encode(plain.encode())))


@full_pass_only
class Real(MailSite):
    """One server, one daemon, one story."""

    server_class, mechanisms = None, ()

    def begin_with_server(self):
        problem = self.server_class.why_not()
        if problem is not None:
            self.skipTest(problem)
        self.keys = self.certificates()
        self.server = self.server_class(self.stage, programs(), self.keys.path("good.pem"), FROM,
            PASSWORD)
        self.addCleanup(self.server.stop)
        self.wires = {security: Wire(port) for security, port in self.server.ports.items()}
        for wire in self.wires.values():
            self.addCleanup(wire.stop)
        self.begin(self.way())

    def way(self, security="tls", **more):
        return relay(self.wires[security].port, security=security,
            **{"ca_file": self.keys.ca, **more})

    def config(self, *relays, **more):
        return super().config(*relays, **{"limits": {"reminder": "1h", "location": LOCATION},
            "check_interval": 0, **more})

    def remind_after(self, seconds):
        self.manager.set_all(("envsSensorTable", "reminder", 1, "u", seconds))

    def arrived(self):
        return [parse(octets) for octets in self.server.arrived()]

    def test_alarms_arrive_failures_wait_and_no_password_is_seen(self):
        self.begin_with_server()
        self.alarm_and_its_end_arrive()
        self.each_way_works()
        self.what_is_refused_waits()
        self.check_wires()

    # ---- an alarm ----

    def alarm_and_its_end_arrive(self):
        self.tree.put(ROM, 34200)
        raised, = self.await_mail("[CRITICAL]")
        self.check_headers(raised)
        self.assertEqual(raised["Subject"], f"[CRITICAL] {SITE}: inlet 34.2 °C > 32.0 °C")
        self.assertIsNone(raised["References"])
        self.assertIn(LOCATION, raised.get_content())
        self.remind_after(1)
        reminder = self.await_mail("[REMINDER]")[0]
        self.remind_after(3600)
        self.tree.put(ROM, 20000)
        cleared, = self.await_mail("[CLEAR]")
        for mail in (reminder, cleared):
            self.check_headers(mail)
            self.assertEqual(mail["References"], raised["Message-ID"])
            self.assertNotEqual(mail["Message-ID"], raised["Message-ID"])

    def check_headers(self, mail):
        uuid = self.manager.scalar("agentUuid").decode()
        self.assertEqual((mail["From"], mail["Return-Path"], mail["To"]), (FROM, f"<{FROM}>", OPS))
        self.assertRegex(mail["Message-ID"], rf"^<{re.escape(uuid)}\.\d+\.\d+@example\.org>$")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual((mail.get_content_type(), mail.get_content_charset()),
            ("text/plain", "utf-8"))
        email.utils.parsedate_to_datetime(mail["Date"])
        self.assertEqual(mail.defects, [])

    # ---- ways ----

    def each_way_works(self):
        for security in ("tls", "starttls"):
            for mechanism in self.mechanisms:
                with self.subTest(security=security, mechanism=mechanism):
                    before = len(self.arrived())
                    self.reload(self.way(security, auth=mechanism))
                    self.assertEqual(self.send_test()[0], OK)
                    await_(lambda before=before: len(self.arrived()) > before, "the test mail")
        before = len(self.arrived())
        done = self.ctl("test-mail", "ops")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        await_(lambda: len(self.arrived()) > before, "the test mail that it asked for")
        self.assertIn(self.relay_row().certificateDays, (39, 40))
        self.await_relay(state=RELAY_OK, lastResult=OK, lastCode=250)

    # ---- failures ----

    def what_is_refused_waits(self):
        before = len(self.arrived())
        self.reload(self.way(password="wr0ng-pass"))
        self.assertEqual(self.send_test()[0], BAD_PASSWORD)
        self.await_path(PATH_FAILED)
        event = self.await_event(PATH_DOWN)
        self.assertEqual(event.reason, b"badPassword")
        self.assertIn(b": 535 ", event.text)
        self.trapd.await_seqs([event.index])

        self.tree.put(ROM, 34200)
        raised = self.await_event(RAISE, 2)
        self.reload(self.way(ca_file=self.keys.path("self.crt")))
        result, words = self.send_test()
        self.assertEqual(result, CERTIFICATE_INVALID)
        self.assertIn("certificate", words)
        self.reload(self.way("starttls", ca_file=self.keys.path("self.crt")))
        self.assertEqual(self.send_test()[0], CERTIFICATE_INVALID)

        self.server.stop()
        self.reload(self.way("starttls"))
        tries = self.row_of(raised).attempts
        await_(lambda: self.row_of(raised).attempts > tries, "a try without a server")
        self.assertEqual(len(self.arrived()), before)
        self.server.start(self.stage)
        await_(lambda: self.row_of(raised).state == DELIVERED, "it is delivered")
        self.await_path(PATH_OK)
        self.trapd.await_seqs([self.await_event(PATH_UP).index])
        self.await_mail("[CRITICAL]", 2)
        self.assertEqual(len([mail for mail in self.arrived() if mail["Message-ID"].startswith(
            f"<{self.manager.scalar('agentUuid').decode()}.{raised.index}.")]), 1)
        self.assertEqual(len(self.events(PATH_DOWN, PATH_UP)), 2)

    def row_of(self, event):
        row, = [row for row in self.manager.rows("envsDeliveryTable").values()
            if row.channel == MAIL and row.eventSeq == event.index]
        return row

    # ---- what could be read on the way ----

    def check_wires(self):
        for security in ("tls", "starttls"):
            wire = self.wires[security]
            self.assertNotEqual(wire.sent, b"")
            for text in (b"AUTH", b"MAIL FROM", FROM.encode(), b"Subject"):
                self.assertNotIn(text, wire.sent, security)
            self.assertFalse(wire.has(PASSWORD))
            self.assertFalse(wire.has("wr0ng-pass"))
        self.reload(self.way("none", auth="login", allow_insecure="true"))
        self.assertEqual(self.send_test()[0], OK)
        self.assertTrue(self.wires["none"].has(PASSWORD))  # it would have been seen


class WithExim(Real):
    server_class, mechanisms = Exim, ("plain", "login")


class WithPostfix(Real):
    server_class, mechanisms = Postfix, ("scram-sha-256", "plain", "login")


def load_tests(loader, _tests, _pattern):
    """Without what they share."""
    return unittest.TestSuite(map(loader.loadTestsFromTestCase, (WithExim, WithPostfix)))


if __name__ == "__main__":
    if programs() is None:
        print("skipped: no mail servers here; scripts/get-mail-servers brings them")
        sys.exit(77)
    main()
