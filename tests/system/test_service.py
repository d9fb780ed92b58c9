#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a service manager hears: a socket of ours in the place of systemd's."""
import os
import signal
import socket
import time

import harness
from freeze import await_end, frozen
from harness import PROGRAM, await_, bus, sensor
from smtp_helper import PROGRAM as HELPER

CONFIG = bus("play", "sim") + sensor("a", "play", "a")
WATCHDOG_S = 1
SNMP = 1  # EnvsChannel


class Manager:
    """Hears what a daemon tells: a list of "KEY=VALUE", the oldest first."""

    def __init__(self, stage):
        self.path = stage.path("notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.heard = []

    def listen(self):
        while True:
            try:
                self.heard += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def stop_listening(self):
        """Until no more goes in; whoever waits then waits until it is listened again."""
        harness.fill(self.path, b"OTHER=1")

    def forget(self):
        self.listen()
        self.heard = []

    def await_word(self, word, count=1):
        await_(lambda: self.listen().count(word) >= count, f"the manager hears {word}")

    def status(self):
        """The last one."""
        return ([""] + [word for word in self.listen() if word.startswith("STATUS=")])[-1]

    def await_status(self, begin):
        await_(lambda: self.status().startswith(f"STATUS={begin}"), f"the status {begin}")

    def close(self):
        self.socket.close()


@harness.full_pass_only
class Service(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.manager = Manager(self.stage)
        self.addCleanup(self.manager.close)

    def begin(self, config=CONFIG, watchdog_s=WATCHDOG_S):
        env = {"NOTIFY_SOCKET": self.manager.path, "WATCHDOG_USEC": str(watchdog_s * 1000000)}
        path = self.stage.write("envsensord.conf", config)
        daemon = harness.Process(self.stage, "envsensord", [PROGRAM, "--config", path,
            "--state-dir", self.stage.folder_at("state"), "--agentx", self.stage.agentx,
            "--foreground"], env=dict(os.environ, **env))
        self.manager.await_word("READY=1")
        return daemon

    def test_it_is_ready_without_a_master_agent(self):
        daemon = self.begin()
        self.assertNotIn("connected to the SNMP master", daemon.log())
        self.manager.await_status("all well; active alarms: 0, sensors in fault: 0 of 1")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.manager.listen()[-1], "STOPPING=1")

    def test_it_is_not_ready_with_a_file_that_is_refused(self):
        path = self.stage.write("envsensord.conf", "nonsense = 1\n")
        daemon = harness.Process(self.stage, "envsensord", [PROGRAM, "--config", path,
            "--foreground"], env=dict(os.environ, NOTIFY_SOCKET=self.manager.path))
        self.assertEqual(daemon.popen.wait(harness.WAIT_S), 78)
        self.assertEqual(self.manager.listen(), [])

    def test_the_status_is_the_truth(self):
        tree = harness.W1Tree(self.stage)
        tree.put("28-00000000000a", 41000)
        self.begin(bus("attic", "w1", tree.path) + sensor("warm", "attic", "28-00000000000a",
            high_critical=40, on_delay="0s", min_samples=1))
        self.manager.await_status("critical; active alarms: 1, sensors in fault: 0 of 1, "
            "buses down: 0 of 1")

    def test_a_reload_is_announced(self):
        """With the time of it, by which the manager knows this one from the last."""
        daemon = self.begin(watchdog_s=3600)  # nothing else fills the socket meanwhile
        self.manager.forget()
        before = self.monotonic_us()
        daemon.signal(signal.SIGHUP)
        self.manager.await_word("READY=1")
        heard = [word for word in self.manager.listen()
            if word.startswith(("RELOADING", "MONOTONIC", "READY"))]
        key, when = heard.pop(1).split("=")
        self.assertEqual((heard, key), (["RELOADING=1", "READY=1"], "MONOTONIC_USEC"))
        self.assertTrue(before <= int(when) <= self.monotonic_us(), when)

    @staticmethod
    def monotonic_us():
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000

    def test_there_are_signs_of_life_only_while_the_engine_moves(self):
        daemon = self.begin()
        self.manager.await_word("WATCHDOG=1", 3)
        self.stage.write("envsensord.conf", "nonsense = 1\n")
        with frozen(daemon.pid, "engine"):
            self.manager.forget()
            for looks in range(1, 6):  # a reload, even a refused one, makes main look again
                daemon.signal(signal.SIGHUP)
                self.manager.await_word("READY=1", looks)
            # what was published before it froze may count once
            self.assertLessEqual(self.manager.listen().count("WATCHDOG=1"), 1)
        self.manager.forget()
        self.manager.await_word("WATCHDOG=1", 3)

    def test_a_manager_that_does_not_listen_holds_nobody_up(self):
        daemon = self.begin()
        self.manager.await_status("all well")
        self.manager.stop_listening()
        for count in (1, 2):
            daemon.signal(signal.SIGHUP)
            daemon.await_log("configuration reloaded", count=count)
        # what it would wait for, once it listens again
        self.manager.await_word("READY=1", self.manager.heard.count("READY=1") + 1)
        self.manager.await_word("WATCHDOG=1", self.manager.heard.count("WATCHDOG=1") + 2)
        self.manager.stop_listening()
        self.assertEqual(daemon.stop(), 0)

    def test_a_frozen_snmp_thread_is_no_reason(self):
        self.stage.snmpd()
        daemon = self.begin()
        daemon.await_log("connected to the SNMP master")
        with frozen(daemon.pid, "snmp"):
            self.manager.forget()
            self.manager.await_word("WATCHDOG=1", 3)

    def test_an_engine_that_hangs_at_the_end_keeps_its_database(self):
        """Nobody closes it under a thread that is in the middle of it."""
        daemon = self.begin()
        with frozen(daemon.pid, "engine") as thread:
            daemon.signal(signal.SIGTERM)
            await_end(thread, harness.STOP_S)
        self.assertEqual(daemon.popen.wait(harness.WAIT_S), 0)
        self.assertTrue(os.path.exists(self.stage.path("state/envsensord.db-wal")))
        self.manager.forget()
        self.assertEqual(self.begin().stop(), 0)
        self.assertFalse(os.path.exists(self.stage.path("state/envsensord.db-wal")))

    def test_a_frozen_thread_is_a_state_and_a_line(self):
        """Of the SNMP thread and the mailer, though there is nothing to be told."""
        self.stage.snmpd()
        threads = {"snmp": "snmp: the SNMP master agent cannot be reached"}
        config = CONFIG + "delivery { down-after = 0 }\n"
        if os.path.exists(HELPER):
            threads["mail"] = "mail: the mail helper failed"
            config += ('mail { from = "a@example.org"  check-interval = 0  relay { host = '
                '"127.0.0.1"  port = 1  security = none } }\n'
                'contact "ops" { address = "ops@example.org" }\n')
        daemon = self.begin(config)
        # a thread that still registers has told nobody that there is a master
        await_(lambda: self.stage.manager.cell("envsChannelTable", "delivered", SNMP),
            "a notification gets out")
        for thread, what in threads.items():
            with frozen(daemon.pid, thread):
                daemon.await_log(f"warning: channel {what}: the thread that carries them stands "
                    "still; what there is to say waits until it can be said")
                self.manager.await_status("warning; active alarms: 1")
            if thread == "snmp":
                daemon.await_log("channel snmp: messages get out again")
                self.manager.await_status("all well")


if __name__ == "__main__":
    harness.main()
