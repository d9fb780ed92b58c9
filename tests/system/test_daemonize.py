#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Without --foreground the starter ends when the daemon runs, or tells why it does not."""
import contextlib
import os
import signal
import subprocess

import harness
from harness import PROGRAM, await_, bus, full_pass_only, sensor

CONFIG = bus("play", "sim") + sensor("a", "play", "a")


@full_pass_only
class Daemonize(harness.SystemTest):
    def begin(self, config=CONFIG, starter=()):
        done = subprocess.run([*starter, PROGRAM, "--config", self.stage.write("c.conf", config),
            "--state-dir", self.stage.path("state"), "--agentx", self.stage.agentx],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0:
            with open(self.stage.path("state/lock"), encoding="ascii") as lock:
                pid = int(lock.read())
            self.addCleanup(self.end, pid)
            return done, pid
        return done, None

    def end(self, pid):
        if self.runs(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            await_(lambda: not self.runs(pid), "the daemon ends", harness.STOP_S)

    @staticmethod
    def runs(pid):
        """A zombie that nobody collects does not."""
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
                return stat.read().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def assert_streams_lead_nowhere(self, pid):
        with contextlib.suppress(PermissionError):  # the daemon lets only root look
            for descriptor in (0, 1, 2):
                self.assertEqual(os.readlink(f"/proc/{pid}/fd/{descriptor}"), "/dev/null")

    def test_the_starter_ends_when_the_daemon_runs(self):
        self.stage.snmpd()
        done, pid = self.begin()
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        # until it is detached a thread may already have something to say
        self.assertNotRegex(done.stderr, "(?m)^envsensord: (?!info: )")
        self.assertTrue(self.runs(pid))
        self.assertNotEqual(os.getsid(pid), os.getsid(0))
        self.assert_streams_lead_nowhere(pid)
        self.manager.await_sensor("a", quality=harness.GOOD)
        os.kill(pid, signal.SIGTERM)
        await_(lambda: not self.runs(pid), "the daemon ends", harness.STOP_S)

    def test_the_starter_tells_a_second_instance_off(self):
        _, pid = self.begin()
        done, _ = self.begin()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(f"pid {pid}", done.stderr)
        self.assertTrue(self.runs(pid))

    def test_a_starter_that_closed_the_streams_gets_a_daemon_as_any(self):
        starter = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
        done, pid = self.begin(starter=starter)
        self.assertEqual(done.returncode, 0)
        self.assert_streams_lead_nowhere(pid)
        done, _ = self.begin()  # the lock is not one of them
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"pid {pid}", done.stderr)

    def test_the_starter_tells_a_bad_configuration(self):
        done, _ = self.begin("colour = red\n")
        self.assertEqual((done.returncode, done.stdout), (78, ""))
        self.assertRegex(done.stderr, r"^\S+/c\.conf:1: .*colour.*\n\Z")
        self.assertFalse(os.path.exists(self.stage.path("state")))


if __name__ == "__main__":
    harness.main()
