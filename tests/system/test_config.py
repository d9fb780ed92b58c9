#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The configuration file: what is refused and how, what stays over a restart and a SIGHUP."""
import os
import re
import signal
import subprocess

import harness
from harness import GOOD, PROGRAM, await_, bus, full_pass_only, sensor

EXIT_FAILURE, EXIT_USAGE, EXIT_CONFIG = 1, 2, 78

PLAY = 'bus "play" { driver = sim }\n'


def a_sensor(body):
    """The sensor begins in line 2, its body is line 3."""
    return (PLAY + 'sensor "a" { bus = "play"  address = "a"  quantity = temperature\n'
        + body + "\n}\n").encode()


def a_bus(body):
    return f'bus "b" {{\n{body}\n}}\n'.encode()


def on_bus(bus_body, address):
    """The address is in line 5."""
    return (a_bus(bus_body) + b'sensor "a" { bus = "b"  quantity = temperature\n'
        + f'address = "{address}"\n}}\n'.encode())


RTU = 'driver = modbus-rtu endpoint = "/dev/ttyS9"'
TCP = 'driver = modbus-tcp endpoint = "127.0.0.1:1502"'
W1 = 'driver = w1 endpoint = "/sys/bus/w1/devices"'

# What is wrong, the file, the line that is told, words that the message has.
BAD_FILES = [
    ("unknown driver", a_bus("driver = morse"), 2, ("morse", "sim", "w1")),
    ("no driver", a_bus('endpoint = ""'), 1, ("driver",)),
    ("unknown key at the top", PLAY.encode() + b"colour = red\n", 2, ("colour",)),
    ("unknown key of a bus", a_bus("driver = sim\ncolour = red"), 3, ("colour", "poll-interval")),
    ("unknown key of a sensor", a_sensor("colour = red"), 3, ("colour", "high-warning")),
    ("unknown quantity", a_sensor("").replace(b"= temperature", b"= beauty"), 2,
        ("beauty", "temperature")),
    ("no quantity", PLAY.encode() + b'sensor "a" { bus = "play"  address = "a" }\n', 2,
        ("quantity",)),
    ("unit out of range", on_bus(RTU, "248:input:1:int16"), 5, ("248", "1 to 247")),
    ("unit 0 of a serial line", on_bus(RTU, "0:input:1:int16"), 5, ("0",)),
    ("register out of range", on_bus(TCP, "1:input:65536:int16"), 5, ("65536", "65535")),
    ("register over the end", on_bus(TCP, "1:input:65535:int32"), 5, ("65535",)),
    ("misspelt table", on_bus(TCP, "1:inpt:1:int16"), 5, ("inpt", "holding")),
    ("misspelt type", on_bus(TCP, "1:input:1:int17"), 5, ("int17", "int16")),
    ("misspelt order", on_bus(TCP, "1:input:1:int32:abdc"), 5, ("abdc", "cdab")),
    ("register of a bit table as a number", on_bus(TCP, "1:coil:1:int16"), 5, ("coil", "bool")),
    ("too few parts", on_bus(TCP, "1:input"), 5, ("1:input",)),
    ("no ROM id", on_bus(W1, "28-5e2fdc3"), 5, ("28-5e2fdc3", "28-000005e2fdc3")),
    ("no temperature probe", on_bus(W1, "01-000005e2fdc3"), 5, ("family",)),
    ("no port", a_bus('driver = modbus-tcp endpoint = "127.0.0.1:99999"'), 1, ("99999",)),
    ("no baud rate", a_bus('driver = modbus-rtu endpoint = "/dev/ttyS9" options = "9601,8N1"'), 1,
        ("9601",)),
    ("two sensors of one name", a_sensor("}\nsensor \"a\" { bus = \"play\" address = \"b\" "
        "quantity = temperature"), 4, ('"a"', ":2")),
    ("two buses of one name", (PLAY + PLAY).encode(), 2, ('"play"', ":1")),
    ("a bus that is not declared", a_sensor("").replace(b'bus = "play"', b'bus = "work"'), 2,
        ("work", '"play"')),
    ("low above high", a_sensor("high-warning = 20 low-warning = 30"), 3, ("low-warning", "30")),
    ("warning above critical", a_sensor("high-warning = 30\nhigh-critical = 30"), 4,
        ("high-critical",)),
    ("deadband wider than the gap", a_sensor("low-warning = 20\nhigh-warning = 22\ndeadband = 1"),
        5, ("deadband",)),
    ("a key given twice", a_sensor("gain = 1\ngain = 2"), 4, ("gain", ":3")),
    ("a key given twice at the top", b'site = "a"\n' + PLAY.encode() + b'site = "b"\n', 3,
        ("site", ":1")),
    ("a socket as snmpd.conf has it", b'agentx = "/var/agentx/master"\n' + PLAY.encode(), 1,
        ("/var/agentx/master", "unix:PATH", "tcp:HOST:PORT")),
    ("no number", a_sensor("gain = much"), 3, ("gain", "much")),
    ("a gain that millionths cannot hold", a_sensor("gain = 0.0000001"), 3, ("gain",)),
    ("no duration", a_sensor("on-delay = 5"), 3, ("on-delay", "5")),
    ("an interval out of range", a_bus("driver = sim\npoll-interval = 1ms"), 3,
        ("poll-interval",)),
    ("a bad name", PLAY.encode() + b'sensor " a" { bus = "play" address = "a" '
        b'quantity = temperature }', 2, ("name",)),
    ("no bus", b'site = "x"\n', None, ("bus",)),
    ("an empty file", b"", None, ("empty",)),
    ("comments only", b"# nothing\n", None, ("bus",)),
    ("10 MB", PLAY.encode() + b"# ten megabytes\n" * (10 << 16), None, ("bytes",)),
    ("not UTF-8", a_sensor('location = "caf\xe9"').decode().encode("latin-1"), 3, ("UTF-8",)),
    ("a NUL", a_sensor('location = "a\0b"'), 3, ("NUL",)),
    ("a variable in double quotes", a_sensor('location = "${HOME}"'), 3, ("${",)),
    ("an open brace", PLAY.encode() + b'sensor "a" {\n', None, ("}",)),
    ("a stray word", PLAY.encode() + b"hello\n", 2, ("hello",)),
    ("an include that is not there", PLAY.encode() + b'include("gone.conf")\n', 2, ("gone.conf",)),
]


def run(*arguments):
    """One short run of the daemon."""
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        timeout=60, check=False)


class ConfigTest(harness.SystemTest):
    def assert_one_line(self, done, status, begin, words):
        self.assertEqual((done.returncode, done.stdout), (status, b""), done.stderr)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], "^" + begin)
        for word in words:
            self.assertIn(word, lines[0])
        return lines[0]


@full_pass_only
class BadFiles(ConfigTest):
    shared = True

    def assert_refused(self, path, line, words):
        begin = re.escape(path) + (f":{line}: " if line else r":\d+: ")
        told = []
        for extra in (["--check"], ["--foreground", "--state-dir", self.stage.path("state"),
                "--agentx", self.stage.agentx]):
            done = run("--config", path, *extra)
            told.append(self.assert_one_line(done, EXIT_CONFIG, begin, words))
        self.assertEqual(told[0], told[1])
        self.assertFalse(os.path.exists(self.stage.path("state")))

    def test_each_is_one_line_with_file_and_line(self):
        for name, text, line, words in BAD_FILES:
            if b"modbus" in text and not harness.has_modbus():
                continue
            with self.subTest(name):
                self.assert_refused(self.stage.write("bad.conf", text), line, words)

    def test_a_mistake_in_an_included_file_is_told_there(self):
        self.stage.folder_at("conf.d")
        self.stage.write("conf.d/10-good.conf", a_sensor("").decode().replace(PLAY, ""))
        inner = self.stage.write("conf.d/20-bad.conf", "# fine so far\nsite = x\ncolour = red\n")
        outer = self.stage.write("outer.conf", PLAY + 'include("conf.d")\n')
        done = run("--config", outer, "--check")
        self.assert_one_line(done, EXIT_CONFIG, re.escape(inner) + ":3: ", ("colour",))

    def test_a_directory_is_no_file(self):
        self.assert_refused(self.stage.folder_at("folder"), None, ("directory",))

    def test_a_file_that_is_not_there(self):
        self.assert_refused(self.stage.path("gone.conf"), None, ("No such file",))

    def test_what_its_user_may_not_read_is_told(self):
        """As after root has written, and checked, what the daemon's user cannot open."""
        password = self.stage.write("password", "x\n")
        folder = self.stage.folder_at("closed.d")
        inner = self.stage.write("inner.conf", 'mail { from = "a@example.org"\nrelay { '
            f'host = "mail.example.org" user = "a" password-file = "{password}" }} }}\n'
            'contact "ops" { address = "ops@example.org" }\n')
        outer = self.stage.write("outer.conf", PLAY + 'include("inner.conf")\n')
        folders = self.stage.write("folders.conf", PLAY + 'include("closed.d")\n')
        os.chmod(self.stage.folder, 0o755)
        command = harness.ordinary_user(password, folder, inner, outer, folders)
        for closed, config, begin in (
                (password, outer, f'{inner}:2: relay "mail.example.org": password-file = '),
                (inner, outer, f"{outer}:2: include of {inner}: "), (outer, outer, f"{outer}:1: "),
                (folder, folders, f"{folders}:2: ")):
            with self.subTest(closed):
                os.chmod(closed, 0)
                done = subprocess.run([*command, PROGRAM, "--check", "--config", config],
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
                os.chmod(closed, 0o700)
                self.assert_one_line(done, EXIT_CONFIG, re.escape(begin),
                    ("Permission denied: want it readable by uid "
                        f"{harness.NOBODY if command else os.geteuid()}, which runs this",))

    def test_a_good_file_is_told_and_changes_nothing(self):
        path = self.stage.write("good.conf", a_sensor(""))
        done = run("--config", path, "--check", "--state-dir", self.stage.path("state"))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn(b"1 buses, 1 sensors", done.stdout)
        self.assertFalse(os.path.exists(self.stage.path("state")))


@full_pass_only
class CommandLine(ConfigTest):
    def test_version_names_the_root_and_the_drivers(self):
        done = run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertRegex(done.stdout.decode(), r"^envsensord \d+\.\d+")
        self.assertRegex(done.stdout.decode(), r"(?m)^MIB root 1\.3\.6\.1\.4\.1\.[\d.]+$")
        self.assertRegex(done.stdout.decode(), r"(?m)^drivers .*\bsim\b")

    def test_help_names_the_options(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for option in (b"--config", b"--state-dir", b"--agentx", b"--foreground", b"--check"):
            self.assertIn(option, done.stdout)

    def test_what_is_not_understood_is_usage(self):
        for arguments in (["--colour"], ["--config"], ["word"],
                ["--log-level", "loud"], ["--agentx", "udp:localhost:705"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (EXIT_USAGE, b""), arguments)
            self.assertIn(arguments[-1].encode(), done.stderr)


@full_pass_only
class StateFolder(ConfigTest):
    def run_with(self, folder):
        return run("--config", self.stage.write("c.conf", PLAY), "--state-dir", folder,
            "--agentx", self.stage.agentx, "--foreground")

    def test_one_that_cannot_be_written_is_refused(self):
        """Also for root: a file is no folder, and in /proc nobody makes files."""
        file = self.stage.write("file", "")
        for folder in (file, os.path.join(file, "state"), "/proc"):
            with self.subTest(folder):
                self.assert_one_line(self.run_with(folder), EXIT_FAILURE, "envsensord: error: ",
                    (folder,))

    def test_what_may_not_be_opened_is_named(self):
        """As after somebody else has run the daemon by hand."""
        state = self.stage.folder_at("state")
        self.stage.daemon(PLAY).stop_well()
        config = self.stage.write("c.conf", PLAY)
        self.stage.write("state/envsensord.db-wal", "")
        paths = [state] + [os.path.join(state, name) for name in os.listdir(state)]
        os.chmod(self.stage.folder, 0o755)
        command = [*harness.ordinary_user(*paths), PROGRAM, "--config", config, "--state-dir",
            state, "--agentx", self.stage.agentx, "--foreground"]
        for name, words in (
                ("", "/lock: cannot open: Permission denied"),
                ("/lock", "/lock: cannot open: Permission denied"),
                ("/envsensord.db", "/envsensord.db: cannot open: Permission denied"),
                ("/envsensord.db-wal", "/envsensord.db: cannot open: unable to open database file: "
                    "Permission denied")):
            with self.subTest(name):
                os.chmod(state + name, 0)
                done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                    timeout=60, check=False)
                os.chmod(state + name, 0o700)
                self.assert_one_line(done, EXIT_FAILURE, "envsensord: error: ", (state + words,))

    def test_a_link_in_the_way_is_not_followed(self):
        state, other = self.stage.folder_at("state"), self.stage.write("other", "another's\n")
        os.chmod(other, 0o644)
        for name in ("lock", "envsensord.db"):
            path = os.path.join(state, name)
            with self.subTest(name):
                os.symlink(other, path)
                self.assert_one_line(self.run_with(state), EXIT_FAILURE, "envsensord: error: ",
                    (f"{path}: cannot open: Too many levels of symbolic links",))
                os.unlink(path)
        with open(other, encoding="ascii") as file:
            self.assertEqual(file.read(), "another's\n")
        self.assertEqual(os.stat(other).st_mode & 0o777, 0o644)

    def test_one_that_everybody_may_write_is_told(self):
        state = self.stage.folder_at("state")
        for mode, count in ((0o755, 0), (0o777, 1)):
            os.chmod(state, mode)
            daemon = self.stage.daemon(PLAY)
            daemon.stop_well()
            self.assertEqual(daemon.log().count(f"warning: {state}: everybody may write there"),
                count, oct(mode))

    def test_one_that_another_instance_holds_is_refused_with_its_pid(self):
        holder = self.stage.daemon(PLAY)
        folder = self.stage.path("state")
        for _ in range(2):
            self.assert_one_line(self.run_with(folder), EXIT_FAILURE, "envsensord: error: ",
                (folder, f"pid {holder.pid}"))
        holder.stop_well()
        again = self.stage.daemon(PLAY)
        self.assertTrue(again.is_running())

    def test_one_of_a_killed_instance_is_taken(self):
        self.stage.daemon(PLAY).kill()
        self.stage.daemon(PLAY).stop_well()


@full_pass_only
class Indices(ConfigTest):
    """An index belongs to a name, for ever."""

    def set_up(self, *names):
        config = PLAY + "".join(sensor(name, "play", name) for name in names)
        return self.stage.daemon(config)

    def indices(self, *names):
        def look():
            rows = self.manager.try_named()
            return rows if set(rows) == set(names) else None
        rows = await_(look, f"rows of {names}")
        return {name: row["index"] for name, row in rows.items()}

    def test_hold_over_restart_order_removal_and_return(self):
        self.stage.snmpd()
        steps = [
            (("a", "b", "c"), {"a": 1, "b": 2, "c": 3}, 4),
            (("a", "b", "c"), {"a": 1, "b": 2, "c": 3}, 4),
            (("c", "a", "b"), {"a": 1, "b": 2, "c": 3}, 4),
            (("c", "a"), {"a": 1, "c": 3}, 4),
            (("d", "c", "a"), {"a": 1, "c": 3, "d": 4}, 5),
            (("b", "d"), {"b": 2, "d": 4}, 5),
        ]
        for names, expected, next_index in steps:
            daemon = self.set_up(*names)
            self.assertEqual(self.indices(*names), expected)
            self.assertEqual(self.manager.scalar("sensorNextIndex"), next_index)
            daemon.stop_well()

    def test_hold_over_a_kill(self):
        self.stage.snmpd()
        self.set_up("a", "b").kill()
        self.set_up("b", "c", "a")
        self.assertEqual(self.indices("a", "b", "c"), {"a": 1, "b": 2, "c": 3})

    def test_of_buses_hold_too(self):
        self.stage.snmpd()
        first = self.stage.daemon(PLAY + PLAY.replace("play", "work"))
        await_(lambda: len(self.manager.try_named("envsBusTable")) == 2, "two buses")
        self.assertEqual([row.name for _, row in sorted(self.manager.rows("envsBusTable").items())],
            [b"play", b"work"])
        first.stop_well()
        self.stage.daemon(PLAY.replace("play", "more") + PLAY.replace("play", "work") + PLAY)
        await_(lambda: len(self.manager.try_named("envsBusTable")) == 3, "three buses")
        self.assertEqual({name: row["index"] for name, row in self.manager.buses().items()},
            {"play": 1, "work": 2, "more": 3})


@full_pass_only
class AtTheStartOnly(ConfigTest):
    def test_what_waits_for_the_next_start_is_told(self):
        state, other = self.stage.folder_at("state"), self.stage.path("other")
        places = f'state-dir = "{state}"\nagentx = "{self.stage.agentx}"\n'
        path = self.stage.write("c.conf", PLAY + places)
        daemon = harness.Process(self.stage, "envsensord", [PROGRAM, "--config", path,
            "--foreground"])
        daemon.await_log("info: version")
        for round_, text in enumerate((places, places.replace(state, other)), 1):
            self.stage.write("c.conf", PLAY + text)
            daemon.signal(signal.SIGHUP)
            daemon.await_log("configuration reloaded", count=round_)
            self.assertEqual(daemon.log().count("from the next start on"), round_ - 1)
        self.assertIn(f'warning: state-dir = "{other}" counts from the next start on; until then '
            f'it is "{state}"', daemon.log())
        self.assertEqual(daemon.stop(), 0)


@full_pass_only
class Reload(ConfigTest):
    """SIGHUP changes what has changed, and nothing else."""

    def setUp(self):
        super().setUp()
        self.slave = harness.ModbusSlave(self.stage, "--tcp", "0", name="plc")
        self.other = harness.ModbusSlave(self.stage, "--tcp", "0", name="other")
        self.stage.snmpd()
        self.daemon = self.stage.daemon(self.config())
        self.daemon.await_master()
        for name in ("a", "b", "far"):
            self.manager.await_sensor(name, quality=GOOD)

    def config(self, a="", b=True, c=False, other=None, more=""):
        config = (bus("plc", "modbus-tcp", f"127.0.0.1:{self.slave.port}")
            + bus("other", "modbus-tcp", f"127.0.0.1:{(other or self.other).port}")
            + sensor("a", "plc", "1:holding:1:int16", gain="0.01").replace("}", a + "}")
            + sensor("far", "other", "1:holding:5:int16", gain="0.01"))
        if b:
            config += sensor("b", "plc", "1:holding:2:int16", gain="0.01")
        if c:
            config += sensor("c", "plc", "1:holding:3:int16", gain="0.01")
        return config + more

    def reload(self, config):
        self.stage.write("envsensord.conf", config)
        return self.daemon.reload()

    def count_up(self, least):
        """Waits until all sensors have that many reads, so that a restart of counting shows."""
        await_(lambda: all(row.reads >= least for row in self.manager.named().values()),
            f"{least} reads of each")
        return self.manager.named()

    def assert_went_on(self, before, names):
        rows = self.manager.named()
        for name in names:
            self.assertGreaterEqual(rows[name].reads, before[name].reads, name)
            self.assertEqual((rows[name].quality, rows[name].value, rows[name].errors),
                (GOOD, before[name].value, 0), name)
        self.assertEqual(rows["a"]["index"], before["a"]["index"])

    def test_an_unchanged_file_changes_nothing(self):
        before = self.count_up(20)
        self.assertIn("reloaded: 2 buses, 3 sensors", self.reload(self.config()))
        self.assert_went_on(before, ("a", "b", "far"))
        self.assertEqual(self.slave.stats()["connections"], 1)

    def test_a_changed_limit_shows_and_leaves_the_readings_alone(self):
        before = self.count_up(20)
        self.assertEqual((before["a"].highWarning, before["a"].limitsEnabled), (0, b"\x00"))
        self.reload(self.config(a="    high-warning = 27.5\n"))
        self.manager.await_sensor("a", highWarning=27500, limitsEnabled=b"\x20")
        self.assert_went_on(before, ("a", "b", "far"))

    def test_a_removed_sensor_is_gone_and_an_added_one_is_read(self):
        before = self.count_up(10)
        self.reload(self.config(b=False, c=True))
        self.manager.await_sensor("c", quality=GOOD, value=20030)
        rows = self.manager.named()
        self.assertEqual(set(rows), {"a", "c", "far"})
        self.assertEqual(rows["c"]["index"], 4)
        self.assertEqual(set(self.manager.named("envsTemperatureTable")), {"a", "c", "far"})
        self.assert_went_on(before, ("a", "far"))
        self.reload(self.config())
        self.manager.await_sensor("b", quality=GOOD)
        self.assertEqual(self.manager.named()["b"]["index"], before["b"]["index"])

    def test_a_changed_address_starts_afresh(self):
        before = self.count_up(20)
        self.reload(self.config().replace("1:holding:1:int16", "1:holding:9:int16"))
        row = self.manager.await_sensor("a", quality=GOOD, value=20090, minimum=20090,
            maximum=20090)
        self.assertEqual(row["index"], before["a"]["index"])
        self.assert_went_on(before, ("b", "far"))

    def test_a_disabled_sensor_is_not_read(self):
        self.reload(self.config(a="    admin-state = disabled\n"))
        row = self.manager.await_sensor("a", quality=harness.UNKNOWN, suppression=3)
        self.assertIsNone(row.value)
        self.slave.await_requests(5, "the others are read")
        self.assertEqual(self.manager.named()["a"].reads, row.reads)
        self.reload(self.config())
        self.manager.await_sensor("a", quality=GOOD, suppression=1)

    def test_a_bad_file_is_refused_and_changes_nothing(self):
        before = self.count_up(10)
        log = self.reload(self.config(a="    high-warning = 27\n", c=True, more="colour = red\n"))
        self.assertRegex(log, r"envsensord: error: .*envsensord\.conf:\d+: .*colour.*; "
            "the configuration in force stays")
        self.slave.await_requests(5, "the line goes on")
        self.assertEqual(self.manager.named()["a"].highWarning, 0)
        self.assertNotIn("c", self.manager.named())
        self.assert_went_on(before, ("a", "b", "far"))
        self.reload(self.config(c=True))
        self.manager.await_sensor("c", quality=GOOD)

    def test_a_changed_endpoint_reopens_this_bus_alone(self):
        before = self.count_up(10)
        third = harness.ModbusSlave(self.stage, "--tcp", "0", name="third")
        third.tell("set 1 holding 5 1234")
        self.reload(self.config(other=third))
        self.manager.await_sensor("far", quality=GOOD, value=12340)
        self.assert_went_on(before, ("a", "b"))
        self.assertEqual(self.slave.stats()["connections"], 1)
        self.assertEqual(self.other.stats()["connections"], 1)
        self.assertEqual(third.stats()["connections"], 1)
        self.assertEqual(self.manager.buses()["other"].endpoint, f"127.0.0.1:{third.port}".encode())
        requests = self.other.requests()
        third.await_requests(5, "the new device is asked")
        self.assertEqual(self.other.requests(), requests)

    def test_buses_come_and_go(self):
        before = self.count_up(10)
        self.reload(self.config(more=PLAY + sensor("sim", "play", "x")))
        self.manager.await_sensor("sim", quality=GOOD)
        self.reload(self.config())
        await_(lambda: "play" not in self.manager.buses(), "the bus goes")
        self.assertNotIn("sim", self.manager.named())
        self.assert_went_on(before, ("a", "b", "far"))


if __name__ == "__main__":
    harness.main()
