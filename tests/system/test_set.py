#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""SET through a real snmpd: what an operator does to alarms and settings, all or nothing."""
import os
import random
import signal
import threading
import unittest.mock

import harness
from freeze import frozen
from harness import GOOD, await_, bus, sensor
from test_alarms import (AGENT_START, AT_ONCE, CLEAR, CONFIG_CHANGE, CRITICAL, RAISE, AlarmTest)
from tap import CLEANUP_SET, COMMIT_SET, RESPONSE, TEST_SET, Tap

ACKNOWLEDGE, RESET, SUPPRESSION_SUMMARY = 9, 28, 13  # EnvsKind
ACTION_ACKNOWLEDGE, ACTION_RESET = 2, 3  # envsAlarmAction
ACTIVE, ACTIVE_ACKNOWLEDGED, CLEARED_UNACKNOWLEDGED, LATCHED = 1, 2, 3, 4  # envsAlarmState
NOT_SUPPRESSED, SHELVED, OUT_OF_SERVICE = 1, 2, 3  # envsSensorSuppression
ENABLED, DISABLED = 1, 2
(ACTIVE_ROW, NOT_IN_SERVICE, NOT_READY, CREATE_AND_GO, CREATE_AND_WAIT,
 DESTROY) = range(1, 7)  # RowStatus
NON_VOLATILE = 3  # StorageType

SYSTEM, ALARM, SENSOR, BUS = "envsSystem", "envsAlarmTable", "envsSensorTable", "envsBusTable"
INCONSISTENT = "inconsistentValue"


class SetTest(AlarmTest):
    def raised(self, **more):
        """With the alarm of the inlet; its id."""
        self.begin(**more)
        self.script(inlet="33", outlet="20")
        self.await_kinds(AGENT_START, RAISE)
        return self.alarms()[0].index

    def await_last_kinds(self, *kinds):
        await_(lambda: self.kinds()[-len(kinds):] == list(kinds), f"the last events {kinds}")

    def kill_and_start(self):
        self.daemon.kill()
        self.start()
        self.manager.await_sensor("inlet", quality=GOOD)


class Alarms(SetTest):
    def test_acknowledge_and_note_are_seen_at_once_and_stored(self):
        alarm = self.raised()
        self.manager.set_all((ALARM, "action", alarm, "i", ACTION_ACKNOWLEDGE),
            (ALARM, "note", alarm, "s", "fan ordered"))
        row, = self.alarms()
        self.assertEqual((row.state, row.note, row.action),
            (ACTIVE_ACKNOWLEDGED, b"fan ordered", 1))
        self.assertEqual(self.kinds(), [AGENT_START, RAISE, CONFIG_CHANGE, ACKNOWLEDGE])
        self.assertEqual(self.events()[-2].text, b'SNMP has noted of alarm 1: "fan ordered".')
        self.assertEqual(self.events()[-1].alarmId, alarm)
        self.assertEqual(self.manager.scalar("alarmUnacknowledgedCount"), 0)
        self.kill_and_start()
        row, = self.alarms()
        self.assertEqual((row.state, row.note), (ACTIVE_ACKNOWLEDGED, b"fan ordered"))
        self.assertEqual(self.manager.try_set(
            (ALARM, "note", alarm, "s", "once more"),
            (ALARM, "action", alarm, "i", ACTION_ACKNOWLEDGE)), (INCONSISTENT, 2))
        self.assertEqual(self.manager.try_set((ALARM, "action", alarm, "i", ACTION_RESET)),
            (INCONSISTENT, 1))
        self.assertEqual(self.manager.try_set((ALARM, "note", alarm + 1, "s", "of nothing")),
            ("noCreation", 1))
        self.assertEqual(self.alarms()[0].note, b"fan ordered")

    def test_what_stays_listed_goes_by_acknowledge_and_reset(self):
        alarm = self.raised(latch="true", ack_required="true")
        self.script(inlet="20", outlet="20")
        self.await_kinds(AGENT_START, RAISE, CLEAR)
        self.assertEqual(self.alarms()[0].state, CLEARED_UNACKNOWLEDGED)
        self.manager.set_all((ALARM, "action", alarm, "i", ACTION_ACKNOWLEDGE))
        self.assertEqual(self.alarms()[0].state, LATCHED)
        self.manager.set_all((ALARM, "action", alarm, "i", ACTION_RESET))
        self.assertEqual(self.alarms(), [])
        self.await_kinds(AGENT_START, RAISE, CLEAR, ACKNOWLEDGE, RESET)
        self.kill_and_start()
        self.assertEqual(self.alarms(), [])

    def test_shelving_ends_by_itself_and_outlives_a_kill(self):
        self.begin()
        self.manager.set_all((SENSOR, "shelve", 1, "u", 28800))
        row = self.manager.named()["inlet"]
        self.assertEqual(row.suppression, SHELVED)
        self.assertIn(row.shelve, range(28000, 28801))
        self.kill_and_start()
        row = self.manager.named()["inlet"]
        self.assertEqual(row.suppression, SHELVED)
        self.assertIn(row.shelve, range(28000, 28801))
        self.assertEqual(self.manager.try_set((SENSOR, "shelve", 1, "u", 28801)),
            ("wrongValue", 1))
        self.script(inlet="33", outlet="20")
        self.await_last_kinds(RAISE)
        self.script(inlet="20", outlet="20")
        self.await_last_kinds(CLEAR)
        self.manager.set_all((SENSOR, "shelve", 1, "u", 1))
        self.manager.await_sensor("inlet", suppression=NOT_SUPPRESSED, shelve=0)
        self.await_last_kinds(CONFIG_CHANGE, SUPPRESSION_SUMMARY)

    def test_out_of_service(self):
        self.raised()
        self.manager.set_all((SENSOR, "adminState", 1, "i", DISABLED))
        row = self.manager.named()["inlet"]
        self.assertEqual((row.suppression, row.adminState, row.severity),
            (OUT_OF_SERVICE, DISABLED, 4))
        self.assertEqual(self.alarms()[0].state, ACTIVE)
        self.manager.set_all((SENSOR, "adminState", 1, "i", ENABLED))
        self.manager.await_sensor("inlet", quality=GOOD, severity=CRITICAL)
        self.manager.set_all((BUS, "adminState", 1, "i", DISABLED))
        self.assertEqual({row.suppression for row in self.manager.named().values()},
            {OUT_OF_SERVICE})
        self.manager.set_all((BUS, "adminState", 1, "i", ENABLED))
        self.manager.await_sensor("outlet", quality=GOOD)

    def test_extremes_begin_anew(self):
        self.begin()
        self.script(inlet="25", outlet="20")
        self.manager.await_sensor("inlet", maximum=25000)
        self.script(inlet="23", outlet="20")
        self.manager.await_sensor("inlet", value=23000, minimum=21500, maximum=25000)
        self.manager.set_all((SENSOR, "minMaxReset", 1, "i", 2))
        self.manager.await_sensor("inlet", minimum=23000, maximum=23000, minMaxReset=1)

    def test_deliveries_are_flushed_and_replayed(self):
        self.begin()
        await_(lambda: self.manager.rows("envsDeliveryTable"), "the delivery of agentStart")
        first, = self.manager.rows("envsDeliveryTable").values()
        await_(lambda: self.manager.rows("envsDeliveryTable")[first.index].state == 1,
            "its delivery")
        self.assertEqual(self.manager.try_set(
            ("envsDeliveryTable", "action", first.index, "i", 2)), (INCONSISTENT, 1))
        self.manager.set_all(("envsDeliveryTable", "action", first.index, "i", 1),
            ("envsChannelTable", "flush", 1, "i", 2), (SYSTEM, "agentTrapReplay", 0, "u", 0))
        await_(lambda: len(self.manager.rows("envsDeliveryTable")) == 2, "its replay")
        self.assertEqual(self.manager.scalar("agentTrapReplay"), 0)
        base, cap = ("envsDelivery", "retryBase", 0, "u"), ("envsDelivery", "retryCap", 0, "u")
        self.manager.set_all((*base, 1000), (*cap, 2000))
        self.assertEqual(self.manager.try_set((*cap, 2500), (*base, 3000)), (INCONSISTENT, 2))
        self.assertEqual(self.manager.cell("envsDelivery", "retryCap"), 2000)

    def test_the_lock_lets_one_of_two_managers_through(self):
        self.begin()
        self.assertEqual(self.manager.scalar("configLock"), 0)
        change = (SENSOR, "highWarning", 1, "i", 26000)
        self.manager.set_all((SYSTEM, "configLock", 0, "i", 0), change)
        self.assertEqual(self.manager.scalar("configLock"), 1)
        self.assertEqual(self.manager.try_set((SENSOR, "highWarning", 1, "i", 25000),
            (SYSTEM, "configLock", 0, "i", 0)), (INCONSISTENT, 2))
        self.assertEqual(self.manager.named()["inlet"].highWarning, 26000)
        self.kill_and_start()
        self.assertEqual(self.manager.scalar("configLock"), 1)


class Pdus(SetTest):
    def test_sixty_four_varbinds_over_three_tables_are_one(self):
        alarm = self.raised()
        settings = [(SENSOR, column, index, "u", value) for index in (1, 2) for column, value in (
            ("onDelay", 1000), ("offDelay", 2000), ("minSamples", 3), ("staleAfter", 90000),
            ("faultCount", 5), ("reminder", 600), ("pollInterval", 200), ("faultDelay", 7000))]
        settings += [(SENSOR, column, index, "i", value) for index in (1, 2) for column, value in (
            ("lowCritical", -5000), ("lowWarning", 0), ("highWarning", 26000),
            ("highCritical", 31000), ("deadband", 500), ("rateLimit", 900), ("latch", 1),
            ("ackRequired", 1), ("gain", 1000001), ("offset", 1), ("adminState", 1))]
        settings += [(SENSOR, "location", 1, "s", "row 4"), (SENSOR, "location", 2, "s", "row 5"),
            (SENSOR, "shelve", 2, "u", 600), (SENSOR, "minMaxReset", 1, "i", 1),
            (SENSOR, "name", 1, "s", "outlet"), (SENSOR, "name", 2, "s", "inlet"),
            (SENSOR, "quantity", 1, "i", 2),
            (SENSOR, "bus", 1, "s", "rack"), (SENSOR, "bus", 2, "s", "rack"),
            (SENSOR, "address", 1, "s", "inlet"), (SENSOR, "limitsEnabled", 1, "x", "F8"),
            (SENSOR, "limitsEnabled", 2, "x", "30"),
            (BUS, "pollInterval", 1, "u", 150), (BUS, "timeout", 1, "u", 250),
            (ALARM, "note", alarm, "s", "all at once"),
            (ALARM, "action", alarm, "i", ACTION_ACKNOWLEDGE), (SYSTEM, "configLock", 0, "i", 0)]
        settings += [(SENSOR, "address", 2, "s", "outlet"), (SENSOR, "minMaxReset", 2, "i", 2),
            (SENSOR, "rowStatus", 1, "i", ACTIVE_ROW), (SENSOR, "rowStatus", 2, "i", ACTIVE_ROW),
            (SENSOR, "shelve", 1, "u", 0), ("envsEvent", "maximum", 0, "u", 5000),
            (SYSTEM, "agentHeartbeatInterval", 0, "u", 3600), (BUS, "adminState", 1, "i", 1)]
        self.assertEqual(len(settings), 63)
        bad = (SENSOR, "highWarning", 9, "i", 1)
        before = self.settings()
        self.assertEqual(self.manager.try_set(*settings, bad), ("inconsistentName", 64))
        self.assertEqual(self.settings(), before)
        self.assertEqual(self.alarms()[0].note, b"")
        self.manager.set_all(*settings, (SENSOR, "quantity", 2, "i", 2))
        for table, column, index, kind, value in settings:
            if column in ("shelve", "action", "minMaxReset", "configLock"):
                continue
            want = bytes.fromhex(value) if kind == "x" else value
            want = value.encode() if kind == "s" else want
            self.assertEqual(self.manager.cell(table, column, index), want, (column, index))
        self.assertEqual(self.alarms()[0].state, ACTIVE_ACKNOWLEDGED)

    def settings(self):
        """All that can be set, but for what moves by itself."""
        return [{key: row.get(key) for key in columns} for table, columns in (
            (SENSOR, ("name", "bus", "address", "onDelay", "highWarning", "limitsEnabled",
                "location", "gain", "adminState", "suppression")),
            (BUS, ("pollInterval", "timeout"))) for row in self.manager.rows(table).values()]

    def test_one_bad_varbind_and_nothing_of_any_table_has_changed(self):
        alarm = self.raised()
        good = [(ALARM, "note", alarm, "s", "x"), (SENSOR, "highWarning", 1, "i", 26000),
            (BUS, "pollInterval", 1, "u", 500), (SYSTEM, "configLock", 0, "i", 0),
            (SENSOR, "shelve", 2, "u", 60)]
        bad = [((BUS, "timeout", 1, "u", 5), "wrongValue"),
            ((SENSOR, "location", 1, "i", 5), "wrongType"),
            ((SENSOR, "name", 1, "s", "x" * 33), "wrongLength"),
            ((SENSOR, "location", 1, "x", "c3"), "wrongEncoding"),
            ((SENSOR, "value", 1, "i", 5), "notWritable"),
            ((SENSOR, "name", 1, "s", "outlet"), INCONSISTENT),
            ((SENSOR, "bus", 1, "s", "nowhere"), INCONSISTENT),
            ((SENSOR, "highCritical", 1, "i", 26000), INCONSISTENT),
            ((ALARM, "action", alarm, "i", ACTION_RESET), INCONSISTENT)]
        before, kinds = self.settings(), self.kinds()
        for varbind, error in bad:
            for place in (0, 3, 5):
                pdu = good[:place] + [varbind] + good[place:]
                self.assertEqual(self.manager.try_set(*pdu), (error, place + 1), varbind)
        self.assertEqual(self.settings(), before)
        self.assertEqual(self.alarms()[0].note, b"")
        self.assertEqual(self.manager.scalar("configLock"), 0)
        self.assertEqual(self.kinds(), kinds)


class Rows(SetTest):
    def new(self, index, name, status=CREATE_AND_GO, **more):
        cells = {"name": ("s", name), "bus": ("s", "rack"), "address": ("s", "outlet"),
            "quantity": ("i", 2), "rowStatus": ("i", status), **more}
        return [(SENSOR, column, index, *cell) for column, cell in cells.items() if cell]

    def test_create_and_go_is_read_at_once(self):
        self.begin()
        index = self.manager.scalar("sensorNextIndex")
        self.manager.set_all(*self.new(index, "added", highWarning=("i", 19000),
            onDelay=("u", 0), minSamples=("u", 1)))
        row = self.manager.named()["added"]
        self.assertEqual((row.index, row.rowStatus, row.storageType, row.limitsEnabled,
            row.deadband), (index, ACTIVE_ROW, NON_VOLATILE, b"\x20", 1000))
        self.manager.await_sensor("added", quality=GOOD, value=20000)
        self.assertEqual(self.manager.scalar("sensorNextIndex"), index + 1)
        await_(lambda: [alarm.sensor for alarm in self.alarms()] == [index], "its alarm")
        alarm, = self.alarms()
        self.manager.set_all((SENSOR, "rowStatus", index, "i", DESTROY))
        self.assertNotIn("added", self.manager.named())
        self.assertEqual(self.alarms(), [])
        clear = [event for event in self.events() if event.kind == CLEAR]
        self.assertEqual([(event.alarmId, event.reason) for event in clear],
            [(alarm.index, b"configChange")])
        self.assertEqual(self.manager.try_set(*self.new(index, "added")), ("noCreation", 1))
        self.assertEqual(self.manager.scalar("sensorNextIndex"), index + 1)

    def test_create_and_wait_until_it_is_complete(self):
        self.begin()
        index = self.manager.scalar("sensorNextIndex") + 5
        self.manager.set_all((SENSOR, "rowStatus", index, "i", CREATE_AND_WAIT))
        row = self.manager.rows(SENSOR)[index]
        self.assertEqual((row.name, row.rowStatus, row.onDelay, row.quality, row.deadband),
            (b"", NOT_READY, 30000, 1, 0))
        self.assertEqual(row.value, None)
        self.assertEqual(self.manager.try_set((SENSOR, "rowStatus", index, "i", ACTIVE_ROW)),
            (INCONSISTENT, 1))
        parts = self.new(index, "added", status=None)
        for part in parts:
            if part[1] != "rowStatus":
                self.assertEqual(self.manager.rows(SENSOR)[index].rowStatus, NOT_READY)
                self.manager.set_all(part)
        self.assertEqual(self.manager.rows(SENSOR)[index].rowStatus, NOT_IN_SERVICE)
        self.assertEqual(self.manager.try_set((SENSOR, "bus", index, "s", "nowhere")),
            (INCONSISTENT, 1))
        self.assertEqual(self.manager.try_set((SENSOR, "name", index, "s", "inlet")),
            (INCONSISTENT, 1))
        self.manager.set_all((SENSOR, "rowStatus", index, "i", ACTIVE_ROW))
        self.manager.await_sensor("added", quality=GOOD, rowStatus=ACTIVE_ROW)
        self.manager.set_all((SENSOR, "rowStatus", index, "i", NOT_IN_SERVICE),
            (SENSOR, "location", index, "s", "row 4"))
        row = self.manager.named()["added"]
        self.assertEqual((row.quality, row.value, row.rowStatus, row.location),
            (1, None, NOT_IN_SERVICE, b"row 4"))
        self.manager.set_all((SENSOR, "rowStatus", index, "i", ACTIVE_ROW))
        self.manager.await_sensor("added", quality=GOOD, location=b"row 4")

    def test_rows_outlive_a_kill(self):
        self.begin()
        index = self.manager.scalar("sensorNextIndex")
        self.manager.set_all(*self.new(index, "added", location=("s", "row 4")))
        self.manager.set_all(*self.new(index + 1, "waiting", status=CREATE_AND_WAIT,
            address=None))
        self.manager.set_all(*self.new(index + 2, "stopped"))
        self.manager.set_all((SENSOR, "rowStatus", index + 2, "i", NOT_IN_SERVICE))
        self.manager.set_all(*self.new(index + 3, "gone"))
        self.manager.set_all((SENSOR, "rowStatus", index + 3, "i", DESTROY))
        rows = [(row.name, row.rowStatus, row.location, row.storageType)
            for row in self.manager.rows(SENSOR).values()]
        entities = [row.name for row in self.manager.rows("entPhysicalTable").values()]
        self.kill_and_start()
        self.assertEqual([(row.name, row.rowStatus, row.location, row.storageType)
            for row in self.manager.rows(SENSOR).values()], rows)
        self.assertEqual([row.name for row in self.manager.rows("entPhysicalTable").values()],
            entities)
        self.manager.await_sensor("added", quality=GOOD)
        self.assertEqual(self.manager.try_set(*self.new(index + 3, "gone")), ("noCreation", 1))
        self.manager.set_all((SENSOR, "address", index + 1, "s", "outlet"),
            (SENSOR, "rowStatus", index + 1, "i", ACTIVE_ROW))
        self.manager.await_sensor("waiting", quality=GOOD)
        self.daemon.reload()
        self.assertEqual([(row.name, row.rowStatus) for row in self.manager.rows(SENSOR).values()],
            [(b"inlet", ACTIVE_ROW), (b"outlet", ACTIVE_ROW), (b"added", ACTIVE_ROW),
            (b"waiting", ACTIVE_ROW), (b"stopped", NOT_IN_SERVICE)])

    def test_what_cannot_be_done_to_rows(self):
        self.begin()
        index = self.manager.scalar("sensorNextIndex")
        for pdu, error in [
                ([(SENSOR, "rowStatus", 1, "i", DESTROY)], (INCONSISTENT, 1)),
                ([(SENSOR, "rowStatus", 1, "i", NOT_IN_SERVICE)], (INCONSISTENT, 1)),
                ([(SENSOR, "rowStatus", 1, "i", CREATE_AND_WAIT)], (INCONSISTENT, 1)),
                ([(SENSOR, "rowStatus", 1, "i", NOT_READY)], ("wrongValue", 1)),
                ([(SENSOR, "rowStatus", 1, "i", 7)], ("wrongValue", 1)),
                ([(SENSOR, "rowStatus", index, "i", ACTIVE_ROW)], (INCONSISTENT, 1)),
                ([(SENSOR, "rowStatus", index, "i", NOT_IN_SERVICE)], (INCONSISTENT, 1)),
                ([(SENSOR, "highWarning", index, "i", 1)], ("inconsistentName", 1)),
                ([(SENSOR, "rowStatus", index, "i", CREATE_AND_GO)], (INCONSISTENT, 1)),
                ([(SENSOR, "rowStatus", 2 ** 31, "i", CREATE_AND_WAIT)], ("noCreation", 1)),
                ([(BUS, "pollInterval", 2, "u", 1000)], ("noCreation", 1)),
                (self.new(index, "inlet"), (INCONSISTENT, 1)),
                (self.new(index, "added", bus=("s", "nowhere")), (INCONSISTENT, 2)),
                (self.new(index, "added", address=None), (INCONSISTENT, 4))]:
            self.assertEqual(self.manager.try_set(*pdu), error, pdu)
        self.manager.set_all((SENSOR, "rowStatus", index, "i", DESTROY))
        self.manager.set_all((SENSOR, "rowStatus", 1, "i", ACTIVE_ROW))
        self.assertEqual(list(self.manager.rows(SENSOR)), [1, 2])
        self.assertEqual(self.manager.scalar("sensorNextIndex"), index)

    def test_two_rows_exchange_their_names(self):
        self.begin()
        self.manager.set_all((SENSOR, "name", 1, "s", "outlet"), (SENSOR, "name", 2, "s", "inlet"))
        named = self.manager.named()
        self.assertEqual((named["inlet"].index, named["outlet"].index), (2, 1))
        self.assertEqual(named["inlet"].quality, GOOD)


class Phases(SetTest):
    """The master, the session or the daemon breaks between the phases."""

    def start(self):
        if not hasattr(self, "tap"):
            self.tap = Tap(self.stage)
            self.addCleanup(self.end)
            self.let_library_lose_addresses()
        self.daemon = self.stage.daemon(self.config, "--agentx", self.tap.address)
        self.daemon.await_master()
        self.manager.await_tables()

    def let_library_lose_addresses(self):
        """Where a connection breaks as it is read, libnetsnmp 5.9.3 can lose the 110 octets of an
        address, which LeakSanitizer would take for an error of the daemon."""
        known = self.stage.write("known-leaks", "leak:libnetsnmp.so\n")
        environment = unittest.mock.patch.dict(os.environ,
            LSAN_OPTIONS=f"suppressions={known}:print_suppressions=0")
        environment.start()
        self.addCleanup(environment.stop)

    def end(self):
        """The daemon first: it is to end in order, with its master."""
        try:
            if self.daemon.is_running():
                self.daemon.stop_well()
        finally:
            self.tap.close()

    def begin_change(self, alarm):
        """Of a table, a setting, a scalar."""
        return self.manager.begin_set((ALARM, "note", alarm, "s", "fan ordered"),
            (SENSOR, "highWarning", 1, "i", 26000), (SYSTEM, "configLock", 0, "i", 0),
            (SENSOR, "shelve", 2, "u", 60))

    def state(self):
        """Of what begin_change changes; None while nobody answers."""
        try:
            sensors = self.manager.rows(SENSOR)
            return (self.alarms()[0].note, sensors[1].highWarning,
                self.manager.scalar("configLock"), sensors[2].suppression)
        except (AssertionError, IndexError, KeyError):
            return None

    BEFORE = (b"", 27000, 0, NOT_SUPPRESSED)
    AFTER = (b"fan ordered", 26000, 1, SHELVED)

    def assert_nothing_changed(self):
        await_(self.state, "an answer")
        self.assertEqual(self.state(), self.BEFORE)

    def assert_it_works(self, alarm):
        await_(lambda: self.begin_change(alarm)() is None, "the same SET to succeed")
        self.assertEqual(self.state(), self.AFTER)

    def test_killed_before_commit_set(self):
        alarm = self.raised()
        self.tap.hold(COMMIT_SET)
        end = self.begin_change(alarm)
        self.tap.await_held()
        self.daemon.kill()
        self.tap.release()
        self.assertNotEqual(end(), None)
        self.start()
        self.assert_nothing_changed()
        self.assert_it_works(alarm)

    def test_killed_behind_the_answer(self):
        alarm = self.raised()
        self.tap.hold(CLEANUP_SET)
        end = self.begin_change(alarm)
        self.tap.await_held()
        self.daemon.kill()
        self.tap.release()
        self.assertEqual(end(), None)
        self.start()
        await_(self.state, "an answer")
        self.assertEqual(self.state(), self.AFTER)

    def test_what_was_answered_stays_though_the_master_goes_before_it_is_known(self):
        alarm = self.raised()
        self.tap.hold(RESPONSE, answers=COMMIT_SET)
        end = self.begin_change(alarm)
        self.tap.await_held()
        self.daemon.signal(signal.SIGSTOP)
        self.tap.release()
        self.assertIsNone(end())
        self.stage.master.kill()
        self.tap.await_cut()
        self.daemon.signal(signal.SIGCONT)
        self.daemon.await_log("is gone")
        self.stage.snmpd()
        self.daemon.await_master(count=2)
        await_(self.state, "an answer")
        self.assertEqual(self.state(), self.AFTER)

    def test_a_session_that_ends_before_the_answer_takes_it_back(self):
        alarm = self.raised()
        self.tap.hold(RESPONSE, answers=COMMIT_SET)
        end = self.begin_change(alarm)
        self.tap.await_held()
        self.tap.cut()
        self.tap.release()
        self.assertNotEqual(end(), None)
        self.daemon.await_master(count=2)
        await_(lambda: self.state() == self.BEFORE, "all is as it was")
        self.assert_it_works(alarm)

    def test_a_master_that_stands_still_between_test_set_and_commit_set(self):
        alarm = self.raised()
        self.tap.hold(RESPONSE, answers=TEST_SET)
        end = self.begin_change(alarm)
        self.tap.await_held()
        self.stage.master.signal(signal.SIGSTOP)
        self.tap.release()
        self.daemon.await_log("is gone")
        self.stage.master.signal(signal.SIGCONT)
        self.assertNotEqual(end(), None)
        self.daemon.await_master(count=2)
        self.assert_nothing_changed()
        self.assert_it_works(alarm)

    def test_an_engine_that_does_not_answer_in_time(self):
        alarm = self.raised()
        with frozen(self.daemon.pid, "engine"):
            self.assertEqual(self.begin_change(alarm)(), ("commitFailed", 1))
        self.assert_nothing_changed()
        self.assert_it_works(alarm)

    def test_kill_9_in_a_storm_of_sets(self):
        """What was answered is there whole; what was not is wholly there or not."""
        alarm = self.raised()
        generator = random.Random(5)
        lock = 0
        for _ in range(300 if os.environ.get("CHECK_LONG") == "1" else 20):
            timer = threading.Timer(generator.uniform(0.02, 0.3), self.daemon.kill)
            timer.start()
            answer = None
            while answer is None:
                answer = self.manager.begin_set((SYSTEM, "configLock", 0, "i", lock),
                    (ALARM, "note", alarm, "s", lock + 1),
                    (SENSOR, "shelve", 2, "u", 60 + lock % 2 * 600))()
                lock += answer is None
            timer.join()
            self.start()
            await_(lambda: self.manager.rows(ALARM), "an answer")
            found = self.manager.scalar("configLock")
            self.assertIn(found, (lock, lock + 1))
            lock = found
            self.assertEqual(self.alarms()[0].note, str(lock).encode() if lock else b"")


if __name__ == "__main__":
    harness.main()
