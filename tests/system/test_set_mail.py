#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""SET of relays and contacts: rows, whom the file allows, and what becomes of a password."""
import contextlib
import os

import harness
from harness import GOOD, bus, sensor
from smtp_helper import CONFIG
from test_alarms import CONFIG_CHANGE
from test_ctl import Ctl
from test_set import (ACTIVE_ROW, CREATE_AND_GO, CREATE_AND_WAIT, DESTROY, INCONSISTENT,
    NON_VOLATILE, NOT_IN_SERVICE, NOT_READY, SetTest)

MAIL, RELAY, CONTACT = "envsMail", "envsRelayTable", "envsContactTable"
PERMANENT = 4  # StorageType
TLS, STARTTLS, NONE = 1, 2, 3  # envsRelaySecurity
TRUE, FALSE = 1, 2
TEST, NOT_ALLOWED = 24, 23  # EnvsKind, EnvsResult
FILE_PASSWORD, PASSWORD = "correct-horse-battery", "staple-of-seven-words"


class MailTest(SetTest):
    def begin(self, secret="", **more):
        """One relay and one contact of the file.  The relay is not looked for: what comes of that
        would change its row at some moment.  None: the daemon's own setting."""
        more = {"check-interval": 0, **more}
        self.script(inlet="21.5", outlet="20")
        self.config = f"""
mail {{
    from = "sensors@example.org"
    allow-recipients = {{ "example.org" }}
    {" ".join(f"{key} = {value}" for key, value in more.items() if value is not None)}
    relay {{ host = "mail.example.org" user = "sensors" {secret} }}
}}
contact "ops" {{ address = "ops@example.org" }}
""" + bus("rack", "sim", self.stage.path("script")) + sensor("inlet", "rack", "inlet")
        self.stage.snmpd()
        self.start()
        self.manager.await_sensor("inlet", quality=GOOD)

    def new(self, index, name, status=CREATE_AND_GO, **more):
        cells = {"name": ("s", name), "address": ("s", name + "@example.org"),
            "rowStatus": ("i", status), **more}
        return [(CONTACT, column, index, *cell) for column, cell in cells.items() if cell]

    def seen(self, table):
        return [dict(row) for row in self.manager.rows(table).values()]


class Contacts(MailTest):
    def test_what_is_in_the_file_is_read(self):
        self.begin()
        row, = self.manager.rows(CONTACT).values()
        self.assertEqual((row.index, row.name, row.address, row.minSeverity, row.sensors,
            row.enabled, row.clears, row.escalateAfter, row.heartbeat, row.sent, row.lastResult,
            row.storageType, row.rowStatus),
            (1, b"ops", b"ops@example.org", 2, b"*", TRUE, TRUE, 0, FALSE, 0, None, PERMANENT,
            ACTIVE_ROW))
        row, = self.manager.rows(RELAY).values()
        self.assertEqual((row.index, row.host, row.port, row.security, row.user, row.password,
            row.passwordSet, row.state, row.lastResult, row.latency, row.storageType,
            row.rowStatus),
            (1, b"mail.example.org", 465, TLS, b"sensors", b"", FALSE, 2, None, None, PERMANENT,
            ACTIVE_ROW))

    def test_envsensorctl_adds_however_many_were_removed(self):
        self.begin()
        ctl = Ctl(self.stage)
        for number in range(2, 22):
            self.assertIn(f"added as contact {number}\n",
                ctl.out("add", "--contact", "night", "address=night@example.org"))
            ctl.out("remove", "--contact", "night")

    def test_rows_are_made_changed_and_destroyed(self):
        self.begin()
        self.manager.set_all(*self.new(5, "night", minSeverity=("i", 3), sensors=("s", "rack *")))
        row = self.manager.named(CONTACT)["night"]
        self.assertEqual((row.index, row.minSeverity, row.sensors, row.storageType, row.rowStatus),
            (5, 3, b"rack *", NON_VOLATILE, ACTIVE_ROW))
        self.manager.set_all((CONTACT, "escalateAfter", 5, "u", 900),
            (CONTACT, "enabled", 1, "i", FALSE))
        self.manager.set_all(*self.new(6, "later", status=CREATE_AND_WAIT, address=None))
        self.assertEqual(self.manager.rows(CONTACT)[6].rowStatus, NOT_READY)
        self.manager.set_all((CONTACT, "address", 6, "s", "later@example.org"))
        self.assertEqual(self.manager.rows(CONTACT)[6].rowStatus, NOT_IN_SERVICE)
        before = self.seen(CONTACT)
        self.kill_and_start()
        self.assertEqual(self.seen(CONTACT), before)
        self.manager.set_all((CONTACT, "rowStatus", 6, "i", ACTIVE_ROW),
            (CONTACT, "rowStatus", 5, "i", DESTROY))
        self.assertEqual(set(self.manager.named(CONTACT)), {"ops", "later"})
        self.assertEqual(self.manager.try_set(*self.new(5, "night")), ("noCreation", 1))
        self.assertIn(b'SNMP has destroyed contact 5 "night".',
            [event.text for event in self.events() if event.kind == CONFIG_CHANGE])

    def test_what_is_refused_changes_nothing(self):
        self.begin()
        before = self.seen(CONTACT), self.seen(RELAY)
        for pdu, error in [
                (self.new(2, "night", address=("s", "night@example.com")), (INCONSISTENT, 2)),
                ([(CONTACT, "address", 1, "s", "ops@example.com")], (INCONSISTENT, 1)),
                ([(CONTACT, "address", 1, "s", "ops")], ("wrongValue", 1)),
                ([(CONTACT, "minSeverity", 1, "i", 4)], ("wrongValue", 1)),
                (self.new(2, "ops"), (INCONSISTENT, 1)),
                ([(CONTACT, "rowStatus", 1, "i", DESTROY)], (INCONSISTENT, 1)),
                ([(CONTACT, "sent", 1, "u", 1)], ("notWritable", 1)),
                ([(RELAY, "rowStatus", 1, "i", DESTROY)], (INCONSISTENT, 1)),
                ([(RELAY, "security", 1, "i", NONE)], (INCONSISTENT, 1)),
                ([(RELAY, "port", 1, "u", 65536)], ("wrongValue", 1)),
                ([(RELAY, "password", 1, "s", PASSWORD)], ("notWritable", 1)),
                ([(MAIL, "test", 0, "i", 3)], ("wrongValue", 1)),
                ([(MAIL, "testContact", 0, "u", 9), (MAIL, "test", 0, "i", 2)],
                    (INCONSISTENT, 1)),
                ([(CONTACT, "clears", 1, "i", FALSE), (MAIL, "from", 0, "s", "nobody")],
                    ("wrongValue", 2))]:
            self.assertEqual(self.manager.try_set(*pdu), error, pdu)
        self.assertEqual((self.seen(CONTACT), self.seen(RELAY)), before)

    def test_scalars(self):
        self.begin(**{"check-interval": None})
        self.assertEqual([self.manager.cell(MAIL, name) for name in ("enabled", "from", "test",
            "testContact", "testText", "checkInterval", "heartbeatInterval")],
            [TRUE, b"sensors@example.org", 1, 0, b"", 3600, 86400])
        self.manager.set_all((MAIL, "enabled", 0, "i", FALSE), (MAIL, "checkInterval", 0, "u", 0),
            (MAIL, "from", 0, "s", "rack@example.org"), (MAIL, "heartbeatInterval", 0, "u", 60),
            (MAIL, "test", 0, "i", 1))
        self.kill_and_start()
        self.assertEqual([self.manager.cell(MAIL, name) for name in ("enabled", "from",
            "checkInterval", "heartbeatInterval")], [FALSE, b"rack@example.org", 0, 60])


    def test_a_test_that_nobody_can_get_says_so(self):
        self.begin()
        with open(CONFIG, encoding="ascii") as config:
            if "#define WITH_MAIL 1" not in config.read():
                self.assertEqual(self.manager.try_set((MAIL, "test", 0, "i", 2)),
                    ("resourceUnavailable", 1))
                self.skipTest("this build has no mail")
        self.manager.set_all((CONTACT, "enabled", 1, "i", FALSE))
        self.manager.set_all((MAIL, "test", 0, "i", 2), (MAIL, "testContact", 0, "u", 1))
        self.assertEqual(self.manager.cell(MAIL, "testContact"), 1)
        harness.await_(lambda: self.manager.cell(MAIL, "testText"), "the result of the test")
        self.assertEqual([self.manager.cell(MAIL, name) for name in ("test", "testResult")],
            [1, NOT_ALLOWED])
        self.assertIn(TEST, self.kinds())


class Relays(MailTest):
    def relay(self, index=1):
        return self.manager.rows(RELAY)[index]

    def assert_nowhere(self, *secrets):
        """In what the daemon has said, serves and has written; the database is private."""
        walked = self.manager.run("snmpbulkwalk", self.manager.peer(), f".{harness.root()}")
        texts = {"log": self.daemon.log(), "walk": walked.output}
        for name in os.listdir(self.stage.path("state")):
            if not name.startswith("envsensord.db"):
                with contextlib.suppress(FileNotFoundError):  # it has its own name by now
                    with open(os.path.join(self.stage.path("state"), name), "rb") as file:
                        texts[name] = file.read().decode(errors="replace")
        for event in self.events():
            texts[f"event {event.seq}"] = event.text.decode()
        for what, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret, text, what)

    def test_rows_are_made_changed_and_destroyed(self):
        self.begin()
        self.manager.set_all((RELAY, "host", 7, "s", "second.example.org"),
            (RELAY, "security", 7, "i", STARTTLS), (RELAY, "port", 7, "u", 587),
            (RELAY, "rowStatus", 7, "i", CREATE_AND_GO))
        self.manager.set_all((RELAY, "rowStatus", 8, "i", CREATE_AND_WAIT))
        before = self.seen(RELAY)
        self.assertEqual((self.relay(7).port, self.relay(7).rowStatus, self.relay(8).rowStatus),
            (587, ACTIVE_ROW, NOT_READY))
        self.kill_and_start()
        self.assertEqual(self.seen(RELAY), before)
        self.manager.set_all((RELAY, "rowStatus", 7, "i", DESTROY),
            (RELAY, "host", 8, "s", "third.example.org"),
            (RELAY, "rowStatus", 8, "i", ACTIVE_ROW))
        self.assertEqual(list(self.manager.rows(RELAY)), [1, 8])

    def test_a_password_is_stored_and_shown_nowhere(self):
        self.begin(secret=f'password = "{FILE_PASSWORD}"', **{"allow-secret-set": "true"})
        self.assertEqual((self.relay().password, self.relay().passwordSet), (b"", TRUE))
        self.manager.set_all((RELAY, "password", 1, "s", PASSWORD),
            (RELAY, "host", 9, "s", "second.example.org"), (RELAY, "user", 9, "s", "sensors"),
            (RELAY, "password", 9, "s", PASSWORD), (RELAY, "rowStatus", 9, "i", CREATE_AND_GO))
        self.kill_and_start()
        self.assertEqual([(row.password, row.passwordSet)
            for row in self.manager.rows(RELAY).values()], 2 * [(b"", TRUE)])
        self.manager.set_all((RELAY, "password", 9, "s", ""))
        self.daemon.reload()
        self.assertEqual([row.passwordSet for row in self.manager.rows(RELAY).values()],
            [TRUE, FALSE])
        self.manager.set_all((RELAY, "rowStatus", 9, "i", NOT_IN_SERVICE))
        self.assert_nowhere(PASSWORD, FILE_PASSWORD)

    def test_a_new_password_of_the_file_goes_to_the_host_of_the_file(self):
        for before in ("", f'password = "{FILE_PASSWORD}"'):
            with self.subTest(before=before):
                self.begin(secret=before)
                self.manager.set_all((RELAY, "host", 1, "s", "evil.example.org"),
                    (RELAY, "security", 1, "i", STARTTLS))
                self.assertEqual(self.relay().passwordSet, FALSE)
                self.stage.write("envsensord.conf", self.config.replace(
                    f'user = "sensors" {before}', f'user = "sensors" password = "{PASSWORD}"'))
                self.daemon.reload()
                row = self.relay()
                self.assertEqual((row.host, row.security, row.passwordSet),
                    (b"mail.example.org", TLS, TRUE))
                self.kill_and_start()
                self.assertEqual(self.relay().host, b"mail.example.org")
                self.stage.close()
                self.stage = harness.Stage()
                self.addCleanup(self.stage.close)
                self.manager = self.stage.manager

    def test_the_token_of_a_command_goes_to_the_host_of_the_file(self):
        self.begin(secret='auth = xoauth2 token-command = "/usr/bin/true"')
        for column, kind, value in (("host", "s", "evil.example.org"), ("security", "i", STARTTLS)):
            self.assertEqual(self.manager.try_set((RELAY, column, 1, kind, value)),
                (INCONSISTENT, 1))
        self.manager.set_all((RELAY, "port", 1, "u", 466))

    def test_another_host_or_security_erases_it(self):
        self.begin(secret=f'password = "{FILE_PASSWORD}"')
        self.manager.set_all((RELAY, "port", 1, "u", 466))
        self.assertEqual(self.relay().passwordSet, TRUE)
        self.manager.set_all((RELAY, "host", 1, "s", "evil.example.org"))
        self.assertEqual(self.relay().passwordSet, FALSE)
        self.kill_and_start()
        self.assertEqual((self.relay().host, self.relay().passwordSet),
            (b"evil.example.org", FALSE))
        self.manager.set_all((RELAY, "host", 1, "s", "mail.example.org"))
        self.assertEqual(self.relay().passwordSet, FALSE)
        self.assert_nowhere(FILE_PASSWORD)


if __name__ == "__main__":
    harness.main()
