#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""envsensorctl as an operator uses it: through a real snmpd, with no MIB file anywhere."""
import csv
import io
import json
import os
import pty
import subprocess

import harness
from harness import BUILD, FAULT, GOOD, await_, bus, sensor

COMPLETION = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "scripts",
    "envsensorctl.bash")
CTL = os.path.join(BUILD, "envsensorctl")
WARM, COLD, GONE = "28-00000000000a", "28-00000000000b", "28-00000000000c"


def config(tree):
    return (bus("attic", "w1", tree.path) + bus("play", "sim")
        + sensor("warm", "attic", WARM, high_critical=40, on_delay="0s", min_samples=1)
        + sensor("cold", "attic", COLD, location="Kühlraum, unten")
        + sensor("gone", "attic", GONE)
        + sensor("damp", "play", "x", quantity="humidity"))


class Ctl:
    def __init__(self, stage):
        self.stage = stage

    def command(self, *arguments, community="private", seconds=30):
        return [CTL, "-H", f"127.0.0.1:{self.stage.master.port}", "-v", "2c", "-c", community,
            "-t", str(seconds), "-r", "0", *arguments]

    def run(self, *arguments, env=None, **more):
        return subprocess.run(self.command(*arguments, **more), text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
            env=dict(self.stage.snmp_env(), **(env or {})))

    def out(self, *arguments):
        """What a command that goes well prints."""
        done = self.run(*arguments)
        if (done.returncode, done.stderr) != (0, ""):
            raise AssertionError(f"{arguments}: {done.returncode}: {done.stderr}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.out("--json", *arguments))


@harness.full_pass_only
class Reading(harness.SystemTest):
    shared = True

    @classmethod
    def set_up_stage(cls):
        cls.stage.snmpd()
        tree = harness.W1Tree(cls.stage)
        tree.put(WARM, 41000)
        tree.put(COLD, -500)
        cls.daemon = cls.stage.daemon(config(tree))
        cls.daemon.await_master()
        cls.manager.await_sensor("gone", quality=FAULT)
        cls.manager.await_sensor("damp", quality=GOOD)
        cls.manager.await_tables()
        await_(lambda: len(cls.manager.rows("envsAlarmTable")) == 2, "the alarms of warm and gone")
        cls.ctl = Ctl(cls.stage)

    def test_columns_stand_below_each_other(self):
        lines = self.ctl.out("sensors").splitlines()
        self.assertEqual(lines[0].split()[:5], ["ID", "SENSOR", "VALUE", "UNIT", "SEVERITY"])
        at = lines[0].index("UNIT")
        self.assertEqual([line[at:].split()[0] for line in lines[1:]], ["C", "C", "C", "%RH"])
        end = lines[0].index("VALUE") + len("VALUE")
        self.assertEqual([line[:end].split()[-1] for line in lines[1:4]], ["41", "-0.5", "-"])
        self.assertNotIn("\033", "".join(lines))

    def test_colours_are_for_terminals(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen(self.ctl.command("sensors"), stdout=theirs, stdin=subprocess.DEVNULL,
                env=self.stage.snmp_env()) as child:
            os.close(theirs)
            text = b""
            try:
                while True:
                    text += os.read(ours, 4096)
            except OSError:  # the other end is closed
                pass
            os.close(ours)
            self.assertEqual(child.wait(120), 0)
        self.assertIn(b"\033[31mcritical\033[0m", text)

    def test_json_has_numbers_and_null(self):
        rows = {row["name"]: row for row in self.ctl.json("sensors")}
        self.assertEqual(rows["warm"]["value"], 41)
        self.assertEqual(rows["cold"]["value"], -0.5)
        self.assertIsNone(rows["gone"]["value"])
        self.assertEqual(rows["gone"]["reason"], "noReply")
        self.assertEqual(rows["cold"]["location"], "Kühlraum, unten")

    def test_csv_quotes_what_has_a_comma(self):
        rows = list(csv.DictReader(io.StringIO(self.ctl.out("--csv", "sensors"), newline="")))
        self.assertEqual([row["name"] for row in rows], ["warm", "cold", "gone", "damp"])
        self.assertEqual(rows[1]["location"], "Kühlraum, unten")
        self.assertEqual(rows[2]["value"], "")

    def test_alarms_and_events_tell_the_same_story(self):
        alarms = {row["source"]: row for row in self.ctl.json("alarms")}
        self.assertEqual((alarms["warm"]["kind"], alarms["warm"]["limit"]), ("limit", 40))
        self.assertEqual(alarms["gone"]["kind"], "fault")
        events = self.ctl.json("events")
        self.assertEqual(events[0]["kind"], "agentStart")
        raised = [event for event in events if event["alarm"] == alarms["warm"]["id"]]
        self.assertEqual([event["kind"] for event in raised], ["raise"])
        since = self.ctl.json("events", "--since", str(raised[0]["seq"]))
        self.assertEqual(since, events[raised[0]["seq"] - 1:])

    def test_status_is_one_screen(self):
        status = self.ctl.json("status")[0]
        self.assertEqual((status["severity"], status["sensors"], status["sensorsInFault"]),
            ("critical", 4, 1))
        text = self.ctl.out("status")
        self.assertLess(len(text.splitlines()), 40)
        for word in ("worst             critical", "BUSES", "ALARMS", "warm is too high"):
            self.assertIn(word, text)

    def test_buses(self):
        self.assertEqual([row["name"] for row in self.ctl.json("buses")], ["attic", "play"])

    def test_what_is_wrong_is_said_in_one_line(self):
        for arguments, status, words in (
                (("nonsense",), 2, "nonsense: no such command"),
                ((), 2, "no command"),
                (("--nonsense", "status"), 2, "--nonsense: no such option"),
                (("set", "warn", "gain=1"), 1, 'there is no sensor "warn"; there are 4'),
                (("set", "warm", "x=1"), 2, 'no setting "x"; there are name, bus, address'),
                (("set", "warm", "on-delay=soon"), 2, 'on-delay = "soon": want 0 to 1d'),
                (("set", "warm", "gain"), 2, '"gain": want KEY=VALUE'),
                (("set", "warm", "range-low=1"), 2, 'no setting "range-low"'),
                (("ack", "x"), 2, '"x": want the id of an alarm'),
                (("shelve", "warm", "2"), 2, "want a duration such as"),
                (("add", "--bus", "b"), 2, "buses stand in the agent's file only"),
                (("events", "--since", "-1"), 2, "want a sequence number"),
                (("ack", "1", "closed", "the door"), 2, 'what is "the door"? ack takes ID [NOTE]'),
                (("ack", "1", "x" * 256), 2, "the note is too long: want at most 255 bytes"),
                (("remove", "warm", "cold"), 2, 'what is "cold"?'),
                (("sensors", "warm"), 2, "sensors takes no argument")):
            done = self.ctl.run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (status, ""), arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_refusal_names_the_rule(self):
        for arguments, words in (
                (("set", "warm", "high-warning=41"), "high critical limit 40 is not above high"),
                (("set", "warm", "name=cold"), "warm: name: refused: the name is taken"),
                (("set", "warm", "bus=x"), "there is no bus of that name"),
                (("set", "warm", "address=x"), "the driver of the bus does not understand it"),
                (("remove", "warm"), "it stands in the agent's file"),
                (("add", "x", *["gain=2"] * 39), "x: gain: refused: it does not fit"),
                (("reset", "1"), "only an alarm that has cleared and is latched"),
                (("ack", "77"), "there is no such row"),
                (("shelve", "warm", "9h"), "no longer than max-shelve")):
            done = self.ctl.run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertIn(words, done.stderr)
        done = self.ctl.run("set", "--agent", "maximum=100")
        self.assertIn("delivery.maximum", done.stderr)

    def test_a_silent_agent_is_told(self):
        done = self.ctl.run("status", community="wrong", seconds=1)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no answer; is snmpd running", done.stderr)

    def test_a_row_has_a_name_or_a_number(self):
        done = self.ctl.run("set", "2", "gain=0.0000001")
        self.assertIn("gain", done.stderr)
        self.assertNotIn("there is no sensor", done.stderr)

    def test_what_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(self.ctl.command("--json", "sensors"), stdout=full, text=True,
                stderr=subprocess.PIPE, timeout=120, check=False, env=self.stage.snmp_env())
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard output cannot be written", done.stderr)

    def test_the_host_may_stand_in_the_same_word(self):
        command = self.ctl.command("--csv", "buses")
        command[1:3] = [f"-H{command[2]}"]
        done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=120, check=True, env=self.stage.snmp_env())
        self.assertIn(",attic,", done.stdout)

    def test_bash_completes(self):
        for words, expected in (
                (["envsensorctl", "sta"], ["status"]),
                (["envsensorctl", "--js"], ["--json"]),
                (self.ctl.command("set", "co"), ["cold"]),
                (self.ctl.command("ack", ""), ["1", "2"])):
            words[0] = "envsensorctl"
            text = "".join(f" '{word}'" for word in words)
            done = subprocess.run(["bash", "-c", f". '{COMPLETION}'; COMP_WORDS=({text}); "
                f"COMP_CWORD={len(words) - 1}; _envsensorctl; "
                "printf '%s\\n' \"${COMPREPLY[@]}\""],
                env=dict(self.stage.snmp_env(), PATH=BUILD + ":" + harness.SYSTEM_PATH), text=True,
                capture_output=True, timeout=120, check=False)
            self.assertEqual((done.stdout.split(), done.stderr), (expected, ""))

    def test_watching_goes_on(self):
        with subprocess.Popen(self.ctl.command("--csv", "--watch", "sensors"), text=True,
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                env=self.stage.snmp_env()) as child:
            lines = [child.stdout.readline() for _ in range(6)]
            child.kill()
        self.assertEqual([line.split(",")[0] for line in lines],
            ["index", "1", "2", "3", "4", "index"])


@harness.full_pass_only
class WithoutTheDaemon(harness.SystemTest):
    def test_it_says_who_is_missing(self):
        self.stage.snmpd()
        ctl = Ctl(self.stage)
        for arguments in (("status",), ("sensors",), ("alarms",), ("events",), ("queue",),
                ("buses",), ("relays",), ("contacts",), ("set", "warm", "gain=1"),
                ("set", "--agent", "heartbeat-interval=60s"), ("ack", "1"), ("flush",),
                ("add", "x", "bus=play", "address=x", "quantity=temperature"),
                ("add", "--contact", "x", "address=x@example.org"), ("test-mail",)):
            done = ctl.run("--json", *arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertIn("envsensord is not there", done.stderr, arguments)

    def test_scan_and_config_are_the_daemons(self):
        fake = self.stage.write("envsensord", "#!/bin/sh\necho \"$@\"\n")
        os.chmod(fake, 0o755)
        self.stage.snmpd()
        ctl = Ctl(self.stage)
        for arguments, said in ((("scan", "rack"), "--scan rack"), (("config",), "--print-config"),
                (("--config", "a.conf", "scan", "rack"), "--config a.conf --scan rack")):
            done = ctl.run(*arguments, env={"ENVSENSORD": fake})
            self.assertEqual(done.stdout.strip(), said)

    def test_a_follower_sees_what_comes(self):
        self.stage.snmpd()
        tree = harness.W1Tree(self.stage)
        tree.put(WARM, 20000)
        self.stage.daemon(bus("attic", "w1", tree.path) + sensor("warm", "attic", WARM,
            high_critical=40, on_delay="0s", min_samples=1)).await_master()
        self.manager.await_tables()
        self.manager.await_sensor("warm", quality=GOOD)
        log = self.stage.path("follow.log")
        with open(log, "w", encoding="utf-8") as out, subprocess.Popen(
                Ctl(self.stage).command("--csv", "events", "--follow"), stdout=out,
                stdin=subprocess.DEVNULL, env=self.stage.snmp_env()) as child:
            def says(word):
                with open(log, encoding="utf-8") as text:
                    return word in text.read()
            try:
                await_(lambda: says("agentStart"), "the first event")
                tree.put(WARM, 41000)
                await_(lambda: says(",raise,"), "the raise")
            finally:
                child.kill()


if __name__ == "__main__":
    harness.main()
