#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What mail does when relays fail, when there is too much of it, and when it is late."""
import contextlib
import os
import signal
import subprocess
import sys
import unittest

import harness
import test_mail
from harness import GOOD, await_, bus, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake
from smtp_helper import main as main_with_mail
from test_alarms import AT_ONCE
from test_ctl import Ctl
from test_mail import MAIL, SNMP

DELIVERED, SENDING, SUPERSEDED, EXPIRED, FAILED = 1, 4, 7, 8, 9  # envsDeliveryState
CLEAR, PATH_DOWN, PATH_UP, RATE_BLOCKED = 4, 17, 18, 19  # EnvsKind
SENDER_REJECTED, RECIPIENT_INVALID = 4, 12  # EnvsResult
UP = 1  # envsRelayState
SENSORS = ("a", "b", "c", "d", "e", "f")
NEVER = "1h"  # longer than any test


class PolicyTest(harness.SystemTest):
    mails = test_mail.Mail.mails

    def begin(self, relays=1, more="", **mail):
        self.fakes = [SmtpFake() for _ in range(relays)]
        for fake in self.fakes:
            self.addCleanup(fake.stop)
        self.fake = self.fakes[0]
        os.environ["ENVSENSORD_SMTP"] = HELPER
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.values = dict.fromkeys(SENSORS, 20)
        self.script()
        settings = {"group_window": "0", "check_interval": "0", **mail}
        self.config = ('site = "Prague 1"\nmail {\n    from = "sensors@example.org"\n'
            + "".join(f"    {key.replace('_', '-')} = {value}\n"
                for key, value in settings.items())
            + "".join(f'    relay {{ host = "127.0.0.1"  port = {fake.port}  security = none }}\n'
                for fake in self.fakes)
            + '}\ncontact "ops" { address = "ops@example.org" }\n' + more
            + bus("rack", "sim", self.stage.path("script"), poll_interval="100ms")
            + "".join(sensor(name, "rack", name, high_warning=27, high_critical=32, **AT_ONCE)
                for name in SENSORS))
        self.stage.snmpd()
        self.start()

    def start(self):
        self.daemon = self.stage.daemon(self.config)
        self.daemon.await_master()
        self.manager.await_sensor(SENSORS[-1], quality=GOOD)

    def script(self, **values):
        self.values.update(values)
        self.stage.write("script",
            "".join(f"{name} {value}\n" for name, value in self.values.items()))

    def count(self, fake, word):
        return sum(line.startswith(word) for line in fake.commands)

    def subjects(self, fake):
        before, self.fake = self.fake, fake
        found = [str(mail["Subject"]) for mail in self.mails()]
        self.fake = before
        return found

    def await_mail(self, fake, text):
        await_(lambda: any(text in subject for subject in self.subjects(fake)),
            f"a mail with {text!r}; there are {self.subjects(fake)}")

    def deliveries(self, channel=MAIL):
        return [row for row in self.manager.rows("envsDeliveryTable").values()
            if row.channel == channel]

    def await_events(self, kind, count=1):
        def look():
            found = [event for event in self.manager.rows("envsEventTable").values()
                if event.kind == kind]
            return found if len(found) >= count else None
        return await_(look, f"{count} events of kind {kind}")

    def await_delivered(self, count):
        """By the books of the daemon: a mail that the relay has may still be on its way there."""
        await_(lambda: len([row for row in self.deliveries() if row.state == DELIVERED]) == count,
            f"{count} rows that are delivered")

    def waiting(self):
        return [row for row in self.deliveries() if row.state not in (DELIVERED, SUPERSEDED)]

    def reload(self, old, new):
        """With a setting that is another."""
        self.assertIn(old, self.config)
        self.config = self.config.replace(old, new)
        self.stage.write("envsensord.conf", self.config)
        self.assertIn("configuration reloaded", self.daemon.reload())

    def flush(self):
        self.manager.set_all(("envsChannelTable", "flush", MAIL, "i", 2))


@harness.full_pass_only
class Relays(PolicyTest):
    def test_the_next_takes_over_and_gives_back(self):
        self.begin(relays=2, fallback_after="2s", check_interval="1h",
            check_interval_failed="1s", more='contact "boss" { '
            'address = "boss@example.org"  min-severity = critical }\n'
            "delivery { retry-base = 100ms  retry-cap = 400ms }\n")
        first, second = self.fakes
        self.script(a=28)
        self.await_mail(first, "a 28.0")
        # it refuses for a while: the next is not asked before that is long enough
        first.fault("greeting", "421")
        first.fault("mail", "421")  # over the connection that there is
        self.script(b=28)
        self.await_mail(second, "b 28.0")
        await_(lambda: [row for row in self.deliveries() if row.state == DELIVERED
            and row.attempts >= 4], "a row that opened the breaker of the first")
        self.assertNotEqual(self.relay_state(first), UP)
        # a probe finds out that it works again, and no mail goes by the other any more
        first.faults.clear()
        await_(lambda: self.relay_state(first) == UP, "the first relay works")
        self.script(c=28)
        self.await_mail(first, "c 28.0")
        # what it refuses for good is asked of the next, once
        first.fault("data", "5xx", 1)
        self.script(d=28)
        self.await_mail(second, "d 28.0")
        # a recipient that it does not know does not hold up the other
        first.replies["boss@example.org"] = second.replies["boss@example.org"] = "550 5.1.1 who?"
        self.script(e=33)
        self.await_mail(first, "e 33.0")
        rows = await_(lambda: [row for row in self.deliveries() if row.destination == b"boss"
            and row.state == FAILED], "the end of the boss's row")
        self.assertEqual(rows[0].result, RECIPIENT_INVALID)
        self.assertEqual(len([subject for fake in self.fakes for subject in self.subjects(fake)
            if "e 33.0" in subject]), 1)
        self.add_and_remove()

    def relay_state(self, fake):
        return next(row.state for row in self.manager.rows("envsRelayTable").values()
            if row.port == fake.port)

    def add_and_remove(self):
        """Nobody has to know a free index."""
        ctl = Ctl(self.stage)
        for name in ("night", "day"):
            ctl.out("--contact", "add", name, f"address={name}@example.org")
        ctl.out("--contact", "remove", "day")
        ctl.out("--contact", "add", "late", "address=late@example.org")
        ctl.out("--relay", "add", "backup.example.org", "port=465")
        self.assertEqual(set(self.manager.named("envsContactTable")),
            {"ops", "boss", "night", "late"})
        self.assertEqual([row.host for row in self.manager.rows("envsRelayTable").values()],
            [b"127.0.0.1", b"127.0.0.1", b"backup.example.org"])

    def test_one_that_wants_another_sender_holds_the_channel(self):
        self.begin(more=f"delivery {{ retry-blocked = {NEVER}  retry-base = 100ms }}\n"
            "limiter { burst = 100 }\n")
        self.fake.fault("mail", "5xx")
        self.script(a=28, b=28, c=33)
        event, = self.await_events(PATH_DOWN)
        self.assertEqual(event.reason, b"senderRejected")
        told = await_(lambda: [row for row in self.deliveries(SNMP)
            if row.eventSeq == event.seq and row.state == DELIVERED], "its notification")
        self.assertEqual(len(told), 1)
        self.script(d=28, e=28)
        await_(lambda: len([row for row in self.deliveries() if row.state != SENDING]) >= 5,
            "five rows")
        self.assertEqual(self.count(self.fake, "MAIL"), 1)  # nothing more is tried
        self.assertEqual({row.result for row in self.deliveries() if row.attempts},
            {SENDER_REJECTED})
        # each change is one probe: by the file, by SET, by flush
        for number, change in enumerate((lambda: self.daemon.reload(),
                lambda: self.manager.set_all(("envsMail", "heartbeatInterval", 0, "u", 7200)),
                self.flush), 2):
            change()
            await_(lambda number=number: self.count(self.fake, "MAIL") >= number,
                f"attempt {number}")
            await_(lambda number=number: sum(row.attempts for row in self.deliveries()) == number,
                "it is seen")
            await_(lambda: not [row for row in self.deliveries() if row.state == SENDING],
                "its end")
            self.assertEqual(self.count(self.fake, "MAIL"), number)
        self.assertFalse([row for row in self.deliveries() if row.state in (DELIVERED, FAILED)])
        self.fake.faults.clear()
        self.flush()
        self.await_events(PATH_UP)
        await_(lambda: all(row.state in (DELIVERED, SUPERSEDED) for row in self.deliveries()),
            "all mails")


@harness.full_pass_only
class Limits(PolicyTest):
    def test_hold_over_restarts_and_let_pass_what_is_critical(self):
        self.begin(more=f"limiter {{ burst = 3  interval = {NEVER} }}\n")
        for name in ("a", "b", "c"):
            self.script(**{name: 28})
            self.await_mail(self.fake, f"{name} 28.0")
        self.await_delivered(3)
        self.script(d=28)
        blocked, = self.await_events(RATE_BLOCKED)
        self.assertEqual(blocked.source, b"d")
        await_(lambda: [row for row in self.deliveries(SNMP) if row.eventSeq == blocked.seq],
            "its notification")
        for _ in range(3):  # a loop of restarts is no way around it
            self.daemon.signal(signal.SIGKILL)
            self.daemon.popen.wait()
            self.start()
        self.script(e=33)
        self.await_mail(self.fake, "e 33.0")
        self.await_delivered(4)
        self.assertEqual(len(self.fake.mails), 4)
        waiting, = self.waiting()
        self.assertEqual(waiting.attempts, 0)
        self.flush()
        self.await_mail(self.fake, "d 28.0")
        self.assertEqual(len(self.await_events(RATE_BLOCKED)), 1)

    def test_a_flood_is_a_digest_and_what_is_critical_does_not_wait_for_it(self):
        self.begin(group_window=NEVER,
            more=f"limiter {{ flood-raises = 2  flood-end = 1  digest-interval = {NEVER} }}\n")
        self.script(a=28, b=28, c=28)  # the third raise is the flood
        self.await_mail(self.fake, "[DIGEST] Prague 1: 3 messages, first [WARNING] a 28.0")
        self.reload(f"group-window = {NEVER}", "group-window = 0")
        self.script(d=28)
        self.await_events(RATE_BLOCKED)
        self.script(e=33)
        self.await_mail(self.fake, "[CRITICAL] Prague 1: e 33.0")
        self.assertEqual(len(self.fake.mails), 2)
        self.flush()
        self.await_mail(self.fake, "[WARNING] Prague 1: d 28.0")


@harness.full_pass_only
class Late(PolicyTest):
    def test_what_waited_is_told_as_it_is_now(self):
        self.begin(delayed_after="1s",
            more="delivery { retry-base = 200ms  retry-cap = 400ms  useful-for = 2s }\n"
            "limiter { flood-raises = 100 }\n")
        self.fake.fault("greeting", "421")
        self.script(a=28, b=28, c=28)
        await_(lambda: len(self.deliveries()) == 3, "three raises")
        self.script(a=33)  # worse
        self.script(b=20)  # over, and soon nobody wants to know it any more
        await_(lambda: sorted(self.states_of(b"b")) in ([EXPIRED, EXPIRED], [SUPERSEDED, EXPIRED]),
            "the end of raise and clear")
        self.reload("useful-for = 2s", f"useful-for = {NEVER}")
        self.script(c=20)  # over, just now
        self.await_events(CLEAR, 2)
        self.fake.faults.clear()
        self.await_mail(self.fake, "[BACKLOG] Prague 1: ")
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "all is told")
        subjects = self.subjects(self.fake)
        self.assertFalse([subject for subject in subjects if " b " in subject])
        self.assertFalse([subject for subject in subjects if "a 28.0" in subject])
        late, = [mail for mail in self.mails() if "a 33.0" in str(mail["Subject"])]
        self.assertRegex(str(late["Subject"]),
            r"^\[DELAYED [\dms]+\] \[CRITICAL\] Prague 1: a 33.0")
        over, = [mail for mail in self.mails() if "c 28.0" in str(mail["Subject"])]
        self.assertIn("[CLEAR]", str(over["Subject"]))
        self.assertIn("has cleared", over.get_content())

    def states_of(self, source):
        """Of what is to be told of it."""
        seqs = [seq for seq, event in self.manager.rows("envsEventTable").items()
            if event.source == source]
        return [row.state for row in self.deliveries() if row.eventSeq in seqs]


@harness.full_pass_only
class LinkUp(unittest.TestCase):
    def test_a_link_that_comes_up_is_reason_to_try_at_once(self):
        try_it = subprocess.run(["unshare", "-rn", "ip", "link", "set", "lo", "up"],
            capture_output=True, check=False)
        if try_it.returncode != 0:
            self.skipTest("no network namespaces here")
        done = subprocess.run(["unshare", "-rn", sys.executable, os.path.realpath(__file__),
            "InANamespace"], env=dict(os.environ, ENVSENSOR_ALONE="1"), text=True,
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


@unittest.skipUnless("ENVSENSOR_ALONE" in os.environ, "LinkUp starts it in a namespace")
class InANamespace(PolicyTest):
    def start(self):
        self.daemon = self.stage.daemon(self.config)

    def test_up(self):
        with open("/proc/sys/net/ipv4/ip_nonlocal_bind", "w", encoding="ascii") as file:
            file.write("1")  # to listen where there is no address yet
        self.stage.snmpd = lambda: None
        self.begin(more=f"delivery {{ retry-base = 10m }}\n")
        self.script(a=28)
        self.daemon.await_log("connectFailed")
        self.assertEqual(self.fake.mails, [])
        # the log has the failure before the engine has: if the link was faster, once more
        self.assertTrue(any(self.is_told_when_up() for _ in range(5)), self.fake.commands)
        self.await_mail(self.fake, "a 28.0")

    def is_told_when_up(self):
        for state in ("down", "up"):
            subprocess.run(["ip", "link", "set", "lo", state], check=True)
        with contextlib.suppress(AssertionError):
            return await_(lambda: self.fake.mails, "a mail", 20)
        return False


if __name__ == "__main__":
    main_with_mail()
