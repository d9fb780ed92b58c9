#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""ENTITY-MIB and ENTITY-SENSOR-MIB: the shape that pollers with built-in support read, stable
indices, the master's time, and tables that two agents share."""
import time
import uuid

import harness
from harness import (FAULT, GOOD, NO_INSTANCE, UNKNOWN, await_, bus, cell_oid, full_pass_only,
    oid_key, sensor)
from manager import STANDARD_TABLES, column_names, table_oid

BASE = 1000000
CHASSIS, CONTAINER, SENSOR = 3, 5, 8  # entPhysicalClass
OK, UNAVAILABLE, NONOPERATIONAL = 1, 2, 3  # entPhySensorOperStatus
UNITS = 9  # entPhySensorScale
UPTIME = ".1.3.6.1.2.1.1.3.0"
TICKS = 2  # of the master's clock, one that each clock may be short of
MODULES = ".1.3.6.1.4.1.8072.1.2.1.1.4"  # nsModuleName: what is registered with snmpd

# What LibreNMS, Centreon and Zabbix read alike: quantity, value in the script, type, precision,
# value, unit.
SHAPES = [
    ("temperature", "21.5", 8, 1, 215, b"C"),
    ("temperature", "-18.562", 8, 1, -186, b"C"),
    ("dew-point", "9.96", 8, 1, 100, b"C"),
    ("humidity", "45.2", 9, 0, 45, b"%RH"),
    ("humidity", "101.9", 9, 0, 100, b"%RH"),
    ("voltage", "230.125", 4, 3, 230125, b"V"),
    ("current", "-0.25", 5, 3, -250, b"A"),
    ("power", "1999999.999", 6, 3, 1000000000, b"W"),
    ("frequency", "49.98", 7, 3, 49980, b"Hz"),
    ("contact", "1", 12, 0, 1, b""),
    ("contact", "0", 12, 0, 2, b""),
    ("leak", "1", 12, 0, 1, b""),
    ("smoke", "0", 12, 0, 2, b""),
    ("other", "-7", 1, 3, -7000, b""),
    ("pressure", "1013.25", 1, 3, 1013250, b"hPa"),
    ("energy", "70", 1, 3, 70000, b"kWh"),
    ("co2", "650", 1, 3, 650000, b"ppm"),
    ("air-speed", "1.2", 1, 3, 1200, b"m/s"),
    ("light", "300", 1, 3, 300000, b"lx"),
    ("noise", "35", 1, 3, 35000, b"dB"),
    ("voc", "120", 1, 3, 120000, b"ppb"),
    ("particulates", "12", 1, 3, 12000, b"ug/m3"),
    ("flow", "7.5", 1, 3, 7500, b"l/min"),
    ("level", "-3", 1, 3, -3000, b"mm"),
]


def script(stage, values, name="script"):
    return stage.write(name, "".join(f'"{address}" {value}\n' for address, value in values.items()))


def config_of(stage, names, values=None, name="script", base=None, site="Prague 1", on="play"):
    """Temperatures on a simulated bus, each named like its address."""
    path = script(stage, values or {each: 20 + n for n, each in enumerate(names)}, name)
    return (f'site = "{site}"\n' + (f"entity-base = {base}\n" if base else "")
        + bus(on, "sim", path) + "".join(sensor(each, on, each) for each in names))


def registered(manager):
    """What is registered with the master, as one text."""
    return " ".join(varbind.oid for varbind in manager.bulkwalk(MODULES))


def await_tables(manager):
    """The master takes one after the other."""
    for table in STANDARD_TABLES:
        await_(lambda table=table: manager.bulkwalk(table_oid(table)), table)


def entities(manager):
    """Rows of entPhysicalTable by name; {} while nobody answers."""
    return {name: row["index"] for name, row in manager.try_named("entPhysicalTable").items()}


class Shape(harness.SystemTest):
    shared = True

    @classmethod
    def set_up_stage(cls):
        stage = cls.stage
        names = [f"{quantity} {n}" for n, (quantity, *_) in enumerate(SHAPES)]
        values = {name: shape[1] for name, shape in zip(names, SHAPES)}
        config = 'site = "Prague 1"\n' + bus("play", "sim", script(stage, values))
        for name, (quantity, *_) in zip(names, SHAPES):
            config += sensor(name, "play", name, quantity)
        cls.names = names
        stage.snmpd()
        cls.daemon = stage.daemon(config)
        cls.daemon.await_master()
        for name in names:
            cls.manager.await_sensor(name, quality=GOOD)
        await_tables(cls.manager)

    def test_each_quantity_has_the_shape_that_pollers_read(self):
        indices = entities(self.manager)
        rows = self.manager.rows("entPhySensorTable")
        for name, (quantity, _, kind, precision, value, unit) in zip(self.names, SHAPES):
            with self.subTest(quantity=quantity):
                row = rows[indices[name]]
                self.assertEqual((row.type, row.scale, row.precision, row.value, row.operStatus,
                    row.unitsDisplay, row.valueUpdateRate),
                    (kind, UNITS, precision, value, OK, unit, 100))
        self.assertEqual(len(rows), len(SHAPES))

    def test_chassis_buses_and_sensors_are_told_apart(self):
        rows = self.manager.rows("entPhysicalTable")
        sensors = self.manager.named()
        self.assertEqual(sorted(rows), list(range(BASE, BASE + len(SHAPES) + 2)))
        chassis, line = rows[BASE], rows[BASE + 1]
        self.assertEqual((chassis["class"], chassis.name, chassis.containedIn,
            chassis.parentRelPos), (CHASSIS, b"Prague 1", 0, -1))
        self.assertEqual((line["class"], line.name, line.containedIn, line.modelName),
            (CONTAINER, b"play", BASE, b"sim"))
        for index, row in rows.items():
            self.assertTrue(row.name and row.descr)
            self.assertEqual((row.vendorType, row.assetID, row.isFRU), (".0.0", b"", 2))
            self.assertLessEqual(max(len(row.serialNum), len(row.alias)), 32)
            if index > BASE + 1:
                own = sensors[row.name.decode()]
                self.assertEqual((row["class"], row.containedIn, row.parentRelPos),
                    (SENSOR, BASE + 1, own["index"]))
                self.assertEqual(row.serialNum, own.hardwareId)
                self.assertIn(row.name, row.descr)
        self.assertEqual(len({row.uuid for row in rows.values()}), len(rows))
        agent = uuid.UUID(self.manager.scalar("agentUuid").decode())
        self.assertEqual(chassis.uuid, agent.bytes)
        for index in (BASE + 1, BASE + 5):
            self.assertEqual(rows[index].uuid, uuid.uuid5(agent, str(index - BASE)).bytes)

    def test_containment_is_the_same_from_both_sides(self):
        rows = self.manager.rows("entPhysicalTable")
        contained = self.manager.rows("entPhysicalContainsTable")
        self.assertEqual({key: row.childIndex for key, row in contained.items()},
            {(row.containedIn, index): index for index, row in rows.items() if row.containedIn})

    def test_a_walk_rises_and_every_name_can_be_asked_for(self):
        for table in STANDARD_TABLES:
            walked = [(oid, value) for oid, _, value in self.manager.bulkwalk(table_oid(table))]
            keys = [oid_key(oid) for oid, _ in walked]
            self.assertEqual(keys, sorted(set(keys)))
            self.assertEqual([varbind.oid for varbind in self.walk_one_by_one(table)],
                [oid for oid, _ in walked])
            oids = [oid for oid, _ in walked][:40]
            self.assertEqual([varbind.oid for varbind in self.manager.get(*oids)], oids)

    def walk_one_by_one(self, table):
        return self.manager.ask("snmpwalk", self.manager.peer(), table_oid(table))

    def test_next_of_a_part_of_an_index_and_of_what_is_not_there(self):
        contains = table_oid("entPhysicalContainsTable") + ".1"
        first, second = f"{contains}.{BASE}.{BASE + 1}", f"{contains}.{BASE + 1}.{BASE + 2}"
        general = cell_oid("entityGeneral", "lastChangeTime")
        sensor_type = table_oid("entPhySensorTable") + ".1"
        for asked, answered in [
                (contains, first), (f"{contains}.{BASE}", first), (f"{contains}.{BASE}.5", first),
                (first, second), (f"{first}.0", second), (f"{contains}.{BASE + 1}", second),
                (f"{contains}.{BASE}.4294967295", second), (f"{contains}.4294967295.1", general),
                (f"{contains}.4294967295.4294967295", general),
                (f"{contains}.4294967295.4294967295.1", general),
                (f"{sensor_type}.{BASE}", f"{sensor_type}.{BASE + 2}"),
                (cell_oid("entPhysicalTable", "isFRU", BASE + len(SHAPES) + 1),
                    cell_oid("entPhysicalTable", "uuid", BASE))]:
            self.assertEqual(self.manager.getnext(asked)[0].oid, answered, asked)

    def test_what_is_no_row_has_no_instance(self):
        for oid in [cell_oid("entPhySensorTable", "value", BASE),
                cell_oid("entPhysicalTable", "name", BASE - 1),
                cell_oid("entPhysicalTable", "mfgDate", BASE),
                table_oid("entPhysicalContainsTable") + f".1.{BASE}",
                table_oid("entPhysicalContainsTable") + f".1.{BASE + 1}.{BASE}"]:
            self.assertEqual(self.manager.get(oid)[0].type, NO_INSTANCE, oid)

    @full_pass_only
    def test_set_is_refused(self):
        for column in ("alias", "assetID", "serialNum"):
            result = self.manager.set(cell_oid("entPhysicalTable", column, BASE + 2), "s", "x")
            self.assertIn("notWritable", result.output)


@full_pass_only
class Status(harness.SystemTest):
    def test_a_fault_keeps_the_row_and_the_last_measurement(self):
        stage, manager = self.stage, self.manager
        stage.snmpd()
        config = config_of(stage, ["inlet", "never"], {"inlet": "21.5", "never": "silent"})
        stage.daemon(config)
        manager.await_sensor("inlet", quality=GOOD)
        manager.await_sensor("never", quality=FAULT)
        await_tables(manager)
        inlet, never = BASE + 2, BASE + 3
        script(stage, {"inlet": "silent", "never": "silent"})
        manager.await_sensor("inlet", quality=FAULT)
        rows = manager.rows("entPhySensorTable")
        self.assertEqual((rows[inlet].operStatus, rows[inlet].value), (NONOPERATIONAL, 215))
        stamp = rows[inlet].valueTimeStamp
        self.assertEqual(set(column_names("entPhySensorTable")) - set(rows[never]),
            {"value", "valueTimeStamp"})
        self.assertEqual(rows[never].operStatus, NONOPERATIONAL)
        script(stage, {"inlet": "22.5", "never": "1"})
        manager.await_sensor("inlet", quality=GOOD)
        manager.await_sensor("never", quality=GOOD)
        rows = manager.rows("entPhySensorTable")
        self.assertEqual((rows[inlet].operStatus, rows[inlet].value), (OK, 225))
        await_(lambda: manager.rows("entPhySensorTable")[inlet].valueTimeStamp > stamp,
            "the time of the newer value")
        self.assertEqual((rows[never].operStatus, rows[never].value), (OK, 10))

    def test_what_is_out_of_service_is_unavailable(self):
        stage, manager = self.stage, self.manager
        stage.snmpd()
        stage.daemon(bus("play", "sim", script(stage, {"x": "1"}))
            + sensor("inlet", "play", "x", admin_state="disabled"))
        manager.await_sensor("inlet", quality=UNKNOWN)
        await_tables(manager)
        row = manager.rows("entPhySensorTable")[BASE + 2]
        self.assertEqual((row.operStatus, row.value), (UNAVAILABLE, None))


@full_pass_only
class Stamps(harness.SystemTest):
    """The master was there before us, and another one comes later: all stamps are in its time."""

    def stamps(self, index=BASE + 2):
        """Of the last change and of the sample, as soon as both are served."""
        def look():
            values = [varbind.value for varbind in self.manager.get(
                cell_oid("entityGeneral", "lastChangeTime"),
                cell_oid("entPhySensorTable", "valueTimeStamp", index))]
            return None if None in values else values
        return await_(look, "both stamps")

    def uptime(self):
        return self.manager.get(UPTIME)[0].value

    def assert_is_past(self, stamp):
        self.assertLessEqual(stamp, self.uptime() + TICKS)

    def await_stamps(self, before, index=BASE + 2):
        """The last change after that time, and in order with a sample of what it has shown; an
        answer of the master that was long on its way makes them early, until a better one comes."""
        def are_right():
            changed, sampled = self.stamps(index)
            self.assertLessEqual(changed, sampled)
            self.assert_is_past(sampled)
            return before <= changed + TICKS
        await_(are_right, f"a last change at or after {before}")

    def test_time_stamps_are_in_the_master_s_time(self):
        stage = self.stage
        master = stage.snmpd()
        await_(lambda: self.uptime() > 300, "a master of some age")
        before = self.uptime()
        daemon = stage.daemon(config_of(stage, ["inlet"]))
        self.manager.await_sensor("inlet", quality=GOOD)
        self.await_stamps(before)
        seen = []

        def is_steady():
            """Only what the daemon learns better of the master's time may move it."""
            seen[:] = [self.stamps()[0] for _ in range(20)]
            return max(seen) - min(seen) <= TICKS
        await_(is_steady, "the time of the last change stays")
        master.kill()
        daemon.await_log("is gone")
        stage.snmpd()
        daemon.await_master(2)
        await_(lambda: self.stamps()[1] > 0, "a sample in the time of the new master")
        self.assertEqual(self.stamps()[0], 0)  # before sysUpTime was last zero
        self.assert_is_past(self.stamps()[1])

    def test_the_last_change_is_one_of_what_is_shown(self):
        stage = self.stage
        stage.snmpd()
        daemon = stage.daemon(config_of(stage, ["inlet"]))
        self.manager.await_sensor("inlet", quality=GOOD)
        self.assert_is_past(self.stamps()[0])
        before = self.uptime() + 50
        await_(lambda: self.uptime() > before, "half a second")
        stage.write("envsensord.conf", config_of(stage, ["inlet"]).replace(
            "fault-count = 2", "fault-count = 3"))
        daemon.reload()
        self.manager.await_sensor("inlet", faultCount=3)
        self.assertLess(self.stamps()[0], before)
        stage.write("envsensord.conf", config_of(stage, ["inlet", "outlet"]))
        daemon.reload()
        self.manager.await_sensor("outlet", quality=GOOD)
        self.await_stamps(before, BASE + 3)  # a sample of inlet may be older


class Indices(harness.SystemTest):
    def uuids(self):
        return {name: row.uuid for name, row in self.manager.named("entPhysicalTable").items()}

    def test_indices_hold_over_restart_reordering_and_removal(self):
        stage, manager = self.stage, self.manager
        stage.snmpd()
        daemon = stage.daemon(config_of(stage, ["a", "b", "c"]))
        should = {"Prague 1": BASE, "play": BASE + 1, "a": BASE + 2, "b": BASE + 3, "c": BASE + 4}
        await_(lambda: entities(manager) == should, "the rows")
        uuids = self.uuids()
        daemon.stop_well()
        daemon = stage.daemon(config_of(stage, ["c", "d", "a"]))
        should = {"Prague 1": BASE, "play": BASE + 1, "a": BASE + 2, "c": BASE + 4, "d": BASE + 5}
        await_(lambda: entities(manager) == should, "the rows in another order, after a restart")
        self.assertEqual(self.uuids()["c"], uuids["c"])
        stage.write("envsensord.conf", config_of(stage, ["b", "a"], base=5000))
        daemon.reload()
        should = {"Prague 1": 5000, "play": 5001, "a": 5002, "b": 5003}
        await_(lambda: entities(manager) == should, "the rows elsewhere")
        self.assertEqual({name: uuids[name] for name in ("Prague 1", "play", "a", "b")},
            self.uuids())


@full_pass_only
class Shared(harness.SystemTest):
    """Two agents of one master, each with rows of its own."""

    NAMES = {"east": ["e1", "e2", "e3"], "west": ["w1", "w2"]}
    BASES = {"east": BASE, "west": 2000000}

    def config(self, who, names=None):
        return config_of(self.stage, names or self.NAMES[who], name=who + ".script",
            base=self.BASES[who], site=who, on=who + " line")

    def agent(self, who, *options):
        return self.stage.daemon(self.config(who), *options, name=who, state=who)

    def rows_of(self, *agents, **names):
        return {name: self.BASES[who] + n for who in agents
            for n, name in enumerate([who, who + " line"] + names.get(who, self.NAMES[who]))}

    def await_rows(self, rows, what):
        await_(lambda: entities(self.manager) == rows, what)

    def await_all(self, rows, what):
        """In all three tables; and a walk over them rises, with a value behind each name."""
        self.await_rows(rows, what)
        await_(lambda: len(self.manager.rows("entPhysicalContainsTable")) == sum(
            name not in self.NAMES for name in rows), what + ": containment")
        is_sensor = [name for name in rows if name not in self.NAMES and "line" not in name]
        await_(lambda: sorted(self.manager.rows("entPhySensorTable")) == sorted(
            rows[name] for name in is_sensor), what + ": sensors")
        for table in ("entPhysicalTable", "entPhysicalContainsTable", "entPhySensorTable"):
            oids = [varbind.oid for varbind in self.manager.bulkwalk(table_oid(table))]
            keys = [oid_key(oid) for oid in oids]
            self.assertEqual(keys, sorted(set(keys)))
            for at in range(0, len(oids), 20):
                self.assertNotIn(None,
                    [varbind.value for varbind in self.manager.get(*oids[at:at + 20])])

    def both_serve(self, first, second):
        self.stage.snmpd()
        one = self.agent(first)
        self.await_rows(self.rows_of(first), "the rows of the first")
        two = self.agent(second)
        two.await_log("entPhysicalTable, too; registering our rows one by one")
        self.await_all(self.rows_of(first, second), "the rows of both")
        two.stop_well()
        self.await_all(self.rows_of(first), "the rows of the first after the second left")
        two = self.agent(second)
        self.await_all(self.rows_of(first, second), "the rows of both again")
        one.stop_well()
        self.await_all(self.rows_of(second), "the rows of the second after the first left")
        return two

    def test_the_lower_comes_first(self):
        self.both_serve("east", "west")

    def test_the_higher_comes_first(self):
        two = self.both_serve("west", "east")
        self.assertEqual(two.log().count("entPhysicalTable, too"), 1)
        self.assertNotIn("refuses entPh", two.log())
        # one comes back and finds a table of which rows are taken
        self.agent("west")
        self.await_all(self.rows_of("east", "west"), "the rows of both in the end")

    def test_rows_follow_the_configuration(self):
        self.stage.snmpd()
        self.agent("east")
        self.await_rows(self.rows_of("east"), "the rows of the first")
        west = self.agent("west")
        self.await_all(self.rows_of("east", "west"), "the rows of both")
        self.stage.write("west.conf", self.config("west", ["w2", "w3"]))
        west.reload()
        rows = self.rows_of("east", west=[])
        rows.update({"west": 2000000, "west line": 2000001, "w2": 2000003, "w3": 2000004})
        self.await_all(rows, "one row gone, another new")
        gone = f"{STANDARD_TABLES['entPhysicalTable'][0]}.2.2000002."
        await_(lambda: gone not in registered(self.manager), "the row that is gone taken back")
        self.stage.write("west.conf", self.config("west", ["w2", "w3"]).replace(
            "entity-base = 2000000", "entity-base = 3000000"))
        west.reload()
        rows.update({"west": 3000000, "west line": 3000001, "w2": 3000003, "w3": 3000004})
        self.await_all(rows, "all rows elsewhere")

    def test_a_new_master_is_shared_again(self):
        master = self.stage.snmpd()
        agents = [self.agent("east"), self.agent("west")]
        self.await_all(self.rows_of("east", "west"), "the rows of both")
        master.kill()
        for agent in agents:
            agent.await_log("is gone")
        self.stage.snmpd()
        self.await_all(self.rows_of("east", "west"), "the rows of both with the new master")

    def test_another_agent_with_the_same_indices_is_left_alone(self):
        self.BASES = {"east": BASE, "west": BASE}
        self.stage.snmpd()
        east = self.agent("east")
        self.await_rows(self.rows_of("east"), "the rows of the first")
        west = self.agent("west", "--log-level", "debug")
        west.await_log(f"has entPhysicalIndex {BASE}, too: one of the two needs another")
        west.await_log("refuses entPhysicalTable")
        west.await_log("asked again for entPhysicalTable: refused", seconds=60)
        self.assertEqual(entities(self.manager), self.rows_of("east"))
        self.assertEqual(west.log().count("needs another entity-base"), 1)
        self.stage.write("west.conf", self.config("west").replace(str(BASE), "4000000"))
        west.reload()
        self.BASES = {"east": BASE, "west": 4000000}
        self.await_all(self.rows_of("east", "west"), "the rows of both, once they lie apart")
        self.stage.write("west.conf", self.config("west").replace("4000000", str(BASE)))
        west.reload()
        await_(lambda: entities(self.manager) == self.rows_of("east"), "only the first's rows")
        east.stop_well()
        self.BASES = {"east": BASE, "west": BASE}
        await_(lambda: entities(self.manager) == self.rows_of("west"), "its own in the end", 60)

    def test_a_foreign_agent_may_have_the_table(self):
        self.stage.snmpd()
        entry = table_oid("entPhysicalTable")
        thief = harness.TableThief(self.stage, entry, 1)
        east = self.agent("east")
        east.await_log("entPhysicalTable, too; registering our rows one by one")
        self.await_all_but_thief(entry)
        thief.stop()
        self.await_all(self.rows_of("east"), "our rows without the other")

    def await_all_but_thief(self, entry):
        await_(lambda: len(self.manager.bulkwalk(entry + ".7")) == 5, "our names")
        self.assertEqual(self.manager.get(entry)[0].value, 1)

    def test_too_many_rows_are_left_to_the_other(self):
        self.stage.snmpd()
        self.agent("east")
        self.await_rows(self.rows_of("east"), "the rows of the first")
        many = self.stage.daemon(config_of(self.stage, [f"w{n}" for n in range(600)],
            name="many.script", base=2000000, site="west", on="west line"),
            name="many", state="many")
        many.await_log("entPhysicalTable is left to the other agent: more than 500 rows")
        self.assertEqual(entities(self.manager), self.rows_of("east"))


@full_pass_only
class Speed(harness.SystemTest):
    SENSORS = 200

    def test_a_walk_with_one_registration_per_table(self):
        stage, manager = self.stage, self.manager
        stage.snmpd()
        stage.daemon(config_of(stage, [f"sensor {n}" for n in range(self.SENSORS)]))
        await_(lambda: len(manager.rows("entPhySensorTable")) == self.SENSORS, "the rows")
        for tool, options in (("snmpwalk", []), ("snmpbulkwalk", ["-Cr25"])):
            begin = time.monotonic()
            count = sum(len(manager.ask(tool, *options, manager.peer(), oid))
                for oid in (".1.3.6.1.2.1.47", ".1.3.6.1.2.1.99"))
            print(f"{tool} of ENTITY-MIB and ENTITY-SENSOR-MIB, {self.SENSORS} sensors: {count} "
                f"values in {time.monotonic() - begin:.2f} s")
        for place, _ in STANDARD_TABLES.values():
            self.assertEqual(registered(manager).count(f".{place}."), 1, place)


if __name__ == "__main__":
    harness.main()
