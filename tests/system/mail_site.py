# SPDX-License-Identifier: BSD-2-Clause
"""A daemon with mail, a 1-Wire sensor or some, a master agent, and a receiver of notifications."""
import email
import email.policy
import os
import subprocess
import unittest

import harness
import traps
from harness import BUILD, GOOD, await_, bus, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import Certificates

CTL = os.path.join(BUILD, "envsensorctl")
SITE = "Plzeň – věž"
FROM, PASSWORD = "alarm@example.org", "s3cret-pass"
OPS = "ops@example.org"
ROM = "28-00000000000a"

SNMP, MAIL = 1, 2  # EnvsChannel
(RAISE, CLEAR, REMINDER, PATH_DOWN, PATH_UP, TEST, HEARTBEAT) = 1, 4, 11, 17, 18, 24, 25  # EnvsKind
PATH = 5  # envsAlarmKind
DELIVERY_NOTIFICATION = 3
PATH_OK, PATH_UNKNOWN, PATH_DEGRADED, PATH_FAILED = 2, 3, 4, 5  # envsMailPathState
RELAY_OK, RELAY_UNKNOWN, RELAY_PROBING, RELAY_DOWN = 1, 2, 3, 4  # envsRelayState
IDLE, SEND = 1, 2  # envsMailTest
DELIVERED, EXPIRED = 1, 8  # envsDeliveryState

# Times that a test can wait for, and one that none has to.
QUICK = {"retry-base": "100ms", "retry-cap": "400ms", "down-after": "1h"}


def block(kind, **settings):
    """A section without a title; what is no word stands in quotes."""
    return kind + " {\n" + "".join(harness.setting(*pair) for pair in settings.items()) + "}\n"


def relay(port, **more):
    settings = {"host": "localhost", "port": port, "user": FROM, "password": PASSWORD,
        "connect_timeout": "60s", "command_timeout": "60s", **more}
    return block("relay", **settings)


def contact(name, **more):
    return harness.section("contact", name, {"address": f"{name}@example.org", **more})


def parse(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class MailSite(harness.SystemTest):
    """`arrived()` is the subclass's: the mails that somebody got, parsed."""

    sensors = {"inlet": ROM}
    limits = {"high_warning": 27, "high_critical": 32, "on_delay": "0s", "off_delay": "0s",
        "min_samples": 1}

    def begin(self, *relays, **more):
        os.environ["ENVSENSORD_SMTP"] = HELPER
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.tree = harness.W1Tree(self.stage)
        for rom in self.sensors.values():
            self.tree.put(rom, 21500)
        self.trapd = traps.Snmptrapd(self.stage)
        self.stage.sinks = self.trapd.sinks()
        self.stage.snmpd()
        self.daemon = self.stage.daemon(self.config(*relays, **more))
        self.daemon.await_master()
        for name in self.sensors:
            self.manager.await_sensor(name, quality=GOOD)
        self.await_tables()

    def await_tables(self):
        """The daemon registers them in the order of their OIDs."""
        await_(lambda: self.manager.cell("envsDelivery", "usefulFor"), "the last table is served")

    def config(self, *relays, contacts=(contact("ops"),), delivery=(), limits=(), **mail):
        mail = {"from": FROM, "group_window": 0, **mail}
        return (f'site = "{SITE}"\n' + block("mail", **mail)[:-2] + "".join(relays) + "}\n"
            + "".join(contacts) + block("delivery", **{**QUICK, **dict(delivery)})
            + bus("attic", "w1", self.tree.path)
            + "".join(sensor(name, "attic", rom, **{**self.limits, **dict(limits)})
                for name, rom in self.sensors.items()))

    def reload(self, *relays, **more):
        self.stage.write("envsensord.conf", self.config(*relays, **more))
        said = self.daemon.reload()
        self.assertIn("configuration reloaded", said)

    def certificates(self):
        return Certificates(self.stage.folder_at("certificates"))

    # ---- over SNMP ----

    def relay_row(self, index=None):
        """The first, unless it is named by its index."""
        rows = self.manager.rows("envsRelayTable")
        return rows[min(rows) if index is None else index]

    def await_relay(self, index=None, **cells):
        def look():
            row = self.relay_row(index)
            return row if all(row.get(key) == cells[key] for key in cells) else None
        return await_(lambda: look() and look(), f"relay {index or ''} gets {cells}")

    def await_path(self, state):
        await_(lambda: self.manager.scalar("mailPathState") == state, f"path state {state}")

    def events(self, *kinds):
        return [row for row in self.manager.rows("envsEventTable").values() if row.kind in kinds]

    def await_event(self, kind, count=1):
        def look():
            found = self.events(kind)
            return found if len(found) >= count else None
        return await_(look, f"{count} events of kind {kind}")[-1]

    def await_alarm(self, kind):
        """A row that came into being during a walk lacks cells: that of one more."""
        return await_(lambda: self.alarms(kind) and self.alarms(kind), f"an alarm of kind {kind}")

    def alarms(self, kind):
        return [row for row in self.manager.rows("envsAlarmTable").values() if row.kind == kind]

    def send_test(self, contact_index=0):
        """envsMailTest; its result and text.  It begins with an event behind the answer to the SET:
        before that what shows is the end of an earlier one."""
        before = len(self.events(TEST))
        self.manager.set_all(("envsMail", "test", 0, "i", SEND),
            ("envsMail", "testContact", 0, "u", contact_index))
        self.await_event(TEST, before + 1)
        await_(lambda: self.manager.cell("envsMail", "test") == IDLE, "the test ends")
        return (self.manager.cell("envsMail", "testResult"),
            self.manager.cell("envsMail", "testText").decode())

    def ctl(self, *arguments):
        """envsensorctl, as a patient operator calls it."""
        return subprocess.run([CTL, "-v2c", "-c", "private", "-t", "30", "-r", "0", "-H",
            f"127.0.0.1:{self.stage.master.port}", *arguments], env=self.stage.snmp_env(),
            capture_output=True, text=True, timeout=180, check=False)

    # ---- mails ----

    def await_mail(self, text, count=1, to=""):
        """Those with this in their subject, to whom it may concern."""
        def look():
            found = [mail for mail in self.arrived() if text in str(mail["Subject"])
                and to in mail["To"]]
            return found if len(found) >= count else None
        try:
            return await_(look, f"{count} mails with {text!r} in their subject")
        except AssertionError as error:
            raise AssertionError(
                f"{error}; there are {[str(m['Subject']) for m in self.arrived()]}") from None
