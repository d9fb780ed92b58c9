#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""From real protocols to a real walk: values, order, what has no instance, what cannot be set."""
import struct

import harness
from harness import (NO_INSTANCE, NO_OBJECT, TABLES, Manager, bus, cell_oid, full_pass_only,
    oid_key, root, sensor, table_oid)

# RFC 3433 and MIB.md in numbers: name, bus, address, quantity (name in the file, EnvsQuantity),
# more of the configuration, hardware id, unit, value in thousandths, its text.
SENSORS = [
    ("inlet", "plc", "1:input:1:int16", ("temperature", 2), {"gain": "0.1"},
        "plc/1/input:1", "C", 23400, "23.400"),
    ("cold", "plc", "1:input:2:int16", ("temperature", 2), {"gain": "0.1"},
        "plc/1/input:2", "C", -18500, "-18.500"),
    ("float", "plc", "1:holding:10:float32", ("humidity", 3), {},
        "plc/1/holding:10", "%RH", 47250, "47.250"),
    ("swapped", "plc", "1:holding:12:float32:cdab", ("pressure", 5), {},
        "plc/1/holding:12", "hPa", 1013250, "1013.250"),
    ("door", "plc", "2:discrete:3:bool", ("contact", 15), {},
        "plc/2/discrete:3", "", 1000, "1.000"),
    ("relay", "plc", "2:coil:4:bool", ("contact", 15), {},
        "plc/2/coil:4", "", 0, "0.000"),
    ("rack", "line", "3:holding:7:int16", ("temperature", 2), {"gain": "0.1", "offset": "-1.5"},
        "line/3/holding:7", "C", 19600, "19.600"),
    ("rack b", "line", "4:input:7:uint32", ("energy", 9), {"gain": "0.001"},
        "line/4/input:7", "kWh", 70000, "70.000"),
    ("attic", "wire", "28-000005e2fdc3", ("temperature", 2), {},
        "28-000005e2fdc3", "C", 21562, "21.562"),
    ("cellar", "wire", "28-00000000000a", ("temperature", 2), {},
        "28-00000000000a", "C", -62, "-0.062"),
    ("dew", "play", "dew", ("dew-point", 4), {},
        "play/dew", "C", -40000, "-40.000"),
    ("silent", "play", "away/x", ("temperature", 2), {},
        "play/away/x", "C", None, ""),
]
# Celsius in tenths, rounded half away from zero; Fahrenheit in thousandths.
TEMPERATURES = {
    "inlet": (234, 74120),
    "cold": (-185, -1300),
    "rack": (196, 67280),
    "attic": (216, 70812),
    "cellar": (-1, 31888),
    "dew": (-400, -40000),
    "silent": (None, None),
}
MAIL = """
mail { enabled = false  from = "sensors@example.org" relay { host = "mail.example.org" } }
contact "ops" { address = "ops@example.org" }
"""
# The last columns of envsTemperatureTable and some of the scalars have no source yet.
NO_VALUE_SENSOR = {"value", "lastGoodValue", "lastGoodAge", "lastGoodTime", "minimum", "maximum"}


def float_words(value, swapped=False):
    words = struct.unpack(">HH", struct.pack(">f", value))
    return words[::-1] if swapped else words


def values_of_slaves():
    humidity, pressure = float_words(47.25), float_words(1013.25, swapped=True)
    tcp = ["set 1 input 1 234", "set 1 input 2 -185", f"set 1 holding 10 {humidity[0]}",
        f"set 1 holding 11 {humidity[1]}", f"set 1 holding 12 {pressure[0]}",
        f"set 1 holding 13 {pressure[1]}", "set 2 discrete 3 1", "set 2 coil 4 0"]
    rtu = ["set 3 holding 7 211", "set 4 input 7 1", f"set 4 input 8 {70000 - 65536}"]
    return tcp, rtu


class Walk(harness.SystemTest):
    """One configuration with all drivers; nothing in it changes."""

    shared = True

    @classmethod
    def set_up_stage(cls):
        stage = cls.stage
        tcp_values, rtu_values = values_of_slaves()
        tcp = harness.ModbusSlave(stage, "--tcp", "0", name="tcp")
        tcp.tell(*tcp_values)
        line = harness.SerialLine(stage, "line")
        line.slave.tell(*rtu_values)
        tree = harness.W1Tree(stage)
        tree.put("28-000005e2fdc3", 21562)
        tree.put("28-00000000000a", -62)
        script = stage.write("script", "dew -40.000\naway/x silent\n")
        config = (bus("plc", "modbus-tcp", f"127.0.0.1:{tcp.port}")
            + bus("line", "modbus-rtu", line.path, options="9600,8N1")
            + bus("wire", "w1", tree.path) + bus("play", "sim", script))
        for name, on, address, quantity, more, *_ in SENSORS:
            config += sensor(name, on, address, quantity[0], **more)
        config += MAIL
        stage.snmpd()
        cls.daemon = stage.daemon('site = "Prague 1"\n' + config)
        cls.daemon.await_master()
        for name, *_, value, _ in SENSORS:
            if value is not None:
                cls.manager.await_sensor(name, quality=harness.GOOD)
            else:
                cls.manager.await_sensor(name, quality=harness.FAULT)
        for table in TABLES:  # the master takes one after the other
            harness.await_(lambda table=table: cls.manager.bulkwalk(table_oid(table)), table)

    def subtree(self):
        return self.manager.bulkwalk(f".{root()}", repetitions=20)

    def test_sensor_table_shows_each_driver_s_values(self):
        rows = self.manager.named()
        self.assertEqual(set(rows), {name for name, *_ in SENSORS})
        for name, on, address, quantity, _, hardware, unit, value, text in SENSORS:
            with self.subTest(sensor=name):
                row = rows[name]
                self.assertEqual(row.bus, on.encode())
                self.assertEqual(row.address, address.encode())
                self.assertEqual(row.quantity, quantity[1])
                self.assertEqual(row.hardwareId, hardware.encode())
                self.assertEqual(row.unit, unit.encode())
                self.assertEqual(row.value, value)
                self.assertEqual(row.valueText, text.encode())
                self.assertEqual(row.minimum, value)
                self.assertEqual(row.maximum, value)
                self.assertEqual(row.storageType, 4)
                self.assertEqual(row.rowStatus, 1)
                self.assertGreater(row.reads, 0)

    def test_missing_cells_are_passed_over(self):
        rows = self.manager.named()
        names = set(TABLES["envsSensorTable"][1].split())
        self.assertEqual(names - set(rows["inlet"]), set())
        self.assertEqual(names - set(rows["silent"]), NO_VALUE_SENSOR)
        self.assertEqual(rows["silent"].faultReason, harness.NO_REPLY)
        self.assertEqual(rows["silent"].severity, 4)
        self.assertEqual(rows["inlet"].severity, 1)

    def test_temperature_table_has_rows_for_temperatures_only(self):
        rows = self.manager.named("envsTemperatureTable")
        sensors = self.manager.named()
        self.assertEqual(set(rows), set(TEMPERATURES))
        for name, (tenths, fahrenheit) in TEMPERATURES.items():
            with self.subTest(sensor=name):
                self.assertEqual(rows[name]["index"], sensors[name]["index"])
                self.assertEqual(rows[name].celsius, sensors[name].value)
                self.assertEqual(rows[name].celsiusTenths, tenths)
                self.assertEqual(rows[name].fahrenheit, fahrenheit)
                self.assertEqual(rows[name].severity, sensors[name].severity)

    def test_bus_table_counts(self):
        rows = self.manager.buses()
        self.assertEqual({name: (row.driver, row.sensorCount) for name, row in rows.items()},
            {"plc": (b"modbus-tcp", 6), "line": (b"modbus-rtu", 2), "wire": (b"w1", 2),
             "play": (b"sim", 2)})
        for name in ("plc", "line", "wire"):
            self.assertEqual(rows[name].state, harness.UP, name)
            self.assertGreater(rows[name].requests, 0, name)
            self.assertEqual(rows[name].timeouts, 0, name)
            self.assertEqual(rows[name].badReplies, 0, name)
            self.assertIsNotNone(rows[name].cycleTime, name)
        self.assertEqual(rows["play"].state, harness.DEGRADED)
        self.assertGreater(rows["play"].timeouts, 0)
        self.assertEqual([rows["line"].pollInterval, rows["line"].timeout], [100, 10000])

    def test_scalars_sum_up(self):
        row = self.manager.rows("envsSystem")[0]
        self.assertEqual(row.sensorCount, len(SENSORS))
        self.assertEqual(row.sensorsInFault, 1)
        self.assertEqual(row.overallSeverity, 3)  # a fault is a critical alarm
        self.assertEqual((row.alarmActiveCount, row.alarmUnacknowledgedCount), (1, 1))
        self.assertEqual(row.agentSite, b"Prague 1")
        self.assertEqual(len(row.agentUuid), 36)
        self.assertEqual(len(row.agentStartTime), 11)
        self.assertEqual(row.sensorNextIndex, len(SENSORS) + 1)
        harness.await_(lambda: self.manager.scalar("heartbeat") > row.heartbeat, "a heartbeat")

    def test_walk_rises_strictly_through_all_tables(self):
        for repetitions in (1, 7, 50):
            oids = [oid_key(oid) for oid, *_ in self.manager.bulkwalk(f".{root()}", repetitions)]
            self.assertEqual(oids, sorted(set(oids)), f"-Cr{repetitions}")
            for place, _ in TABLES.values():
                base = oid_key(f"{root()}.{place}")
                self.assertTrue(any(oid[:len(base)] == base for oid in oids), place)

    @full_pass_only
    def test_bulkwalk_equals_a_chain_of_getnext(self):
        def oids(varbinds):
            return [varbind.oid for varbind in varbinds]

        def look():
            """No event between the two of them."""
            seen[:] = [oids(self.manager.ask("snmpwalk", self.manager.peer(), f".{root()}")),
                oids(self.subtree())]
            return seen[0] == seen[1]
        seen = []
        harness.await_(look, "two walks with the same cells")
        self.assertGreater(len(seen[0]), len(SENSORS) * len(TABLES["envsSensorTable"][1].split())
            - len(NO_VALUE_SENSOR))

    @full_pass_only
    def test_getnext_from_between_finds_the_next_cell(self):
        first = cell_oid("envsSensorTable", "name", 1)
        second = cell_oid("envsSensorTable", "name", 2)
        last = cell_oid("envsSensorTable", "name", len(SENSORS))
        column = first.rpartition(".")[0]
        entry = column.rpartition(".")[0]
        cases = [
            (f".{root()}", cell_oid("envsSystem", "agentUuid")),
            (entry, first),
            (entry + ".1", first),
            (column, first),
            (column + ".0", first),
            (first, second),
            (first + ".7", second),
            (last, cell_oid("envsSensorTable", "bus", 1)),
            (column + ".4294967295", cell_oid("envsSensorTable", "bus", 1)),
            (entry + ".47.4294967295.1", cell_oid("envsTemperatureTable", "name", 1)),
            (entry + ".4294967295", cell_oid("envsTemperatureTable", "name", 1)),
            (cell_oid("envsSystem", "agentSite"), cell_oid("envsBusTable", "name", 1)),
        ]
        for begin, expected in cases:
            self.assertEqual(self.manager.getnext(begin)[0].oid, expected, begin)

    @full_pass_only
    def test_get_tells_what_is_missing(self):
        name = cell_oid("envsSensorTable", "name", 1)
        column = name.rpartition(".")[0]
        silent = self.manager.named()["silent"]["index"]
        humid = self.manager.named()["float"]["index"]
        cases = [
            (column, NO_INSTANCE),
            (column + ".0", NO_INSTANCE),
            (column + ".999", NO_INSTANCE),
            (name + ".1", NO_INSTANCE),
            (column.rpartition(".")[0] + ".1.1", NO_OBJECT),
            (column.rpartition(".")[0] + ".999.1", NO_OBJECT),
            (column.rpartition(".")[0], NO_OBJECT),
            (cell_oid("envsSystem", "agentUuid", 1), NO_INSTANCE),
            (cell_oid("envsSystem", "agentUuid").rpartition(".")[0], NO_INSTANCE),
            (cell_oid("envsSensorTable", "value", silent), NO_INSTANCE),
            (cell_oid("envsTemperatureTable", "name", humid), NO_INSTANCE),
        ]
        for oid, expected in cases:
            varbind = self.manager.get(oid)[0]
            self.assertEqual((varbind.oid, varbind.type), (oid, expected))
        together = self.manager.get(*[oid for oid, _ in cases], name)
        self.assertEqual([varbind.type for varbind in together],
            [expected for _, expected in cases] + ["Hex-STRING"])

    @full_pass_only
    def test_getbulk_of_several_columns_goes_row_by_row(self):
        count, columns = len(SENSORS), ("name", "reads", "faultDelay")
        heads = [cell_oid("envsSensorTable", column).rpartition(".")[0] for column in columns]
        got = [varbind.oid for varbind in self.manager.getbulk(*heads, repetitions=count)]
        self.assertEqual(got, [cell_oid("envsSensorTable", column, index)
            for index in range(1, count + 1) for column in columns])
        mixed = self.manager.getbulk(cell_oid("envsSystem", "heartbeat").rpartition(".")[0],
            cell_oid("envsBusTable", "name").rpartition(".")[0],
            cell_oid("envsTemperatureTable", "name").rpartition(".")[0],
            repetitions=2, nonrepeaters=1)
        rows = list(self.manager.rows("envsTemperatureTable"))
        self.assertEqual([varbind.oid for varbind in mixed], [
            cell_oid("envsSystem", "heartbeat"),
            cell_oid("envsBusTable", "name", 1),
            cell_oid("envsTemperatureTable", "name", rows[0]),
            cell_oid("envsBusTable", "name", 2),
            cell_oid("envsTemperatureTable", "name", rows[1])])

    @full_pass_only
    def test_types_are_those_of_the_mib(self):
        expected = {
            ("envsSystem", "heartbeat", 0): "Counter32",
            ("envsSystem", "sensorCount", 0): "Gauge32",
            ("envsSystem", "agentStartTime", 0): "Hex-STRING",
            ("envsBusTable", "requests", 1): "Counter64",
            ("envsBusTable", "reopens", 1): "Counter32",
            ("envsBusTable", "timeout", 1): "Gauge32",
            ("envsSensorTable", "value", 1): "INTEGER",
            ("envsSensorTable", "reads", 1): "Counter64",
            ("envsSensorTable", "limitsEnabled", 1): "Hex-STRING",
            ("envsTemperatureTable", "fahrenheit", 1): "INTEGER",
        }
        got = self.manager.get(*[cell_oid(*where) for where in expected])
        self.assertEqual([varbind.type for varbind in got], list(expected.values()))

    @full_pass_only
    def test_set_of_what_is_read_only_is_refused(self):
        for table, column, kind, value in [
                ("envsSensorTable", "value", "i", "1"),
                ("envsBusTable", "endpoint", "s", "/dev/x"),
                ("envsSystem", "agentSite", "s", "x"),
                ("envsTemperatureTable", "celsius", "i", "1")]:
            index = 0 if table == "envsSystem" else 1
            result = self.manager.set(cell_oid(table, column, index), kind, value)
            self.assertNotEqual(result.status, 0)
            self.assertIn("notWritable", result.output, column)


@full_pass_only
class Empty(harness.SystemTest):
    def test_tables_without_rows_are_walked_over(self):
        self.stage.snmpd()
        daemon = self.stage.daemon(bus("play", "sim"))
        daemon.await_master()
        manager = Manager(self.stage)
        harness.await_(lambda: manager.try_named("envsBusTable"), "the bus table")
        last = f".{root()}.1.8.6.0"
        harness.await_(lambda: manager.rows("envsEventTable"), "the event of the start")
        harness.await_(lambda: manager.get(last)[0].value is not None, "the settings of deliveries")
        self.assertEqual(manager.rows("envsSensorTable"), {})
        self.assertEqual(manager.rows("envsTemperatureTable"), {})
        oids = [oid_key(varbind.oid) for varbind in manager.bulkwalk(f".{root()}")]
        self.assertEqual(manager.rows("envsAlarmTable"), {})
        # the empty tables between the last event and the settings of deliveries do not end the walk
        last_event = oids.index(oid_key(cell_oid("envsEventTable", "seq", 1)))
        self.assertEqual(oids[-1], oid_key(last))
        self.assertGreater(len(oids), last_event + 1)
        self.assertEqual(manager.get(cell_oid("envsSensorTable", "name", 1))[0].type, NO_INSTANCE)
        system = manager.rows("envsSystem")[0]
        self.assertEqual((system.sensorCount, system.overallSeverity), (0, 1))
        self.assertIsNone(system.secondsSinceLastSample)


if __name__ == "__main__":
    harness.main()
