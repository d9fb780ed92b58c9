#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The check_snmp that everybody has: by numeric OIDs, without a file of ours."""
import subprocess

import consumer
from consumer import CRITICAL, OK, Rack, await_
from manager import cell_oid

PLUGIN = "/usr/lib/nagios/plugins/check_snmp"
SCALED = ["-M", "0.001", "-f", "%.1f"]


class CheckSnmpTest(consumer.harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.rack = Rack(self.stage)
        self.inlet = self.rack.index()

    def check(self, column, *options):
        done = subprocess.run([PLUGIN, "-H", "127.0.0.1", "-p", str(self.stage.master.port), "-P",
            "2c", "-C", "public", "-t", "10", "-o", cell_oid("envsSensorTable", column,
                self.inlet).lstrip("."), *options], capture_output=True, text=True,
            env=self.stage.snmp_env(), check=False)
        return done.returncode, done.stdout.strip()

    def test_a_value_its_text_and_its_severity(self):
        value = ["-l", "inlet", "-u", "C", *SCALED, "-w", "10:27", "-c", "5:32"]
        severity = ["-l", "severity", "-w", "1:1", "-c", "1:2"]
        text = ["-l", "inlet", "-w", "~:27", "-c", "~:32"]
        self.assertEqual(self.check("value", *value),
            (0, "SNMP OK - inlet 21.5 C | inlet=21.5;10:27;5:32"))
        self.assertEqual(self.check("valueText", *text),
            (0, "SNMP OK - inlet 21.5 | inlet=21.5;~:27;~:32"))
        self.assertEqual(self.check("severity", *severity),
            (0, "SNMP OK - severity 1 | severity=1;1:1;1:2"))
        self.rack.script(inlet="28")
        await_(lambda: self.check("severity", *severity)[0] == 1, "warning")
        self.rack.script(inlet="33.1")
        self.rack.await_severity(CRITICAL)
        self.assertEqual(self.check("severity", *severity)[0], 2)
        self.assertEqual(self.check("value", *value)[0], 2)
        self.assertEqual(self.check("valueText", *text)[0], 2)
        self.rack.script()
        self.rack.await_severity(OK)
        self.assertEqual(self.check("value", *value)[0], 0)

    def test_a_fault_and_the_daemon_gone_are_unknown(self):
        self.rack.break_inlet()
        status, text = self.check("value", *SCALED, "-w", "10:27")
        self.assertEqual(status, 3)
        self.assertIn("No Such Instance", text)
        self.assertEqual(self.check("severity", "-w", "1:1", "-c", "1:2")[0], 2)
        self.rack.script()
        await_(lambda: self.check("value", *SCALED, "-w", "10:27")[0] == 0, "the value is back")
        self.rack.stop()
        status, text = self.check("value", *SCALED, "-w", "10:27")
        self.assertEqual(status, 3)
        self.assertIn("No Such Object", text)
        self.rack.start()
        self.assertEqual(self.rack.index(), self.inlet)
        self.assertEqual(self.check("value", *SCALED, "-w", "10:27")[0], 0)


if __name__ == "__main__":
    consumer.want(PLUGIN)
    consumer.harness.main()
