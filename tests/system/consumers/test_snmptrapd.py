#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Notifications of the daemon through snmptrapd: as passive results, through snmptt, for Zabbix."""
import re

import consumer
from consumer import Rack, Receiver, await_, made, read
from manager import cell_oid

INLET = "sensor Rack A inlet"

SNMPTT_INI = """\
[General]
mode = standalone
multiple_event = 1
[Logging]
log_enable = 1
log_file = {folder}/snmptt.log
syslog_enable = 0
syslog_system_enable = 0
[Exec]
exec_enable = 1
[TrapFiles]
snmptt_conf_files = <<END
{folder}/snmptt.conf
END
"""


class TrapTest(consumer.harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.commands = self.stage.write("commands", "")

    def results(self, path=None):
        """(service, state, text) of each, in order."""
        lines = read(path or self.commands).splitlines()
        form = r"\[\d+\] PROCESS_SERVICE_CHECK_RESULT;127\.0\.0\.1;([^;]+);(\d);(.+)"
        found = [re.fullmatch(form, line) for line in lines]
        self.assertNotIn(None, found, lines)
        return [(match.group(1), int(match.group(2)), match.group(3)) for match in found]

    def await_result(self, service, state, text=None, path=None):
        """Until the last result of the service is that."""
        def last():
            mine = [result for result in self.results(path) if result[0] == service]
            return mine and mine[-1][1] == state and (text is None or mine[-1][2] == text)
        await_(last, f"{service} gets {state}, {text}")

    def move(self, rack, path=None):
        """All that can happen to a sensor, and what Nagios is told."""
        self.await_result("envsensord", 0, path=path)
        rack.script(inlet="28")
        self.await_result(INLET, 1, "Rack A inlet is too high: "
            "28.000 C has reached the warning limit 27.000 C.", path)
        rack.script(inlet="33.1")
        self.await_result(INLET, 2, path=path)
        rack.script()
        self.await_result(INLET, 0, "Rack A inlet is normal again: 21.500 C.", path)
        rack.break_inlet()
        self.await_result(INLET, 3, path=path)
        rack.script()
        self.await_result(INLET, 0, path=path)
        rack.stop()
        self.await_result("envsensord", 3, path=path)
        rack.start()
        self.await_result("envsensord", 0, path=path)

    def test_a_notification_is_a_passive_result(self):
        Receiver(self.stage, f"{made('snmptrapd/envsensor_passive')} {self.commands}")
        rack = Rack(self.stage)
        self.move(rack)
        rack.script(inlet="lost", outlet="lost", humidity="lost", door="lost")
        self.await_result("bus rack", 2)
        rack.script()
        self.await_result("bus rack", 0)
        self.assertEqual({result[0] for result in self.results()},
            {"envsensord", INLET, "bus rack"})

    def test_an_inform_of_version_3_is_one_too(self):
        Receiver(self.stage, f"{made('snmptrapd/envsensor_passive')} {self.commands}",
            kind="inform by v3")
        self.move(Rack(self.stage))

    def test_snmptt_knows_the_severity_and_hands_it_over(self):
        folder = self.stage.folder
        conf = read(made("snmptrapd/snmptt.conf"))
        self.stage.write("snmptt.conf", conf.replace("#EXEC envsensor_passive COMMAND-FILE",
            f"EXEC {made('snmptrapd/envsensor_passive')} {self.commands}"))
        ini = self.stage.write("snmptt.ini", SNMPTT_INI.format(folder=folder))
        Receiver(self.stage, f"/usr/sbin/snmptt --ini={ini}")
        self.move(Rack(self.stage))
        log = read(self.stage.path("snmptt.log"))
        self.assertRegex(log, r'CRITICAL "Sensor alarm" 127\.0\.0\.1 - Rack A inlet is still '
            r"worse, too high: 33\.100 C has reached the critical limit 32\.000 C\. "
            r"\(3, was 2; alarm \d+, event \d+\)")
        self.assertRegex(log, r'Normal "Sensor alarm" .* Rack A inlet is normal again: 21\.500 C\.')
        self.assertRegex(log, r'CRITICAL "Sensor or bus fault" .* \(3: deviceError;')
        self.assertRegex(log, r'"Sensor agent" 127\.0\.0\.1 - ')

    def test_zabbix_finds_the_sensor_by_its_index(self):
        log = self.stage.write("traps.log", "")
        Receiver(self.stage, f"{made('zabbix/zabbix_trap_handler')} {log}")
        rack = Rack(self.stage)

        def severities():
            return re.findall(rf"^  {re.escape(cell_oid('envsSensorTable', 'severity', index))} "
                r"(\d)$", read(log), re.M)
        index = rack.index()
        rack.script(inlet="33")
        await_(lambda: severities() == ["3"], "critical")
        rack.script()
        await_(lambda: severities() == ["3", "1"], "ok")
        rack.stop()
        rack.start()
        rack.script(inlet="28")
        await_(lambda: severities() == ["3", "1", "2"], "the same index after a restart")
        self.assertRegex(read(log), r"(?m)^\d\d:\d\d:\d\d \d{4}/\d\d/\d\d ZBXTRAP 127\.0\.0\.1$")


if __name__ == "__main__":
    consumer.want("snmptrapd", "snmptt")
    consumer.harness.main()
