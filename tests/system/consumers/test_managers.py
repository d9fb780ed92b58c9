#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Several managers at once: two walk everything, a third sets limits; nobody waits in vain."""
import threading

import consumer
from harness import GOOD, bus, sensor
from manager import cell_oid, oid_key, parse_varbinds, root

SENSORS = 200
# No second try: a time-out would be one.  Five seconds, because the machine may be busy.
ONCE = ["-t", "5", "-r", "0"]


class Walker(threading.Thread):
    """Walks until it is told to end; what went wrong, and how many walks there were."""

    def __init__(self, manager):
        super().__init__()
        self.manager, self.ending = manager, threading.Event()
        self.walks, self.problem, self.columns = 0, None, set()
        self.start()

    def run(self):
        base = oid_key(root())
        while self.problem is None and (not self.ending.is_set() or self.walks == 0):
            done = self.manager.run("snmpbulkwalk", *ONCE, "-Cr25", self.manager.peer(),
                "." + root())
            oids = [oid_key(varbind.oid) for varbind in parse_varbinds(done.output)
                if done.status == 0]
            if done.status != 0:
                self.problem = done.output.splitlines()[-1]
            elif oids != sorted(oids) or any(oid[:len(base)] != base for oid in oids):
                self.problem = "out of order"
            else:
                sensors = base + (1, 3, 1, 1, 2)
                count = sum(oid[:len(sensors)] == sensors for oid in oids)
                self.problem = None if count == SENSORS else f"{count} sensors"
            self.walks += 1

    def end(self):
        self.ending.set()
        self.join()
        return self.problem


class ManagersTest(consumer.harness.SystemTest):
    def test_two_walk_while_a_third_sets(self):
        self.stage.snmpd()
        self.stage.daemon(bus("rack", "sim") + "".join(
            sensor(f"s{n:03}", "rack", f"s{n:03}") for n in range(SENSORS))).await_master()
        self.manager.await_sensor(f"s{SENSORS - 1:03}", quality=GOOD)
        walkers = [Walker(self.manager) for _ in range(2)]
        try:
            n = 0
            while n < 60 or any(walker.walks < 3 and walker.is_alive() for walker in walkers):
                n += 1
                index = 1 + n * 3 % SENSORS
                done = self.manager.run("snmpset", *ONCE, self.manager.peer(),
                    cell_oid("envsSensorTable", "highWarning", index), "i", str(900000 + n),
                    cell_oid("envsSensorTable", "highCritical", index), "i", str(950000 + n),
                    community="private")
                self.assertEqual(done.status, 0, done.output)
                self.assertEqual(self.manager.cell("envsSensorTable", "highWarning", index),
                    900000 + n)
        finally:
            problems = [walker.end() for walker in walkers]
        self.assertEqual(problems, [None, None])
        walks = " and ".join(str(walker.walks) for walker in walkers)
        print(f"{n} pairs of limits were set during {walks} walks")


if __name__ == "__main__":
    consumer.harness.main()
