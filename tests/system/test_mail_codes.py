#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each of the result codes 0 to 24: produced by the world outside, read back with snmpget.

The daemon, its helper and the master are real; the relay fails on demand.  One daemon for all: what
it is told to use changes by SET, what it meets there by the script of the relay.
"""
import collections
import ctypes
import os
import re
import socket
import struct
import threading
import unittest

import harness
from harness import GOOD, W1Tree, await_, bus, cell_oid, sensor
from manager import Row
from smtp_helper import Certificates, PASSWORD, PROGRAM as HELPER, SmtpFake, USER

SNMP, MAIL = 1, 2  # EnvsChannel
DELIVERED, HELD, DEFERRED, EXPIRED, FAILED = 1, 2, 6, 8, 9  # envsDeliveryState
DELIVERY_FAILED, PATH_DOWN, PATH_UP, RATE_BLOCKED, TEST = 16, 17, 18, 19, 24  # EnvsKind
TLS, NONE = 1, 3  # envsRelaySecurity
PATH_FAILED = 5  # envsMailPathState
IDLE, SEND, RUNNING = 1, 2, 3  # envsMailTest
ALL_CONTACTS = 0  # envsMailTestContact
FLUSH = 2  # envsChannelFlush
CREATE_AND_GO, DESTROY = 4, 6  # RowStatus

# EnvsResult, from 0
NAMES = """ok timeout serverNotReady heloRejected senderRejected recipientUnavailable relayDenied
    dataRejected dataNotFinished authNotSupported badUserName badPassword recipientInvalid
    connectFailed busy syntaxError dnsFailed tlsFailed certificateInvalid rateLimited
    masterUnavailable expired queueFull notAllowed internalError""".split()

# What becomes of the row, in the log and in envsDeliveryState.
Class = collections.namedtuple("Class", "name state log")
DONE = Class("done", DELIVERED, "")
TEMPORARY = Class("temporary", DEFERRED, "; it will be tried again")
CONFIGURATION = Class("configuration", HELD, "; mail waits until that is put right")
PERMANENT = Class("permanent", FAILED, "; it is given up")
DOUBT = Class("in doubt", DEFERRED, "; it may have arrived, and will be tried again")



def is_clock_set():
    """As clock_is_synchronised(): else what a certificate says of dates means nothing."""
    timex = ctypes.create_string_buffer(512)
    state = ctypes.CDLL(None).adjtimex(timex)
    if state < 0:
        return os.path.exists("/run/systemd/timesync/synchronized")
    status = struct.unpack_from("@i", timex, 5 * struct.calcsize("l"))[0]
    return state != 5 and status & 0x40 == 0  # TIME_ERROR, STA_UNSYNC


IS_CLOCK_SET = is_clock_set()

OPS, NIGHT = "ops@example.org", "night@example.org"
COLD, WARM, HOT = 20000, 28000, 34200
# None has two alarms: a sensor that raises often chatters, and does not clear at once.
SENSORS = {f"inlet {number}": f"28-{number:012}" for number in range(1, 49)}

# `world`: how the test arranges it; then what DELIVERY.md says of it.  `words`: in the reply.
Case = collections.namedtuple("Case", "world result class_ phase code enhanced words")
CASES = [
    Case({}, 0, DONE, "dot", 250, "2.0.0", "queued"),
    Case({"file": "command-timeout = 200ms", "fault": ("greeting", "silence")},
        1, TEMPORARY, "greeting", None, "", "no answer in time"),
    Case({"greeting": "554 5.3.2 go\taway\x1b"}, 2, TEMPORARY, "greeting", 554, "5.3.2", "go away"),
    Case({"fault": ("mail", "421")}, 2, TEMPORARY, "mail", 421, "4.3.2", "shutting down"),
    Case({"ehlo": "550 5.7.1 not you"}, 3, CONFIGURATION, "ehlo", 550, "5.7.1", "not you"),
    Case({"mail": "550 5.1.8 bad sender"}, 4, CONFIGURATION, "mail", 550, "5.1.8", "bad sender"),
    Case({OPS: "450 4.2.1 later"}, 5, TEMPORARY, "rcpt", 450, "4.2.1", "later"),
    Case({OPS: "552 5.2.2 mailbox full"}, 5, TEMPORARY, "rcpt", 552, "5.2.2", "mailbox full"),
    Case({OPS: "554 5.3.0 not here"}, 6, PERMANENT, "rcpt", 554, "5.3.0", "not here"),
    Case({"rcpt": "554 5.7.1 relay access denied"},
        6, CONFIGURATION, "rcpt", 554, "5.7.1", "relay access denied"),
    Case({"data": "554 5.3.4 no text"}, 7, PERMANENT, "data", 554, "5.3.4", "no text"),
    Case({"dot": "554 5.6.0 not wanted"}, 8, PERMANENT, "dot", 554, "5.6.0", "not wanted"),
    Case({"fault": ("dot", "drop")}, 8, DOUBT, "dot", None, "", "the server closed the connection"),
    Case({"relay": "login", "offer": "CRAM-MD5"}, 9, CONFIGURATION, "auth", None, "", "CRAM-MD5"),
    Case({"relay": "login", "offer": "LOGIN", "user": "nobody", "only": "535"},
        10, CONFIGURATION, "auth-user", 535, "5.7.8", "authentication failed"),
    Case({"relay": "login", "password": "wrong"},
        11, CONFIGURATION, "auth", 535, "5.7.8", "authentication failed"),
    Case({OPS: "550 5.1.1 nobody here"}, 12, PERMANENT, "rcpt", 550, "5.1.1", "nobody here"),
    Case({"relay": "closed"}, 13, TEMPORARY, "connect", None, "", "refused"),
    Case({OPS: "553 5.1.3 what is that"}, 15, PERMANENT, "rcpt", 553, "5.1.3", "what is that"),
    Case({"relay": "nowhere"}, 16, TEMPORARY, "resolve", None, "", ""),
    Case({"relay": "clear"}, 17, CONFIGURATION, "tls", None, "", "starttls"),
    Case({"relay": "stranger"},
        18, CONFIGURATION if IS_CLOCK_SET else TEMPORARY, "tls", None, "", "mismatch"),
    Case({"crash": True}, 24, TEMPORARY, "", None, "", "killed by signal 11"),
]


class World(harness.SystemTest):
    """The daemon, and what it meets."""

    shared = True

    # ---- the world ----

    @classmethod
    def set_up_stage(cls):
        certificates = Certificates(cls.stage.folder_at("tls"))
        cls.ca = certificates.ca
        cls.fakes = {
            "plain": SmtpFake(),
            "spare": SmtpFake(),
            "login": SmtpFake("tls", certificates.context("good"), (USER, PASSWORD)),
            "stranger": SmtpFake("tls", certificates.context("other")),
        }
        for fake in cls.fakes.values():
            cls.addClassCleanup(fake.stop)
        closed = socket.socket()  # nobody listens there, and it is nobody else's
        cls.addClassCleanup(closed.close)
        closed.bind(("127.0.0.1", 0))
        cls.closed = closed.getsockname()[1]
        cls.crash = cls.stage.path("crash")
        helper = cls.stage.write("helper", f"#!/bin/sh\ntest ! -e {cls.crash} || kill -SEGV $$\n"
            f"exec {HELPER}\n")
        os.chmod(helper, 0o755)
        os.environ["ENVSENSORD_SMTP"] = helper
        cls.addClassCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        cls.tree = W1Tree(cls.stage)
        cls.put(COLD, *SENSORS)
        cls.stage.snmpd()
        cls.text = cls.config()
        cls.daemon = cls.stage.daemon(cls.text)
        cls.daemon.await_master()
        cls.manager.await_sensor(list(SENSORS)[-1], quality=GOOD)
        await_(lambda: cls.manager.cell("envsDelivery", "usefulFor"), "the last table is served")
        cls.unused = list(SENSORS)

    @classmethod
    def put(cls, milli, *names):
        for name in names:
            cls.tree.put(SENSORS[name], milli)

    @classmethod
    def config(cls, relay="", allowed='"example.org", "example.net"',
            limits="burst = 1000  interval = 1s", delivery="report-interval = 2s"):
        """Retries so seldom that each is the test's."""
        watched = {"high_warning": 27, "high_critical": 32, "on_delay": "0s", "off_delay": "0s",
            "min_samples": 1}
        return f"""site = "Prague 1"
mail {{
    from = "sensors@example.org"
    group-window = 0
    check-interval = 0
    allow-secret-set = true
    allow-recipients = {{ {allowed} }}
    relay {{
        host = "localhost"  port = {cls.fakes["plain"].port}  security = none
        ca-file = "{cls.ca}"  allow-insecure = true  {relay}
    }}
}}
contact "ops" {{ address = "{OPS}"  clears = false }}
contact "night" {{ address = "{NIGHT}"  clears = false }}
limiter {{ {limits}  per-hour = 1000  per-day = 1000  flood-raises = 1000 }}
delivery {{ retry-base = 10m  retry-cap = 10m  down-after = 1h  {delivery} }}
""" + bus("attic", "w1", cls.tree.path) + "".join(
            sensor(name, "attic", rom, **watched) for name, rom in SENSORS.items())

    def reload(self, **more):
        text = self.config(**more)
        if text == self.__class__.text:
            return
        self.stage.write("envsensord.conf", text)
        self.assertIn("configuration reloaded", self.daemon.reload())
        self.__class__.text = text

    def relay(self, kind="plain", user="", password=""):
        """Which one the daemon is to use; of "clear" it believes that it speaks TLS."""
        fake = self.fakes.get(kind)
        if kind in ("closed", "nowhere"):
            port, security = self.closed, NONE
        else:
            fake = fake or self.fakes["plain"]
            port = fake.port
            security = TLS if kind == "clear" or fake.context else NONE
        if kind == "login":
            user, password = user or USER, password or PASSWORD
        host = "no.such.name.invalid" if kind == "nowhere" else "localhost"
        self.manager.set_all(("envsRelayTable", "host", 1, "s", host),
            ("envsRelayTable", "port", 1, "u", port),
            ("envsRelayTable", "security", 1, "i", security),
            ("envsRelayTable", "user", 1, "s", user),
            ("envsRelayTable", "password", 1, "s", password))
        return fake

    def well(self):
        for fake in self.fakes.values():
            fake.faults.clear()
            fake.replies.clear()
            fake.mechanisms = "SCRAM-SHA-256 PLAIN LOGIN"
        if os.path.exists(self.crash):
            os.unlink(self.crash)

    def arrange(self, world):
        """As the case wants it."""
        world = dict(world)
        self.reload(relay=world.pop("file", ""))
        if world.pop("crash", False):
            self.stage.write("crash", "")
        fake = self.relay(world.pop("relay", "plain"), world.pop("user", ""),
            world.pop("password", ""))
        if "offer" in world:
            fake.mechanisms = world.pop("offer")
        if "only" in world:
            fake.replies["user"] = world.pop("only")
        if "fault" in world:
            fake.fault(*world.pop("fault"))
        if fake is not None:
            fake.replies.update(world)

    def setUp(self):
        self.addCleanup(self.calm)

    def calm(self):
        """Nothing is wrong any more, and nothing waits."""
        if not self.stage.master.is_running():
            self.stage.snmpd()
        self.well()
        self.reload()
        self.put(COLD, *SENSORS)
        self.relay("spare")  # so that what is arranged next is a new connection
        self.flush()
        if self.manager.scalar("mailPathState") == PATH_FAILED:
            self.ask_for_test()
        await_(lambda: not self.column("envsAlarmTable", "kind"), "all alarms are over")
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "nothing waits")

    def flush(self):
        self.manager.set_all(("envsChannelTable", "flush", MAIL, "i", FLUSH))

    # ---- what snmpget says ----

    def get(self, table, index, *columns):
        """By name; what has no instance is not there."""
        varbinds = self.manager.get(*(cell_oid(table, column, index) for column in columns))
        return {column: varbind.value for column, varbind in zip(columns, varbinds)
            if varbind.value is not None}

    def column(self, table, column):
        """By index."""
        return {int(oid.rpartition(".")[2]): value for oid, _, value in
            self.manager.bulkwalk(cell_oid(table, column, "").rstrip("."))}

    def find_row(self, seq, destination="ops", channel=MAIL):
        """The delivery of that event; 0: none."""
        for index, of_event in self.column("envsDeliveryTable", "eventSeq").items():
            if of_event == seq and self.get("envsDeliveryTable", index, "destination",
                    "channel") == {"destination": destination.encode(), "channel": channel}:
                return index
        return 0

    def row(self, index):
        return Row(self.get("envsDeliveryTable", index, "state", "attempts", "nextAttempt",
            "usefulLeft", "result", "code", "reply", "relay", "phase", "enhancedCode", "latency"))

    def await_row(self, index, what, **cells):
        def look():
            row = self.row(index)
            return row if all(row.get(key) == cells[key] for key in cells) else None
        try:
            return await_(look, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.row(index)}") from None

    def events_behind(self, seq):
        return [Row(self.get("envsEventTable", number, "kind", "source", "reason", "text"),
            seq=number) for number in range(seq + 1, self.manager.scalar("eventLastSeq") + 1)]

    def await_event(self, behind, kind, **cells):
        """Of text: `source`, `reason` (the name of a result)."""
        def look():
            return [event for event in self.events_behind(behind) if event.kind == kind and
                all(event[name] == text.encode() for name, text in cells.items())]
        return await_(look, f"an event of kind {kind}, {cells}")[0]

    # ---- what the test does ----

    def cross(self, milli=HOT):
        """A sensor has an alarm; the number of the event that raised it."""
        name = self.crossed = self.unused.pop(0)
        self.put(milli, name)

        def look():
            alarms = self.column("envsAlarmTable", "source")
            return [index for index in alarms if alarms[index] == name.encode()]
        alarm = await_(look, f"an alarm of {name}")[0]
        return self.get("envsAlarmTable", alarm, "raisedSeq")["raisedSeq"]

    def deliveries_of(self, seq):
        """To ops and to night."""
        return await_(lambda: self.find_row(seq), f"a delivery of event {seq}"), \
            self.find_row(seq, "night")

    def ask_for_test(self, contact=1):
        behind = self.manager.scalar("eventLastSeq")
        self.manager.set_all(("envsMail", "testContact", 0, "u", contact),
            ("envsMail", "test", 0, "i", SEND))
        await_(lambda: any(event.kind == TEST for event in self.events_behind(behind)),
            "the test begins")

    def await_test(self):
        """How it ended."""
        await_(lambda: self.get("envsMail", 0, "test")["test"] == IDLE, "the end of the test mail")
        return Row(self.get("envsMail", 0, "testResult", "testText"))


@harness.full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class ByTheRelay(World):
    def check_row(self, case, row):
        self.assertEqual((row.result, row.state, row.attempts, row.phase, row.code,
            row.enhancedCode), (case.result, case.class_.state, 1, case.phase.encode(), case.code,
            case.enhanced.encode()))
        self.assertIn(case.words, row.reply.decode())
        self.assertRegex(row.reply, rb"\A[\x20-\x7e]{1,200}\Z")
        self.assertEqual(row.relay, b"no.such.name.invalid" if case.result == 16 else b"localhost")
        self.assertIsInstance(row.latency, int)
        if case.class_ in (TEMPORARY, DOUBT):
            self.assertGreater(row.nextAttempt, 400)
        if case.class_ is CONFIGURATION:
            self.assertIn(row.nextAttempt, range(730, 901))  # no retry is so late

    def check_log(self, case, log):
        """One line of this attempt."""
        lines = [line for line in log.splitlines() if f"mail to {OPS} by " in line]
        self.assertEqual(len(lines), 1, lines)
        at = f" at {case.phase}" if case.phase else ""
        code = f": {case.code} {case.enhanced} " if case.code else ": " if case.words else ""
        self.assertRegex(lines[0], rf"mail to {OPS} by \S+: {NAMES[case.result]}{at} in \d+ ms"
            rf"( \(.*\))?{code}.*{case.words}.*{re.escape(case.class_.log)}$")

    def check_channel(self, case):
        """Where else it shows."""
        self.assertEqual(self.get("envsContactTable", 1, "lastResult"), {"lastResult": case.result})
        if not self.is_one_recipients(case):
            relay = self.get("envsRelayTable", 1, "lastResult", "lastCode", "lastText")
            self.assertEqual((relay["lastResult"], relay.get("lastCode")),
                (case.result, case.code))
            self.assertIn(case.words, relay["lastText"].decode())
            self.assertEqual(self.get("envsChannelTable", MAIL, "lastResult"),
                {"lastResult": case.result})

    def check_test(self, case):
        """A test mail ends with the same, at once, whatever waits."""
        self.ask_for_test(ALL_CONTACTS if self.is_one_recipients(case) else 1)
        test = self.await_test()
        self.assertEqual(test.testResult, case.result)
        self.assertIn(case.words, test.testText.decode())

    def check_path(self, case, behind):
        """A setting has to be changed: that is told, by SNMP only, and it ends with the change."""
        down = self.await_event(behind, PATH_DOWN, source="mail", reason=NAMES[case.result])
        self.assertEqual(self.manager.scalar("mailPathState"), PATH_FAILED)
        told = await_(lambda: self.find_row(down.seq, "master agent", SNMP), "its notification")
        self.await_row(told, "its notification gets out", state=DELIVERED)
        self.assertEqual(self.find_row(down.seq), 0)

    @staticmethod
    def is_one_recipients(case):
        """It is about ops alone; night gets its mail."""
        return OPS in case.world

    def play(self, case):
        self.arrange(case.world)
        behind, said = self.manager.scalar("eventLastSeq"), len(self.daemon.log())
        seq = self.cross()
        ops, night = self.deliveries_of(seq)
        self.await_row(ops, "the end of the attempt", result=case.result)
        self.await_row(night, "its end for night",
            result=0 if self.is_one_recipients(case) else case.result)
        self.check_row(case, self.row(ops))
        self.check_channel(case)
        self.check_log(case, self.daemon.log()[said:])
        if case.class_ is CONFIGURATION:
            self.check_path(case, behind)
        elif case.class_ is PERMANENT:
            self.await_event(behind, DELIVERY_FAILED, source="ops", reason=NAMES[case.result])
        self.check_test(case)
        self.put_right(case, ops, behind)

    def put_right(self, case, ops, behind):
        """What waits goes then, once."""
        self.well()
        if case.class_ is CONFIGURATION:
            self.assertEqual(self.row(ops).state, HELD)
            self.relay("spare")  # a new configuration
            self.await_event(behind, PATH_UP, source="mail")
        elif case.class_ in (TEMPORARY, DOUBT):
            self.assertEqual(self.row(ops).state, DEFERRED)
            if "relay" in case.world:
                self.relay()
            elif "file" in case.world:
                self.reload()
            else:
                self.flush()
        if case.class_ is not PERMANENT:
            self.await_row(ops, "it gets out", state=DELIVERED, result=0)
            self.assertEqual(self.row(ops).attempts, 1 if case.class_ is DONE else 2)
            self.assertEqual(self.get("envsContactTable", 1, "lastResult"), {"lastResult": 0})

    def test_each_that_a_relay_makes_is_told_with_its_words_and_has_its_consequence(self):
        for case in CASES:
            with self.subTest(world=case.world, result=NAMES[case.result]):
                try:
                    self.play(case)
                finally:
                    self.calm()


@harness.full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class OurOwn(World):
    def hold(self):
        """The relay says nothing until the result is called."""
        go = threading.Event()

        def wait(link, _):
            go.wait()
            link.send(b"220 fake.example.org ESMTP\r\n")
        self.fakes["plain"].faults["greeting"] = [wait, 1]
        self.addCleanup(go.set)
        return go.set

    def test_a_second_test_mail_is_busy_and_does_not_disturb_the_first(self):
        self.relay()
        fake = self.fakes["plain"]
        before, go_on = len(fake.mails), self.hold()
        self.ask_for_test(1)
        self.assertEqual(self.get("envsMail", 0, "test", "testResult"), {"test": RUNNING})
        self.manager.set_all(("envsMail", "testContact", 0, "u", 2),
            ("envsMail", "test", 0, "i", SEND))
        await_(lambda: self.get("envsMail", 0, "testResult"), "the result of the second")
        self.assertEqual(self.get("envsMail", 0, "test", "testResult", "testText"),
            {"test": RUNNING, "testResult": 14, "testText": b"a test is running already"})
        go_on()
        self.assertEqual(self.await_test().testResult, 0)
        self.assertEqual([mail[1][0].split(" ")[0] for mail in fake.mails[before:]
            if b": test mail" in mail[2]], [f"TO:<{OPS}>"])

    def test_what_the_limiter_holds_back_says_so_until_a_flush(self):
        self.reload(limits="burst = 1  interval = 10m")
        self.relay()
        behind = self.manager.scalar("eventLastSeq")
        first, second = self.cross(WARM), self.cross(WARM)
        held = [self.deliveries_of(seq)[0] for seq in (first, second)]
        self.await_event(behind, RATE_BLOCKED)
        await_(lambda: 19 in [self.row(index).result for index in held], "one is held back")
        waiting = next(index for index in held if self.row(index).result == 19)
        row = self.row(waiting)
        self.assertEqual((row.attempts, row.reply), (0, b"held back by the limit of the recipient"))
        critical, _ = self.deliveries_of(self.cross())
        self.await_row(critical, "what is critical passes", state=DELIVERED)
        self.assertEqual(self.row(waiting).result, 19)
        self.flush()
        self.await_row(waiting, "it leaves", state=DELIVERED, result=0)

    def test_what_waits_for_a_master_says_so(self):
        self.reload(delivery="pace = 1  pace-burst = 1")
        self.relay()
        fake = self.fakes["plain"]
        before, names = len(fake.mails), self.unused[:24]
        count = self.daemon.log().count("connected to the SNMP master")
        gone = self.daemon.log().count("is gone")
        self.stage.master.kill()
        self.daemon.await_log("is gone", count=gone + 1)
        for name in names:
            self.unused.remove(name)
        self.put(HOT, *names)
        # several that come at once are one mail
        await_(lambda: all(any(name.encode() in mail[2] for mail in fake.mails[before:])
            for name in names), "mail goes on")
        self.stage.snmpd()
        self.daemon.await_master(count + 1)
        await_(lambda: 20 in self.column("envsDeliveryTable", "result").values(),
            "notifications that were held back")  # the last of them as many seconds
        self.reload()  # and leave at once now

    def test_while_a_setting_is_wrong_only_what_is_useless_expires(self):
        behind = self.manager.scalar("eventLastSeq")
        self.relay("login", password="wrong")
        self.manager.set_all(("envsDelivery", "usefulFor", 0, "u", 1))
        self.addCleanup(self.manager.set_all, ("envsDelivery", "usefulFor", 0, "u", 14400))
        over, name = self.deliveries_of(self.cross())[0], self.crossed
        active, _ = self.deliveries_of(self.cross())
        self.put(COLD, name)
        self.await_row(over, "it expires", state=EXPIRED, result=21)
        self.assertEqual(self.row(over).reply, b"too old to be useful")
        self.await_event(behind, DELIVERY_FAILED, source="ops", reason="expired")
        self.await_row(active, "this is too old, too", usefulLeft=0, state=HELD, result=11)
        self.relay()
        self.await_row(active, "it is told as it is now", state=DELIVERED, result=0)
        await_(lambda: any(b"[BACKLOG]" in mail[2] for mail in self.fakes["plain"].mails),
            "what was not told is told")

    def test_a_full_queue_gives_up_the_least_important_and_says_so(self):
        behind = self.manager.scalar("eventLastSeq")
        self.manager.set_all(("envsDelivery", "maximum", 0, "u", 10))
        self.addCleanup(self.manager.set_all, ("envsDelivery", "maximum", 0, "u", 2000))
        self.relay("closed")
        lesser, _ = self.deliveries_of(self.cross(WARM))  # and that for night
        self.cross(WARM)
        critical = [self.cross() for _ in range(4)]
        row = self.await_row(lesser, "it gives way", state=FAILED, result=22)
        self.assertEqual(row.reply, b"the queue was full")
        for contact in "ops", "night":
            self.await_event(behind, DELIVERY_FAILED, source=contact, reason="queueFull")
        for seq in critical:
            self.assertNotEqual(self.row(self.find_row(seq)).state, FAILED)

    def test_a_contact_that_the_file_allows_no_more_gets_nothing_more(self):
        behind = self.manager.scalar("eventLastSeq")
        self.relay("closed")
        self.manager.set_all(("envsContactTable", "name", 9, "s", "guest"),
            ("envsContactTable", "address", 9, "s", "guest@example.net"),
            ("envsContactTable", "rowStatus", 9, "i", CREATE_AND_GO))
        self.addCleanup(self.manager.set_all, ("envsContactTable", "rowStatus", 9, "i", DESTROY))
        seq = self.cross()
        guest = await_(lambda: self.find_row(seq, "guest"), "a delivery for the guest")
        self.await_row(guest, "it was tried", attempts=1)
        self.reload(allowed='"example.org"')
        row = self.await_row(guest, "it has ended", state=FAILED, result=23)
        self.assertEqual(row.reply, b"the recipient is not in allow-recipients of the file")
        self.await_event(behind, DELIVERY_FAILED, source="guest", reason="notAllowed")
        self.assertNotEqual(self.row(self.find_row(seq)).state, FAILED)

    def test_many_ends_of_one_kind_are_told_once_in_a_while_with_their_number(self):
        self.reload(delivery="report-interval = 1h")
        behind = self.manager.scalar("eventLastSeq")
        self.relay()
        self.fakes["plain"].replies[NIGHT] = "550 5.1.1 nobody here"

        def told():
            events = [event.text for event in self.events_behind(behind)
                if (event.kind, event.reason) == (DELIVERY_FAILED, b"recipientInvalid")]
            return [int(re.search(rb"given up: (\d+) ", text).group(1)) for text in events]
        for number in range(3):
            _, night = self.deliveries_of(self.cross())
            self.await_row(night, "it is given up", state=FAILED, result=12)
            if number == 0:
                await_(told, "the first is told at once")
        self.reload()  # a short while, that is now over
        await_(lambda: told() == [1, 2], "the others are told")


if __name__ == "__main__":
    harness.main()
