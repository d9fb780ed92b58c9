#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A daemon that runs for long, while alarms come and go, snmpd is restarted, and the relay flaps:
its memory stays as it is, it keeps no descriptor, and each event is told.

SOAK_S in the environment: how long, in seconds.
"""
import os
import re
import statistics
import time
import unittest

import harness
import test_delivery
import test_mail_kills
from harness import GOOD, IS_LONG, await_, bus, full_pass_only, section, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake, children_of

SOAK_S = int(os.environ.get("SOAK_S", 1200 if IS_LONG else 20))
SENSORS = 200 if IS_LONG else 40
KEPT = 300 if IS_LONG else 100  # events and deliveries; the first alarms of 200 make more
LATER_S = 60

# The beat of each, in seconds; the relay is there, then away.
WALK_S, ALARM_S = 5, 10
MASTER_S, RELAY_S, AWAY_S = (120, 70, 25) if SOAK_S >= 300 else (10, 12, 4)

# Memory settles until then; a mean of so many looks is compared.
SETTLED_S, LOOKS = 300, 12
GROWTH_KB = 200

RAISE, CLEAR = 1, 4  # EnvsKind
OF_DELIVERY = (16, 17, 18, 19)
OK, WARNING = 1, 2  # EnvsSeverity
MAIL = 2  # EnvsChannel
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1, "high_warning": 27}


class Looks:
    """What the process takes, each time it was looked at: (second, kB, descriptors, threads)."""

    def __init__(self, pid):
        self.pid, self.began, self.all = pid, time.monotonic(), []
        self.steady = self.least()

    def resident_kb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.M)[1])

    def counts(self):
        """Not while a helper runs, whose pipes are descriptors, too."""
        def look():
            helpers = children_of(self.pid)
            found = [len(os.listdir(f"/proc/{self.pid}/{name}")) for name in ("fd", "task")]
            return found if not helpers and not children_of(self.pid) else None
        return await_(look, "no helper runs", LATER_S)

    def least(self):
        """Without what is open for a moment only."""
        seen = []
        for _ in range(LOOKS):
            time.sleep(0.05)
            seen.append(self.counts())
        return min(seen)

    def look(self):
        """A file that is read just now is open, and a master that is away is not: that passes."""
        await_(lambda: self.counts() == self.steady,
            f"{self.steady} descriptors and threads, as at first", LATER_S)
        self.all.append((time.monotonic() - self.began, self.resident_kb(), *self.steady))
        print("%5.0f s %6d kB %d descriptors, %d threads" % self.all[-1], flush=True)

    def growth_kb(self):
        """From when memory had settled to the end."""
        settled = [kb for second, kb, _, _ in self.all if second >= SETTLED_S]
        return statistics.mean(settled[-LOOKS:]) - statistics.mean(settled[:LOOKS])


@full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class Soak(test_delivery.DeliveryTest):
    def begin(self):  # pylint: disable=arguments-differ
        self.names = [f"s{number:04d}" for number in range(1, SENSORS + 1)]
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        os.environ["ENVSENSORD_SMTP"] = HELPER
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.config = self.configuration()
        self.trapd = test_delivery.traps.Snmptrapd(self.stage)
        self.stage.sinks += self.trapd.sinks()
        self.stage.snmpd()
        self.masters = 1
        self.events = {}
        self.raise_()
        self.start()
        self.daemon.await_master()
        self.manager.await_sensor(self.names[-1], quality=GOOD)

    def configuration(self):
        """No mail waits for another, and none is too many."""
        return (f"""site = "Prague 1"
event-maximum = {KEPT}
mail {{
    from = "sensors@example.org"
    group-window = 0
    relay {{ host = "127.0.0.1"  port = {self.fake.port}  security = none }}
}}
delivery {{
    retry-base = 500ms  retry-cap = 2s  retention-rows = {KEPT}  pace = 1000
}}
limiter {{ burst = 1000  per-hour = 10000  per-day = 10000  flood-raises = 10000 }}
""" + section("contact", "ops", {"address": "ops@example.org"})
            + bus("rack", "sim", self.stage.path("script"), poll_interval="1s")
            + "".join(sensor(name, "rack", name, **AT_ONCE) for name in self.names))

    def raise_(self, *warm):
        """These are warm, the others are not."""
        self.stage.write("script", "".join(f"{name} {34 if name in warm else 20}\n"
            for name in self.names))

    def active(self):
        return self.manager.scalar("alarmActiveCount")

    def fill(self):
        """All that is kept of each sensor, event and delivery is there once."""
        self.raise_(*self.names)
        await_(lambda: self.active() == SENSORS, "all alarms", LATER_S)
        self.raise_()
        await_(lambda: self.active() == 0, "no alarm", LATER_S)
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "all is told", 3 * LATER_S)
        self.filled = self.manager.scalar("eventLastSeq")

    # ---- what goes on ----

    def walk(self):
        rows = self.manager.rows("envsSensorTable")
        self.assertEqual(len(rows), SENSORS)
        self.manager.bulkwalk("." + harness.root())
        self.manager.bulkwalk(".1.3.6.1.2.1.47")
        self.manager.bulkwalk(".1.3.6.1.2.1.99")
        self.events.update(self.manager.rows("envsEventTable"))

    def restart_master(self):
        self.stage.master.stop()
        self.stage.snmpd()
        self.masters += 1
        self.daemon.await_master(self.masters)

    def flap(self, is_away):
        if is_away != self.is_away:
            self.is_away = is_away
            if is_away:
                self.fake.go_away()
            else:
                self.fake.listen()

    def alarm(self, second, restart):
        """One sensor after the other is warm for half of the time, whoever is away meanwhile."""
        at = second // ALARM_S % SENSORS
        is_warm = second % ALARM_S < ALARM_S // 2
        self.raise_(*self.names[at:at + is_warm])
        restart()
        await_(lambda: self.manager.cell("envsSensorTable", "severity", at + 1)
            == (WARNING if is_warm else OK), f"the severity of {self.names[at]}")

    def soak(self, looks):
        self.is_away = False
        for second in range(SOAK_S):
            time.sleep(max(0, looks.began + second - time.monotonic()))
            self.flap(second % RELAY_S >= RELAY_S - AWAY_S)
            if second % (ALARM_S // 2) == 0:
                self.alarm(second, self.restart_master
                    if second % MASTER_S == MASTER_S // 2 else lambda: None)
            if second % WALK_S == WALK_S - 1:
                self.walk()
                looks.look()
        self.flap(False)
        self.raise_()

    # ---- what is true at the end ----

    def check_told(self):
        """The numbers have no gap; each has a notification, or a mail if it is of the SNMP channel
        itself."""
        last = self.manager.scalar("eventLastSeq")
        self.walk()
        numbers = range(self.filled + 1, last + 1)
        self.assertEqual([number for number in numbers if number not in self.events], [])
        self.assertEqual(len([row for seq, row in self.events.items() if row.kind == RAISE and
            seq > self.filled and row.source.startswith(b"s0")]), -(-SOAK_S // ALARM_S))
        mails = test_mail_kills.Mails(self.fake)
        of_delivery = {seq for seq, row in self.events.items() if row.kind in OF_DELIVERY}
        self.trapd.await_seqs(set(range(1, last + 1)) - (of_delivery & mails.times.keys()))
        return mails

    def check_mails(self, mails):
        """One of each raise and one of each clear, or one of both when the relay was away."""
        open_ = {}
        for seq, row in sorted(self.events.items()):
            if seq <= self.filled or row.alarmId == 0:
                continue
            if row.kind == RAISE:
                open_[row.alarmId] = seq
            elif row.kind == CLEAR:
                raised = open_.pop(row.alarmId)
                if not (raised in mails.times or seq in mails.times):
                    self.fail(f"no mail of alarm {row.alarmId} of {row.source}")
        self.assertEqual(open_, {})

    def check_channels(self, mails):
        for index, row in self.manager.rows("envsChannelTable").items():
            self.assertEqual((row.expired, row.failed, row.pending), (0, 0, 0), row)
            self.assertEqual(row.accepted, row.delivered + row.superseded, row)
            repeats = mails.repeats() if index == MAIL else self.repeats()
            self.assertLessEqual(repeats, row.inDoubt, row)

    def test_memory_and_descriptors_stay_and_each_event_is_told(self):
        self.begin()
        self.fill()
        looks = Looks(self.daemon.pid)
        looks.look()
        self.soak(looks)
        await_(lambda: self.active() == 0, "no alarm", LATER_S)
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "all is told", LATER_S)
        looks.look()
        mails = self.check_told()
        self.check_mails(mails)
        self.check_channels(mails)
        if SOAK_S >= 2 * SETTLED_S:
            self.assertLessEqual(looks.growth_kb(), GROWTH_KB)


if __name__ == "__main__":
    harness.main()
