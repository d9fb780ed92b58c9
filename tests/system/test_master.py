#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The master agent comes late, goes, hangs, or serves somebody else: sampling does not notice."""
import os
import signal
import socket
import time

import harness
from harness import TABLES, await_, bus, cell_oid, full_pass_only, oid_key, root, sensor

TRIES, TRIES_S = 10, 60  # promised is one each second; of the library's own there are four


@full_pass_only
class Master(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.slave = harness.ModbusSlave(self.stage, "--tcp", "0")
        self.config = (bus("plc", "modbus-tcp", f"127.0.0.1:{self.slave.port}")
            + sensor("inlet", "plc", "1:input:1:int16", gain="0.01"))

    def await_rows(self, what):
        await_(lambda: self.manager.try_named().get("inlet"), what)

    def test_starts_and_samples_without_a_master(self):
        daemon = self.stage.daemon(self.config)
        daemon.await_log(f"no SNMP master agent at {self.stage.agentx} yet: No such file or "
            "directory; trying every 1 s")
        self.slave.await_requests(10, "nobody serves yet")
        self.stage.snmpd()
        self.await_rows("rows after the master came")
        self.assertEqual(self.manager.named()["inlet"].value, 20010)

    def test_tries_again_each_second(self):
        def accept():
            try:
                master.accept()[0].close()
            except BlockingIOError:
                return False
            tries.append(time.monotonic())
            return len(tries) == TRIES
        tries, began = [], time.monotonic()
        with socket.socket(socket.AF_UNIX) as master:
            master.bind(self.stage.path("agentx"))
            master.listen()
            master.setblocking(False)
            self.stage.daemon(self.config)
            await_(accept, f"{TRIES} tries of a master that sends it away", TRIES_S)
            # and not more and more of them; the first second has one at its begin and its end
            self.assertLessEqual(TRIES, tries[-1] - began + 2)
        os.unlink(self.stage.path("agentx"))
        self.stage.snmpd()
        self.await_rows("rows after a master came that wants us")

    def test_says_that_it_may_not_use_the_socket(self):
        with socket.socket(socket.AF_UNIX) as master:
            path = self.stage.path("agentx")
            master.bind(path)
            master.listen()
            os.chmod(path, 0)
            state, config = self.stage.folder_at("state"), self.stage.write("c.conf", self.config)
            os.chmod(self.stage.folder, 0o755)
            daemon = harness.Process(self.stage, "envsensord", [*harness.ordinary_user(state),
                harness.PROGRAM, "--config", config, "--state-dir", state, "--agentx",
                self.stage.agentx, "--foreground"])
            daemon.await_log(f"no SNMP master agent at {self.stage.agentx} yet: Permission denied;"
                " trying every 1 s")
            self.assertEqual(daemon.stop(), 0)

    def test_serves_again_after_the_master_was_killed(self):
        master = self.stage.snmpd()
        daemon = self.stage.daemon(self.config)
        self.await_rows("rows")
        reads = self.manager.named()["inlet"].reads
        for round_ in (1, 2):
            master.kill()
            daemon.await_log("is gone", count=round_)
            self.slave.await_requests(10, "the master is gone")
            self.assertFalse(master.is_running())
            master = self.stage.snmpd()
            self.await_rows("rows after the master is back")
        await_(lambda: self.manager.named()["inlet"].reads >= reads + 20, "twenty reads without")
        self.assertEqual(self.manager.named()["inlet"].errors, 0)
        self.assertEqual(self.slave.stats()["connections"], 1)

    def test_samples_on_while_the_master_hangs(self):
        master = self.stage.snmpd()
        self.stage.daemon(self.config)
        self.await_rows("rows")
        before = self.manager.buses()["plc"].requests
        master.signal(signal.SIGSTOP)
        self.slave.await_requests(50, "the master hangs")
        master.signal(signal.SIGCONT)
        self.await_rows("rows after the master woke")
        # a session that was given up just then comes back with one table after the other
        await_(lambda: [bus for bus in self.manager.try_named("envsBusTable").values()
            if bus.requests >= before + 50], "they are counted")
        self.manager.await_sensor("inlet", errors=0)

    def test_ends_while_the_master_hangs(self):
        master = self.stage.snmpd()
        daemon = self.stage.daemon(self.config)
        self.await_rows("rows")
        master.signal(signal.SIGSTOP)
        self.assertEqual(daemon.stop(), 0)

    def test_waits_for_tables_that_another_agent_holds(self):
        """snmpd takes a table down for whoever asks; so one must not ask for what is not ours."""
        self.stage.snmpd()
        first = self.stage.daemon(self.config.replace("inlet", "first"), name="first",
            state="other")
        await_(lambda: self.manager.try_named().get("first"), "the rows of the first")
        daemon = self.stage.daemon(self.config, "--log-level", "debug")
        for table in ("envsSystem", "envsBusTable", "envsSensorTable", "envsTemperatureTable"):
            daemon.await_log(f"refuses {table}")
            daemon.await_log(f"asked again for {table}: refused", seconds=60)
        self.assertEqual(daemon.log().count("refuses envsSensorTable"), 1)
        self.assertEqual(set(self.manager.named()), {"first"})
        daemon.stop_well()
        self.assertEqual(set(self.manager.named()), {"first"})
        daemon = self.stage.daemon(self.config)
        daemon.await_log("refuses envsTemperatureTable")
        first.stop_well()
        daemon.await_log("takes envsSensorTable now", seconds=60)
        self.await_rows("rows of the second after the first went")
        await_(lambda: "first" not in self.manager.named(), "no rows of the first")

    def test_notices_that_another_agent_holds_a_table(self):
        self.stage.snmpd()
        place, _ = TABLES["envsBusTable"]
        entry = f".{root()}.{place}"
        thief = harness.TableThief(self.stage, entry, 1)
        daemon = self.stage.daemon(self.config)
        daemon.await_log("refuses envsBusTable")
        self.await_rows("the other tables")
        self.assertEqual([varbind.oid for varbind in self.manager.bulkwalk(entry)], [entry])
        self.assertEqual(daemon.log().count(" refuses "), 1)
        thief.stop()
        daemon.await_log("takes envsBusTable now", seconds=60)
        self.assertEqual(set(self.manager.buses()), {"plc"})
        self.assertEqual(daemon.log().count(" refuses "), 1)

    def test_walks_on_behind_a_cell_that_another_agent_holds(self):
        """The master then begins our part in the middle, with a name that may be the answer."""
        self.slave.tell("exception 2 4")
        self.stage.snmpd()
        self.stage.daemon(self.config + "".join(
            sensor(f"s{n}", "plc", f"{2 if n == 5 else 1}:input:{n}:int16", gain="0.01")
            for n in range(2, 7)))
        cells = {n: (cell_oid("envsSensorTable", "value", n), 20000 + 10 * n)
            for n in (1, 2, 3, 4, 6)}
        for n in (2, 3, 4, 6):
            self.manager.await_sensor(f"s{n}", quality=harness.GOOD)
        column = cells[1][0].rpartition(".")[0]

        def walk():
            return [(oid, value) for oid, _, value in self.manager.bulkwalk(column)]
        for stolen in (3, 4, 1):  # behind 4 our next cell has no instance
            thief = harness.TableThief(self.stage, cells[stolen][0], 4242)
            expected = dict(cells)
            expected[stolen] = (cells[stolen][0], 4242)
            self.assertEqual(walk(), list(expected.values()))
            oids = [oid_key(varbind.oid) for varbind in self.manager.bulkwalk(f".{root()}")]
            self.assertEqual(oids, sorted(set(oids)))
            thief.stop()
            await_(lambda: walk() == list(cells.values()), "our cell again")


if __name__ == "__main__":
    harness.main()
