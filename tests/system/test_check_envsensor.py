#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The plug-in check_envsensor against the real daemon, as Nagios would call it."""
import os
import re
import shutil
import socket
import subprocess

import harness
from harness import BUILD, DOWN, FAULT, UP, await_
from rack import Rack

PLUGIN = os.path.join(BUILD, "scripts/monitoring/nagios/check_envsensor")
OK, WARNING, CRITICAL, UNKNOWN = range(4)

# Of the plug-in guidelines: 'label'=value[UOM];[warn];[crit];[min];[max]
NUMBER = r"-?\d+(\.\d+)?"
RANGE = rf"@?(~|{NUMBER})?:?({NUMBER})?"
PERFORMANCE = re.compile(
    rf"'[^'=]+'={NUMBER}(s|ms|%|B|c)?(;({RANGE})?){{0,2}}(;({NUMBER})?){{0,2}}")


class PluginTest(harness.SystemTest):
    def check(self, *options, host="127.0.0.1", port=None, **env):
        """Exit status, first line without performance data, these, the other lines."""
        done = subprocess.run([PLUGIN, "-H", host, "-p", str(port or self.stage.master.port),
            "-t", "60", "-e", "1", *options], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, env={**self.stage.snmp_env(), **env}, timeout=120, check=False)
        self.assertEqual(done.stderr, "")
        first, *more = done.stdout.splitlines()
        text, bar, performance = first.partition(" | ")
        self.assertEqual(text.partition(" - ")[0],
            "ENVSENSOR " + ["OK", "WARNING", "CRITICAL", "UNKNOWN"][done.returncode])
        performance = re.findall(r"'[^']*'=\S+", performance)
        self.assertEqual(bool(bar), bool(performance))
        for one in performance:
            self.assertTrue(PERFORMANCE.fullmatch(one), one)
        return done.returncode, text, performance, more

    def assert_check(self, options, status, text, performance=None, **more):
        got = self.check(*options, **more)
        self.assertEqual((got[0], got[1].partition(" - ")[2]), (status, text))
        if performance is not None:
            self.assertEqual(got[2], performance)

    def await_check(self, options, status, text):
        self.await_match(options, status, re.escape(text))

    def await_match(self, options, status, text):
        """Until it is so; a value goes through the daemon first."""
        seen = []

        def look():
            got = self.check(*options)
            seen[:] = got[0], got[1].partition(" - ")[2]
            return re.fullmatch(text, seen[1]) if got[0] == status else None
        try:
            await_(look, f"status {status} of {options}, {text!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}; seen: {seen}") from None


class Quiet(PluginTest):
    """Nothing moves."""

    shared = True

    @classmethod
    def set_up_stage(cls):
        Rack(cls.stage)

    def test_a_sensor_with_the_limits_of_the_agent(self):
        self.assert_check(["-m", "sensor", "-n", "Rack A inlet"], OK, "Rack A inlet 21.500 C",
            ["'Rack A inlet'=21.500;10.000:27.000;5.000:32.000"])
        self.assert_check(["-m", "sensor", "-n", "Rack A outlet"], OK, "Rack A outlet -3.500 C",
            ["'Rack A outlet'=-3.500;;~:45.000"])
        index = self.manager.named()["Room"].index
        self.assert_check(["-m", "sensor", "-i", str(index)], OK, "Room 45.000 %RH",
            ["'Room'=45.000%"])

    def test_a_letter_that_the_locale_lacks_is_a_question_mark(self):
        self.assert_check(["-m", "sensor", "-n", "P\u016fda"], UNKNOWN,
            "no sensor is called 'P?da'; there are 4", PYTHONIOENCODING="ascii")

    def test_thresholds_of_its_own_are_ranges(self):
        inlet = ["-m", "sensor", "-n", "Rack A inlet"]
        outlet = ["-m", "sensor", "-n", "Rack A outlet"]
        for options, status in (
                (inlet + ["-w", "21.5"], OK), (inlet + ["-w", "21.4"], WARNING),
                (inlet + ["-w", "20", "-c", "21"], CRITICAL), (inlet + ["-c", "22:"], CRITICAL),
                (inlet + ["-c", "@20:22"], CRITICAL), (inlet + ["-c", "@22:24"], OK),
                (outlet + ["-w", "30"], WARNING), (outlet + ["-w", "~:30"], OK),
                (outlet + ["-w", "-5:30"], OK), (outlet + ["--warning", "-3:30"], WARNING)):
            with self.subTest(options=options):
                self.assertEqual(self.check(*options)[0], status)
        self.assert_check(outlet + ["-w", "-3:30"], WARNING, "Rack A outlet -3.500 C",
            ["'Rack A outlet'=-3.500;-3:30;~:45.000"])

    def test_all_sensors_or_some(self):
        status, text, performance, lines = self.check("-m", "sensors")
        self.assertEqual((status, text), (OK, "ENVSENSOR OK - 4 sensors, 0 not ok"))
        self.assertEqual(len(performance), 4)
        self.assertEqual(lines, ["OK: Rack A inlet 21.500 C", "OK: Rack A outlet -3.500 C",
            "OK: Room 45.000 %RH", "OK: Door 0.000"])
        for options, names in (
                (["--include", "^Rack"], ["Rack A inlet", "Rack A outlet"]),
                (["--include", "^Rack", "--exclude", "out"], ["Rack A inlet"]),
                (["--quantity", "contact"], ["Door"])):
            performance = self.check("-m", "sensors", *options)[2]
            self.assertEqual([one.split("'")[1] for one in performance], names)
        self.assert_check(["-m", "sensors", "--include", "nobody"], UNKNOWN,
            "no sensor is selected")

    def test_buses_alarms_and_the_agent(self):
        status, text, performance, _ = self.check("-m", "buses")
        self.assertEqual((status, text), (OK, "ENVSENSOR OK - rack is up"))
        self.assertEqual([one.split("=")[0] for one in performance],
            ["'rack cycle'", "'rack requests'", "'rack timeouts'"])
        self.assert_check([], OK,
            "0 alarms active, 0 unacknowledged, 0 of 4 sensors in fault",
            ["'alarms'=0;;;0", "'unacknowledged'=0;;;0", "'faults'=0;;;0"])
        status, text, _, lines = self.check("-m", "agent")
        self.assertEqual(status, OK)
        self.assertRegex(text, r"envsensord [\d.]+ at \S+, 4 sensors$")
        self.assertEqual(lines[0], "OK: its database is ok")

    def test_the_queue_and_the_mail_path(self):
        self.await_check(["-m", "queue"], OK, "0 messages pending, the oldest for 0 s")
        self.assert_check(["-m", "queue"], OK, "0 messages pending, the oldest for 0 s",
            ["'pending'=0;;;0", "'oldest'=0s;900;3600;0"])
        self.assert_check(["-m", "mail"], WARNING, "mail is disabled", [])

    def test_a_manager_of_version_3(self):
        secure = ["-P", "3", "-L", "authPriv", "-U", "monitor", "-a", "SHA", "-x", "AES"]
        phrases = ["-A", "authenticate", "-X", "encipherment"]
        sensor_ = ["-m", "sensor", "-n", "Room"]
        self.assert_check([*secure, *phrases, *sensor_], OK, "Room 45.000 %RH")
        self.assertEqual(self.check(*secure, "-A", "something else", *phrases[2:])[0], UNKNOWN)
        # out of the file, where no list of processes shows them
        self.stage.folder_at("snmp")
        self.stage.write("snmp/snmp.conf",
            "defAuthPassphrase authenticate\ndefPrivPassphrase encipherment\n")
        self.assert_check([*secure, *sensor_], OK, "Room 45.000 %RH")
        os.unlink(self.stage.path("snmp/snmp.conf"))

    def test_what_cannot_be_is_unknown(self):
        for options, text in (
                (["-m", "sensor", "-n", "cellar"],
                    "no sensor is called 'cellar'; there are 4"),
                (["-m", "sensor", "-i", "99"], "no sensor has the index 99"),
                (["-m", "sensor"], "mode sensor wants --name or --index"),
                (["-m", "buses", "-n", "row"], "no bus is called 'row'"),
                (["-m", "nonsense"], None), (["-w", "5:1"], None), (["-w", "warm"], None),
                (["--include", "("], None), (["--nonsense"], None)):
            with self.subTest(options=options):
                got = self.check(*options)
                self.assertEqual(got[0], UNKNOWN)
                if text:
                    self.assertEqual(got[1], "ENVSENSOR UNKNOWN - " + text)
                else:
                    self.assertIn("; see --help", got[1])
        self.assertEqual(self.check("-C", "nobody", "-t", "1", "-e", "0")[0], UNKNOWN)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            self.assertEqual(self.check("-t", "1", "-e", "0", port=port)[0], UNKNOWN)

    def test_help_and_version(self):
        for option, text in (("--help", "Exit status: 0 OK"), ("-V", "check_envsensor ")):
            done = subprocess.run([PLUGIN, option], capture_output=True, text=True, check=True)
            self.assertIn(text, done.stdout)


class Moving(PluginTest):
    def test_an_alarm_a_fault_and_a_lost_bus(self):
        rack = Rack(self.stage)
        inlet = ["-m", "sensor", "-n", "Rack A inlet"]
        rack.script(inlet="28")
        self.await_check(inlet, WARNING, "Rack A inlet 28.000 C (highWarning 27.000)")
        rack.script(inlet="33.1")
        self.await_check(inlet, CRITICAL, "Rack A inlet 33.100 C (highCritical 32.000)")
        self.await_check([], CRITICAL, "1 alarm active, 1 unacknowledged, "
            "0 of 4 sensors in fault; Rack A inlet is too high: "
            "33.100 C has reached the critical limit 32.000 C.")
        self.await_check(["-m", "sensors"], CRITICAL,
            "4 sensors, 1 not ok; Rack A inlet 33.100 C (highCritical 32.000)")
        rack.script()
        self.await_check(inlet, OK, "Rack A inlet 21.500 C")
        self.await_check([], OK, "0 alarms active, 0 unacknowledged, 0 of 4 sensors in fault")

        rack.script(inlet="deviceError")
        self.manager.await_sensor("Rack A inlet", quality=FAULT)
        self.assert_check(inlet, UNKNOWN, "Rack A inlet no reading (deviceError)", [])
        self.assert_check([*inlet, "--fault", "critical"], CRITICAL,
            "Rack A inlet no reading (deviceError)")
        self.await_match([], CRITICAL, "1 alarm active, .*")
        rack.script()
        self.await_check(inlet, OK, "Rack A inlet 21.500 C")

        rack.script(inlet="lost", outlet="lost", humidity="lost", door="lost")
        self.manager.await_bus("rack", state=DOWN)
        self.await_match(["-m", "buses"], CRITICAL, r"rack is down \(.+\)")
        # the driver opens it again and again, and for a moment it seems to be back
        self.await_check(inlet, UNKNOWN, "Rack A inlet no reading (its bus is down)")
        rack.script()
        self.manager.await_bus("rack", state=UP, seconds=120)
        self.await_check(["-m", "buses"], OK, "rack is up")

    def behind(self, words, *options):
        """The first line of the plug-in, whose snmpbulkwalk does this for the OID."""
        folder = self.stage.folder_at("tools")
        tool = self.stage.write("tools/snmpbulkwalk", "#!/bin/sh\nfor last; do :; done\n"
            f"case $last in\n{words}\nesac\n"
            f"exec {shutil.which('snmpbulkwalk', path=harness.SYSTEM_PATH)} \"$@\"\n")
        os.chmod(tool, 0o755)
        done = subprocess.run([PLUGIN, "-H", "127.0.0.1", "-p", str(self.stage.master.port),
            *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env=dict(self.stage.snmp_env(), PATH=f"{folder}:{harness.SYSTEM_PATH}"), check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()[0].partition(" | ")[0]

    def test_a_row_that_goes_while_it_is_read(self):
        rack = Rack(self.stage)
        rack.script(inlet="33.1")
        self.await_check(["-m", "sensor", "-n", "Rack A inlet"], CRITICAL,
            "Rack A inlet 33.100 C (highCritical 32.000)")
        self.assertEqual(self.behind("*.1.5.1.1.16) exit 0;;", "-m", "alarms"), (CRITICAL,
            "ENVSENSOR CRITICAL - 1 alarm active, 1 unacknowledged, 0 of 4 sensors in fault"))
        self.assertEqual(self.behind("*.1.3.1.1.2) exit 0;;", "-m", "sensors"),
            (UNKNOWN, "ENVSENSOR UNKNOWN - no sensor is selected"))

    def test_an_answer_that_makes_no_sense(self):
        Rack(self.stage)
        for words in ('*.1.2.1.1.2) echo ".$last.x = INTEGER: 1"; exit 0;;',
                '*.1.2.1.1.2) echo ".$last.1 = Hex-STRING: 4Z"; exit 0;;',
                '*.1.2.1.1.6) echo ".$last.1 = Hex-STRING: 41"; exit 0;;'):
            self.assertEqual(self.behind(words.replace(".$last", "$last"), "-m", "buses")[0],
                UNKNOWN, words)

    def test_the_daemon_or_the_master_gone(self):
        rack = Rack(self.stage)
        index = self.manager.named()["Rack A inlet"].index
        by_index = ["-m", "sensor", "-i", str(index)]
        rack.daemon.stop_well()
        gone = "the SNMP agent answers, but envsensord is not connected to it"
        self.await_check([], UNKNOWN, gone)
        for options in ([], by_index, *(["-m", mode] for mode in
                ("sensors", "buses", "queue", "mail", "agent")), ["-m", "sensor", "-n", "Door"]):
            self.assert_check(options, UNKNOWN, gone)
        rack.start()
        self.assert_check(by_index, OK, "Rack A inlet 21.500 C")
        self.stage.master.kill()
        got = self.check("-t", "1.5", "-e", "0")
        self.assertEqual(got[0], UNKNOWN)
        self.assertRegex(got[1], "Timeout: No Response|no answer within 1.5 s")


if __name__ == "__main__":
    harness.main()
