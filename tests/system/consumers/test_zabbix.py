#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Zabbix 6.0 with our template: discovery, values, problems by polling and by notification."""
import time

import consumer
from consumer import CRITICAL, OK, Rack, Receiver, made
from zabbix import FRONTEND, SQL, Zabbix

PUBLIC = {"version": 2, "bulk": 1, "community": "public"}
SECURE = {"version": 3, "bulk": 1, "securityname": "monitor", "securitylevel": 2,
    "authprotocol": 1, "authpassphrase": "authenticate", "privprotocol": 1,
    "privpassphrase": "encipherment"}
INLET = "Rack A inlet: "
GONE = "envsensord: No data for .*"


class ZabbixTest(consumer.harness.SystemTest):
    shared = True

    @classmethod
    def set_up_stage(cls):
        traps = cls.stage.write("traps.log", "")
        Receiver(cls.stage, f"{made('zabbix/zabbix_trap_handler')} {traps}")
        cls.rack = Rack(cls.stage)
        cls.zabbix = Zabbix(cls.stage, traps)
        began = time.monotonic()
        cls.zabbix.import_template()
        cls.port = cls.stage.master.port
        cls.polled = cls.zabbix.add_host("rack1", cls.port, PUBLIC)
        cls.inlet = cls.rack.index()
        cls.polled.await_value(f"envs.sensor.value[{cls.inlet}]", "21.5")
        print(f"the first value is there {time.monotonic() - began:.1f} s after the import begins")

    def tearDown(self):
        self.rack.script()

    def test_1_what_is_discovered(self):
        values = {"inlet": "21.5", "outlet": "-3.5"}
        for name, value in values.items():
            index = self.rack.index(f"Rack A {name}")
            self.polled.await_value(f"envs.sensor.value[{index}]", value)
        items = self.polled.items()
        self.assertEqual(items[f"envs.sensor.value[{self.inlet}]"]["units"], "C")
        self.assertEqual(items[f"envs.sensor.value[{self.inlet}]"]["name"],
            "Rack A inlet: Value")
        for key, value in (("limit.highCritical", "32"), ("limit.lowCritical", "5"),
                ("limits", "low critical, low warning, high warning, high critical"),
                ("severity", "1"), ("quality", "2"), ("suppression", "1")):
            self.polled.await_value(f"envs.sensor.{key}[{self.inlet}]", value)
        for name, limits in (("Rack A outlet", "high critical"), ("Room", "none")):
            self.polled.await_value(f"envs.sensor.limits[{self.rack.index(name)}]", limits)
        self.polled.await_value("envs.bus.state[1]", "1")
        self.polled.await_value("envs.overall", "1")
        self.polled.await_value("envs.sensors", "4")
        self.polled.await_value("envs.channel.pending[1]", "0")
        self.assertEqual(self.polled.unsupported(), {})
        self.assertEqual(self.polled.problems(), [])

    def test_2_problems_by_polling(self):
        host, rack = self.polled, self.rack
        rack.script(inlet="28")
        host.await_problems(INLET + "Beyond a warning limit")
        rack.script(inlet="33.1")
        host.await_problems(INLET + "Beyond a critical limit")
        rack.script()
        host.await_problems()
        rack.break_inlet()
        host.await_problems(INLET + "No reading")
        self.assertEqual(host.unsupported(), {})
        rack.script()
        host.await_problems()
        rack.script(inlet="lost", outlet="lost", humidity="lost", door="lost")
        host.await_problems("Bus rack: It is down")
        rack.script()
        host.await_problems()

    def test_3_a_host_of_version_3(self):
        host = self.zabbix.add_host("rack1-v3", self.port, SECURE)
        host.await_value(f"envs.sensor.value[{self.inlet}]", "21.5")
        self.zabbix.call("host.delete", [host.number])

    def test_4_problems_by_notification(self):
        """While it is polled once an hour: what opens and closes a problem is a notification."""
        host, rack = self.polled, self.rack
        host.await_problems()
        host.set_macros(INTERVAL="1h", NODATA="2h", TRAP_HOLD="1h")
        host.await_unpolled("envs.heartbeat")
        rack.script(inlet="33")
        began = time.monotonic()
        host.await_problems(INLET + "Beyond a critical limit")
        print(f"a problem by notification after {time.monotonic() - began:.1f} s")
        rack.script(inlet="33", outlet="50")
        host.await_problems(INLET + "Beyond a critical limit",
            "Rack A outlet: Beyond a critical limit")
        rack.script(outlet="50")
        host.await_problems("Rack A outlet: Beyond a critical limit")
        rack.script()
        host.await_problems()
        host.set_macros(INTERVAL="1s", NODATA="5s", TRAP_HOLD="5s")
        rack.script(inlet="22.5")
        host.await_value(f"envs.sensor.value[{self.inlet}]", "22.5")

    def test_5_the_daemon_gone_and_back(self):
        host, rack = self.polled, self.rack
        rack.script(inlet="33")
        host.await_problems(INLET + "Beyond a critical limit")
        rack.stop()
        host.await_problems(INLET + "Beyond a critical limit", GONE)
        rack.start()
        rack.await_severity(CRITICAL)
        host.await_problems(INLET + "Beyond a critical limit")
        rack.script()
        rack.await_severity(OK)
        host.await_problems()
        self.assertEqual(rack.index(), self.inlet)
        host.await_value(f"envs.sensor.value[{self.inlet}]", "21.5")


if __name__ == "__main__":
    consumer.want("zabbix_server", "php", "psql", "/usr/lib/postgresql/*/bin/initdb", FRONTEND,
        SQL, "snmptrapd")
    consumer.harness.HANG_S = 540  # minutes of processor on a machine that has more to do
    consumer.harness.main()
