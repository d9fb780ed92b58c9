#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mail as a whole: a limit is crossed and a mail is there; the relay fails and nothing is lost."""
import email
import email.policy
import os
import signal
import sys
import unittest

import harness
from harness import GOOD, await_, bus, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake

ROM = "28-00000000000a"
SNMP, MAIL = 1, 2  # EnvsChannel
DEAF = [sys.executable, "-c", "import os, signal, sys\n"
    "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nos.execv(sys.argv[1], sys.argv[1:])"]


def mail_config(port):
    return (f'mail {{\n    from = "sensors@example.org"\n    group-window = 0\n    relay {{ '
        f'host = "127.0.0.1"  port = {port}  security = none }}\n}}\n'
        'contact "ops" { address = "ops@example.org"  min-severity = warning }\n'
        'delivery { retry-base = 100ms  retry-cap = 500ms }\n')


@harness.full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class Mail(harness.SystemTest):
    def begin(self, **more):
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        os.environ["ENVSENSORD_SMTP"] = HELPER
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.tree = harness.W1Tree(self.stage)
        self.tree.put(ROM, 21500)
        self.stage.snmpd()
        self.start(**more)
        self.manager.await_sensor("rack-a inlet", quality=GOOD)
        await_(lambda: self.manager.cell("envsDelivery", "usefulFor"), "the last table is served")

    def start(self, **more):
        self.daemon = self.stage.daemon('site = "Prague 1"\n' + mail_config(self.fake.port)
            + bus("attic", "w1", self.tree.path) + sensor("rack-a inlet", "attic", ROM,
                high_critical=32, on_delay="0s", off_delay="0s", min_samples=1), **more)
        self.daemon.await_master()

    def mails(self):
        return [email.message_from_bytes(octets, policy=email.policy.default)
            for _, _, octets in self.fake.mails]

    def await_subject(self, text, count=1):
        def look():
            found = [mail for mail in self.mails() if text in str(mail["Subject"])]
            return found if len(found) >= count else None
        return await_(look, f"{count} mails with {text!r} in their subject")

    def test_a_crossing_is_a_mail_and_so_is_its_end(self):
        self.begin()
        self.tree.put(ROM, 34200)
        raised = self.await_subject("[CRITICAL] Prague 1: rack-a inlet 34.2 °C > 32.0 °C")[0]
        self.assertEqual(raised["To"], "ops@example.org")
        self.assertEqual(raised["From"], "sensors@example.org")
        self.tree.put(ROM, 20000)
        cleared = await_(lambda: [mail for mail in self.mails() if mail["References"]], "the clear")
        self.assertEqual(cleared[0]["References"], raised["Message-ID"])
        rows = self.manager.rows("envsDeliveryTable").values()
        self.assertEqual({row.destination for row in rows if row.channel == MAIL}, {b"ops"})

    def test_a_relay_that_refuses_for_a_while_gets_it_later_and_once(self):
        self.begin()
        self.fake.fault("mail", "4xx", 3)
        self.tree.put(ROM, 34200)
        self.await_subject("rack-a inlet 34.2")
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "nothing more is to come")
        self.assertEqual(len([mail for mail in self.mails() if "inlet" in str(mail["Subject"])]), 1)
        channel = self.manager.rows("envsChannelTable")[MAIL]
        self.assertEqual(channel.inDoubt, 0)
        self.assertGreater(channel.deferred, 0)

    def test_a_daemon_killed_while_the_relay_is_silent_tells_it_after_its_start(self):
        self.begin()
        self.fake.fault("data", "silence")
        self.tree.put(ROM, 34200)
        await_(lambda: any("DATA" in str(line) for line in self.fake.commands), "DATA")
        self.daemon.signal(signal.SIGKILL)
        self.daemon.popen.wait()
        self.fake.faults.clear()
        self.start()
        self.await_subject("rack-a inlet")

    def test_who_is_started_deaf_to_its_children_mails_again_and_again(self):
        self.begin(starter=DEAF)
        self.tree.put(ROM, 34200)
        self.await_subject("[CRITICAL]")
        await_(lambda: any("QUIT" in str(line) for line in self.fake.commands), "its helper leaves")
        self.tree.put(ROM, 20000)
        self.await_subject("[CLEAR]")

    def test_without_a_relay_sampling_goes_on(self):
        self.begin()
        self.fake.go_away()
        self.tree.put(ROM, 34200)
        await_(lambda: self.manager.rows("envsAlarmTable"), "the alarm")
        reads = self.manager.named()["rack-a inlet"].reads
        await_(lambda: self.manager.named()["rack-a inlet"].reads > reads + 5, "more reads")
        await_(lambda: any(row.channel == MAIL and row.attempts for row in
            self.manager.rows("envsDeliveryTable").values()), "an attempt")


if __name__ == "__main__":
    harness.main()
