#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--print-config: what is in force, as a file, with what SNMP has changed."""
import os
import re
import sqlite3
import stat
import subprocess
import unittest

import harness
from harness import GOOD, PROGRAM, await_, bus, sensor

PLAY = bus("play", "sim")
SENSOR = 2  # enum store_kind
HUMIDITY = 3  # EnvsQuantity
NON_VOLATILE, PERMANENT = 3, 4  # StorageType
CREATE_AND_GO = 4  # RowStatus

MAIL = """
mail {
    from = "sensors@example.org"
    enabled = no
    relay { host = mail.example.org  user = me  password = hunter2 }
}
contact "ops" { address = "ops@example.org"  sensors = "*${x}*" }
""".replace('"*${x}*"', "'*${x}*'")

PROFILE = """profile "pair" {
    source = "made up"
    drivers = "sim"
    sensor "one" { address = "one"  quantity = temperature }
    sensor "two" { address = "two"  quantity = humidity }
}
"""


def inlet(**more):
    return sensor("inlet", "play", "inlet", high_warning=27, high_critical=32, **more)


class PrintConfig(harness.SystemTest):
    def run_it(self, config, *options, state="state"):
        """Standard output of envsensord --print-config."""
        done = subprocess.run([PROGRAM, "--print-config", "--config", config, "--state-dir",
            self.stage.folder_at(state), *options], stdout=subprocess.PIPE, check=True,
            timeout=harness.WAIT_S)
        return done.stdout.decode()

    def printed(self, daemon, *texts, state="state"):
        """Once it is written and holds all of that."""
        path = self.stage.path(os.path.join(state, "effective.conf"))

        def look():
            if not os.path.exists(path):
                return None
            text = self.run_it(daemon.config, state=state)
            return text if all(part in text for part in texts) else None
        return await_(look, f"effective.conf with {texts}")

    def store(self, *rows, state="state"):
        """What SNMP would have set: (index, key, value, what the file says).  Nobody runs."""
        path = self.stage.path(os.path.join(state, "envsensord.db"))
        with sqlite3.connect(path) as database:
            database.executemany("REPLACE INTO setting (kind, idx, key, value, file_value)"
                f" VALUES ({SENSOR}, ?, ?, ?, ?)", rows)
        database.close()

    def await_text(self, text):
        """Until there is an event that says so, and one only."""
        def texts():
            return [row.text for row in self.manager.rows("envsEventTable").values()]
        await_(lambda: text.encode() in texts(), f"an event {text!r}")
        self.assertEqual(texts().count(text.encode()), 1)

    def test_prints_the_file_as_long_as_no_daemon_has_run(self):
        config = self.stage.write("own.conf", PLAY + inlet() + MAIL)
        text = self.run_it(config)
        self.assertIn('sensor "inlet" {\n', text)
        self.assertIn("\tsensors = '*${x}*'\n", text)
        self.assertFalse(os.listdir(self.stage.path("state")))

    def test_a_file_that_does_not_check_is_refused(self):
        config = self.stage.write("own.conf", "colour = red\n" + PLAY)
        done = subprocess.run([PROGRAM, "--print-config", "--config", config],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=harness.WAIT_S)
        self.assertEqual(done.returncode, 78)
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"own.conf:1: ", done.stderr)

    def test_used_as_the_file_it_gives_the_same(self):
        self.stage.folder_at("profiles")
        self.stage.write("profiles/pair.conf", PROFILE)
        first = self.stage.daemon(PLAY + inlet() + MAIL
            + 'device "rack" { bus = play  unit = 1  profile = pair  on-delay = 5s }\n')
        text = self.printed(first, 'sensor "rack two" {')
        first.stop_well()
        second = self.stage.daemon(text.replace("# password is set, but not shown",
            "password = hunter2"), name="second", state="other")
        other = self.printed(second, state="other")
        folder = re.compile(r'^state-dir = .*$', re.M)
        self.assertEqual(folder.sub("", text), folder.sub("", other))

    def test_is_for_its_owner_alone_and_without_passwords(self):
        daemon = self.stage.daemon(PLAY + inlet() + MAIL)
        text = self.printed(daemon)
        status = os.stat(self.stage.path("state/effective.conf"))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertIn("# password is set, but not shown", text)
        self.assertNotIn("hunter2", text)
        self.assertNotIn("hunter2", daemon.log())

    def test_follows_a_reload(self):
        daemon = self.stage.daemon(PLAY + inlet())
        self.printed(daemon, "\thigh-critical = 32\n")
        self.stage.write("envsensord.conf", PLAY + inlet(on_delay="7s"))
        daemon.reload()
        self.printed(daemon, "\ton-delay = 7s\n")

    def test_what_snmp_has_set_is_marked_and_holds_until_the_file_changes(self):
        self.stage.snmpd()
        daemon = self.stage.daemon(PLAY + inlet())
        daemon.stop_well()
        self.store((1, "high-critical", "40", "32"), (1, "location", "row 7", ""))
        marked = ("\thigh-critical = 40 # set by SNMP; the file has 32\n",
            '\tlocation = "row 7" # set by SNMP; the file has ""\n')
        for ended in ("well", "killed"):
            with self.subTest(ended=ended):
                daemon = self.stage.daemon(PLAY + inlet())
                self.manager.await_sensor("inlet", highCritical=40000, location=b"row 7")
                self.printed(daemon, *marked)
                if ended == "killed":
                    daemon.kill()
                else:
                    daemon.stop_well()
                self.assertIn(marked[0], self.run_it(daemon.config))
        daemon = self.stage.daemon(PLAY + inlet())
        self.stage.write("envsensord.conf", PLAY + inlet().replace("= 32", "= 35"))
        daemon.reload()
        self.manager.await_sensor("inlet", highCritical=35000, location=b"row 7")
        text = self.printed(daemon, "\thigh-critical = 35\n", marked[1])
        self.assertNotIn(" 40", text)
        said = 'The file has set high-critical of sensor "inlet" to 35; SNMP had set it to 40.'
        daemon.await_log(said)
        self.await_text(said)
        daemon.kill()
        daemon = self.stage.daemon(PLAY + inlet())
        self.manager.await_sensor("inlet", highCritical=32000, location=b"row 7")
        self.await_text(said)

    def test_the_file_takes_over_what_snmp_has_set_and_made(self):
        """By its own text: nothing changes but who says it."""
        self.stage.snmpd()
        daemon = self.stage.daemon(PLAY + inlet())
        table = "envsSensorTable"
        self.manager.await_sensor("inlet", quality=GOOD)
        self.manager.set_all((table, "name", 1, "s", "intake"),
            (table, "highCritical", 1, "i", 40000),
            (table, "rowStatus", 7, "i", CREATE_AND_GO), (table, "name", 7, "s", "attic"),
            (table, "bus", 7, "s", "play"), (table, "address", 7, "s", "attic"),
            (table, "quantity", 7, "i", HUMIDITY), (table, "gain", 7, "i", 2000000))
        text = self.printed(daemon,
            'sensor "intake" { # named by SNMP; the file has "inlet"\n',
            "\thigh-critical = 40 # set by SNMP; the file has 32\n",
            'sensor "attic" { # made by SNMP\n', "\tgain = 2\n")
        before = self.manager.rows(table)
        self.assertEqual(before[7].storageType, NON_VOLATILE)
        self.stage.write("envsensord.conf", text)
        daemon.reload()
        self.manager.await_sensor("attic", storageType=PERMANENT)
        self.printed(daemon, 'sensor "attic" {\n', "\thigh-critical = 40\n", "\tgain = 2\n")
        daemon.kill()
        daemon = self.stage.daemon(text)
        self.manager.await_sensor("attic", quality=GOOD)
        after = self.manager.rows(table)
        self.assertEqual(sorted(before), sorted(after))
        for index, row in after.items():
            for column in ("name", "address", "highCritical", "gain", "deadband", "limitsEnabled"):
                with self.subTest(index=index, column=column):
                    self.assertEqual(getattr(row, column), getattr(before[index], column))
        self.assertNotIn("SNMP", self.printed(daemon))

    def test_what_does_not_fit_the_file_does_not_stop_the_daemon(self):
        self.stage.snmpd()
        self.stage.daemon(PLAY + inlet()).stop_well()
        self.store((1, "high-critical", "28", "32"), (1, "colour", "red", "blue"),
            (1, "gain", "2", "1"))
        daemon = self.stage.daemon(PLAY + inlet().replace("= 27", "= 30"))
        self.manager.await_sensor("inlet", highWarning=30000, highCritical=32000, gain=2000000)
        said = ('SNMP had set high-critical of sensor "inlet" to 28; that does not fit any more, '
            "the file's 32 does.")
        daemon.await_log(f"warning: {said} (sensor ")
        daemon.await_log("colour: there is no such setting")
        self.await_text(said)


if __name__ == "__main__":
    harness.main()
