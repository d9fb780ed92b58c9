#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Start and stop, over and over, with sensors that are read and mails on their way: each end is in
order, and nothing is left but the state."""
import ctypes
import os
import random
import signal
import unittest.mock

import harness
import test_delivery
import test_mail_kills
from harness import IS_LONG, await_, bus, section, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake, children_of
from test_mail_kills import DELIVERED, MAIL

SEED = 2211
CYCLES = 500 if IS_LONG else 10
SENSORS = 20
SUPERSEDED = 7  # EnvsDeliveryState
LATER_S = 60  # for what has to be tried again
STATE = {"effective.conf", "envsensord.db", "lock"}
PR_SET_CHILD_SUBREAPER = 36


class Cycles(test_delivery.DeliveryTest):
    """Whoever outlives the daemon that started it becomes a child of this test."""

    def begin(self):  # pylint: disable=arguments-differ
        libc = ctypes.CDLL(None)
        self.assertEqual(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0)
        self.addCleanup(libc.prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        self.names = [f"s{number:02d}" for number in range(1, SENSORS + 1)]
        self.has_mail = os.path.exists(HELPER)
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        # libesmtp keeps names of headers without their end, and compares them by length
        lenient = os.environ.get("ASAN_OPTIONS", "") + ":strict_string_checks=0"
        environment = unittest.mock.patch.dict(os.environ, ENVSENSORD_SMTP=HELPER,
            TMPDIR=self.stage.folder_at("tmp"), ASAN_OPTIONS=lenient)
        environment.start()
        self.addCleanup(environment.stop)
        self.shared_memory = set(os.listdir("/dev/shm"))
        self.config = self.configuration()
        self.stage.snmpd()
        self.others = children_of(os.getpid())
        self.replay = test_delivery.Replay(self)

    def configuration(self):
        mail = f"""
mail {{
    from = "sensors@example.org"  group-window = 0  check-interval = 0
    relay {{ host = "127.0.0.1"  port = {self.fake.port}  security = none }}
}}
limiter {{ burst = 1000  interval = 1s  per-hour = 10000  per-day = 10000  flood-raises = 10000 }}
delivery {{ retry-base = 100ms  retry-cap = 300ms  pace = 10000 }}
""" + section("contact", "ops", {"address": "ops@example.org"})
        return (mail if self.has_mail else "") + bus("rack", "sim", self.stage.path("script"),
            poll_interval="100ms") + "".join(sensor(name, "rack", name, high_warning=27,
            high_critical=32, on_delay="0", off_delay="0", min_samples=1) for name in self.names)

    def move(self, cycle):
        """One sensor after the other goes from warning to critical, or back: it does not clear, and
        so never chatters."""
        self.stage.write("script", "".join(
            f"{name} {33 if (cycle + at) % SENSORS < SENSORS // 2 else 28}\n"
            for at, name in enumerate(self.names)))

    # ---- when the end comes ----

    def at_once(self):
        """It has just begun."""

    def when_connected(self):
        self.daemon.await_master()

    def when_mail_is_on_its_way(self):
        if self.has_mail:
            await_(lambda: self.fake.connections > self.connections, "a connection to the relay")

    def when_mail_has_come(self):
        if self.has_mail:
            await_(lambda: len(self.fake.mails) > self.mails, "a mail")

    def cycle(self, when):
        self.connections, self.mails = self.fake.connections, len(self.fake.mails)
        self.start()
        when()
        self.daemon.signal(signal.SIGTERM)
        self.assertEqual(self.daemon.popen.wait(harness.STOP_S), 0, self.daemon.log())
        # an end that leaves a thread behind does not look for leaks
        self.assertNotIn("left behind", self.daemon.log())
        # as the sanitizer's word of a leak
        self.assertNotIn(f"warning: {os.path.basename(HELPER)}: ", self.daemon.log())
        self.stage.processes.remove(self.daemon)

    # ---- what is left of it ----

    def check_rest(self):
        self.assertEqual(children_of(os.getpid()), self.others, "it has left a process")
        self.assertEqual(set(os.listdir(self.stage.path("state"))), STATE)
        self.assertEqual(os.listdir(self.stage.path("tmp")), [])
        self.assertEqual([name for name in set(os.listdir("/dev/shm")) - self.shared_memory
            if "envsensor" in name], [])
        with self.database() as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()
        self.replay.take(self.stored_events(self.replay.last))

    def check_told(self):
        """What an end left in the queue is told by whoever comes next, and what he finds himself:
        the last end may have come before the first read."""
        self.start()
        self.daemon.await_master()
        await_(self.least_reads, "each sensor is read")
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "the queue is empty", LATER_S)
        self.daemon.stop_well()
        with self.database() as database:
            rows = database.execute("SELECT state, lead FROM delivery WHERE channel = ?",
                (MAIL,)).fetchall()
        database.close()
        self.assertEqual(bool(rows), self.has_mail)
        self.assertEqual({state for state, _ in rows} - {DELIVERED, SUPERSEDED}, set())
        told = test_mail_kills.Mails(self.fake).times
        leads = {lead for state, lead in rows if state == DELIVERED}
        self.assertEqual(leads - told.keys(), set())

    def test_each_end_is_in_order_and_nothing_is_left(self):
        self.begin()
        luck = random.Random(SEED)
        ends = [self.when_mail_is_on_its_way, self.when_mail_has_come, self.when_connected,
            self.at_once]
        for cycle in range(CYCLES):
            self.move(cycle)
            # each one first, then as it comes
            self.cycle(ends[cycle] if cycle < len(ends) else luck.choice(ends))
            self.check_rest()
        self.check_told()


if __name__ == "__main__":
    harness.main()
