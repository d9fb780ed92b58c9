#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many changes by SET: rows that come and go, and one manager that sets while another walks."""
import os
import re
import threading
import time

import harness
from harness import GOOD, bus, sensor
from manager import ONCE, oid_key, parse_varbinds, root

LONG = os.environ.get("CHECK_LONG") == "1"
SENSOR = "envsSensorTable"
CREATE_AND_GO, DESTROY = 4, 6
AT_ONCE = 10  # rows in one PDU
ROUNDS, ROWS = (3, 1000) if LONG else (3, 60)
GROWTH_KB = 512  # from the second round on; the first one fills pools
SETS, PER_SECOND = (500, 50) if LONG else (100, 50)
MORE_ROUNDS = 5  # until the pools are full, however the threads came to take turns


@harness.full_pass_only
class Many(harness.SystemTest):
    def begin(self, count=2):
        """Each change is an event, and few are kept: they are no growth."""
        self.stage.snmpd()
        self.daemon = self.stage.daemon("event-maximum = 100\n" + bus("rack", "sim") + "".join(
            sensor(f"s{n}", "rack", f"s{n}") for n in range(count)))
        self.daemon.await_master()
        self.manager.await_sensor(f"s{count - 1}", quality=GOOD)

    def memory_kb(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="ascii") as status:
            return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.M)[1])

    def create(self, first):
        cells = []
        for index in range(first, first + AT_ONCE):
            cells += [(SENSOR, "name", index, "s", f"row {index}"), (SENSOR, "bus", index, "s",
                "rack"), (SENSOR, "address", index, "s", f"a{index}"),
                (SENSOR, "quantity", index, "i", 2),
                (SENSOR, "rowStatus", index, "i", CREATE_AND_GO)]
        self.manager.set_all(*cells)

    def test_rows_come_and_go_and_leave_nothing_but_holes(self):
        self.begin()
        memory = []

        def grows():
            return memory[-1] - memory[-2] >= GROWTH_KB
        while len(memory) < ROUNDS or (grows() and len(memory) < ROUNDS + MORE_ROUNDS):
            first = self.manager.scalar("sensorNextIndex")
            for index in range(first, first + ROWS, AT_ONCE):
                self.create(index)
            self.assertEqual(self.manager.scalar("sensorCount"), 2 + ROWS)
            for index in range(first, first + ROWS, AT_ONCE):
                self.manager.set_all(*[(SENSOR, "rowStatus", n, "i", DESTROY)
                    for n in range(index, index + AT_ONCE)])
            self.assertEqual(self.manager.scalar("sensorCount"), 2)
            self.assertEqual(self.manager.scalar("sensorNextIndex"), first + ROWS)
            self.assertEqual(self.manager.try_set((SENSOR, "name", first, "s", "again"),
                (SENSOR, "rowStatus", first, "i", CREATE_AND_GO)), ("noCreation", 1))
            memory.append(self.memory_kb())
        if "-fsanitize" not in os.environ.get("CFLAGS", ""):
            self.assertFalse(grows(), memory)

    def test_sets_do_not_keep_a_walk_waiting_nor_the_other_way_round(self):
        self.begin(100)
        ending, problems, walks = threading.Event(), [], []

        def walk():
            while not walks or not (ending.is_set() or problems):
                done = self.manager.run("snmpbulkwalk", *ONCE, "-Cr25", self.manager.peer(),
                    f".{root()}.1.3")
                oids = [oid_key(varbind.oid) for varbind in parse_varbinds(done.output)]
                if done.status != 0 or oids != sorted(oids):
                    problems.append(done.output[-200:])
                walks.append(len(oids))

        walker = threading.Thread(target=walk)
        walker.start()
        try:
            begin = time.monotonic()
            for n in range(SETS):
                # the pace of a busy manager; one that comes late makes up for it
                time.sleep(max(0, begin + n / PER_SECOND - time.monotonic()))
                self.manager.set_all(
                    (SENSOR, "highCritical", 1 + n % 100, "i", 900000 + n),
                    (SENSOR, "location", 1 + n % 100, "s", f"rack {n}"))
        finally:
            ending.set()
            walker.join()
        self.assertEqual(problems, [])
        rows = self.manager.rows(SENSOR)
        for n in range(SETS - 100, SETS):
            row = rows[1 + n % 100]
            self.assertEqual((row.highCritical, row.location), (900000 + n, b"rack %d" % n))


if __name__ == "__main__":
    harness.main()
