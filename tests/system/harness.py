# SPDX-License-Identifier: BSD-2-Clause
"""Real daemons for the system tests: snmpd, envsensord, Modbus slaves, a mimic of the 1-Wire tree.

Each test class has a Stage: a temporary folder and all that runs in it.  Ports are free ones on
loopback, all paths lie in the folder, so tests can run side by side.  What a stage started it
stops, also after a failure; then the tails of all logs are printed.
"""
import atexit
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

# The tests find all of it here.
from manager import (  # pylint: disable=unused-import
    BAD_ADDRESS, BAD_REPLY, BUILD, BUS_DOWN, DEGRADED, DEVICE_ERROR, DISABLED, DOWN, FAULT, GOOD,
    IMPLAUSIBLE, NONE, NO_INSTANCE, NO_OBJECT, NO_REPLY, OUT_OF_RANGE, PROGRAM, STALE, SUSPECT,
    STANDARD_TABLES, SYSTEM_PATH, TABLES, UNKNOWN, UP, WAIT_S, Manager, await_, cell_oid,
    column_names, has_modbus, oid_key, root, table_oid)

SLAVE = os.path.join(BUILD, "tests/fakes/modbus-slave")
THIEF = os.path.join(BUILD, "tests/tools/table-thief")

NOBODY = 65534  # an ordinary user
STOP_S = 60  # the daemon's promise is 10; a busy machine gets more
IS_LONG = "CHECK_LONG" in os.environ  # the full numbers of kills and restarts
HANG_S = 7200 if IS_LONG else 1800  # a whole file; then something in the test itself hangs

# ---- processes ----

def fill(path, text):
    """A datagram socket whose reader has stopped: until no more goes in."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        try:
            while True:
                other.sendto(text, path)
        except BlockingIOError:
            pass


class Process:
    """A child whose output goes to NAME.log in the stage's folder."""

    def __init__(self, stage, name, argv, env=None, **more):
        self.stage, self.name = stage, name
        self.log_path = stage.path(name + ".log")
        with open(self.log_path, "ab") as log:
            self.log_begin = log.tell()
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=env, start_new_session=True, **more)
        stage.processes.append(self)

    @property
    def pid(self):
        return self.popen.pid

    def is_running(self):
        return self.popen.poll() is None

    def log(self):
        """What this process (not an earlier one of its name) has said so far."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_begin)
            return log.read().decode(errors="replace")

    def await_log(self, text, seconds=WAIT_S, count=1):
        await_(lambda: self.log().count(text) >= count or self.died(text),
            f"{self.name} says {text!r}", seconds)

    def died(self, what):
        if not self.is_running() and what not in self.log():
            raise AssertionError(f"{self.name} ended with {self.popen.returncode} before {what!r}")
        return False

    def signal(self, number):
        self.popen.send_signal(number)

    def stop(self, seconds=STOP_S):
        """SIGTERM; the exit status.  A process that does not heed it is killed: a failure."""
        if self.is_running():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{self.name} does not end within {seconds} s of SIGTERM") from None

    def kill(self):
        if self.is_running():
            self.signal(signal.SIGKILL)
            self.popen.wait()


class Snmpd(Process):
    """A private master agent.  `port` stays the same over a restart; `more` is configuration.

    A subagent that does not answer is given up after a minute, and not asked again each of six
    seconds: a busy machine may hold it up, and a late commit that is sent once more is a genErr."""

    def __init__(self, stage, port=None, more=""):
        self.port = port or free_udp_port()
        config = stage.write("snmpd.conf", f"""\
agentaddress udp:127.0.0.1:{self.port}
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
master agentx
dontLogTCPWrappersConnects yes
agentXSocket {stage.agentx}
agentXTimeout 60
agentXRetries 0
{more}""")
        super().__init__(stage, "snmpd", [shutil.which("snmpd", path=SYSTEM_PATH), "-f",
            "-Lo", "-C", "-c", config, "-I", "-smux", "-p", stage.path("snmpd.pid")],
            env=stage.snmp_env())
        self.await_log("NET-SNMP version")


class Envsensord(Process):
    def __init__(self, stage, config, *options, name="envsensord", state="state", wait=True,
            starter=()):
        self.config = config
        super().__init__(stage, name, [*starter, PROGRAM, "--config", config, "--state-dir",
            stage.folder_at(state), "--agentx", stage.agentx, "--foreground", *options])
        if wait:
            self.await_log("info: version")

    def await_master(self, count=1):
        self.await_log("connected to the SNMP master", count=count)

    def reload(self):
        """SIGHUP, and what the log says of it: the lines since."""
        before = len(self.log())
        self.signal(signal.SIGHUP)
        await_(lambda: re.search("(configuration reloaded|configuration in force stays).*\n",
            self.log()[before:]), "the outcome of SIGHUP in the log")
        return self.log()[before:]

    def stop_well(self):
        status = self.stop()
        if status != 0:
            raise AssertionError(f"{self.name} ended with {status} after SIGTERM, not 0")


class ModbusSlave(Process):
    """tests/fakes/modbus-slave; its --help tells the commands."""

    def __init__(self, stage, *options, name="slave"):
        if not has_modbus():
            raise unittest.SkipTest("this build has no Modbus")
        self.control_path = stage.path(name + ".ctl")
        super().__init__(stage, name, [SLAVE, *options, "--control", self.control_path])
        self.await_log("ready")
        port = re.search(r"^(?:port|rtutcp) (\d+)$", self.log(), re.M)
        device = re.search(r"^rtu (\S+)$", self.log(), re.M)
        self.port = int(port.group(1)) if port else None
        self.device = device.group(1) if device else None
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(WAIT_S)
        self.control.connect(self.control_path)
        self.answers = self.control.makefile()

    def tell(self, *lines):
        for line in lines:
            answer = self.ask(line)
            if answer != "ok":
                raise AssertionError(f"{self.name}: {line}: {answer}")

    def ask(self, line):
        self.control.sendall(line.encode() + b"\n")
        return self.answers.readline().strip()

    def stats(self):
        return {key: int(value) for key, value in
            (word.split("=") for word in self.ask("stats").split())}

    def requests(self):
        return self.stats()["requests"]

    def await_requests(self, more, what, seconds=WAIT_S):
        """Until `more` further requests have come."""
        goal = self.requests() + more
        await_(lambda: self.requests() >= goal, f"{more} more requests to {self.name}: {what}",
            seconds)

    def kill(self):
        super().kill()
        self.hang_up()

    def stop(self, seconds=STOP_S):
        self.hang_up()
        return super().stop(seconds)

    def hang_up(self):
        self.answers.close()
        self.control.close()


class TableThief(Process):
    """tests/tools/table-thief: another subagent, which holds one OID."""

    def __init__(self, stage, oid, value):
        super().__init__(stage, "thief", [THIEF, stage.agentx, oid, str(value)],
            env=stage.snmp_env())
        self.await_log("ready")


class SerialLine:
    """A serial adapter that can be pulled: a fixed path that leads to a slave's terminal."""

    def __init__(self, stage, name):
        self.stage, self.name = stage, name
        self.path = stage.path(name + ".tty")
        self.slave = None
        self.plug()

    def plug(self, *options):
        self.slave = ModbusSlave(self.stage, "--pty", *options, name=self.name)
        os.symlink(self.slave.device, self.path)

    def pull(self):
        os.unlink(self.path)
        self.slave.kill()


class W1Tree:
    """A folder as the kernel's: ROM/w1_slave."""

    SCRATCHPAD = "72 01 4b 46 7f ff 0e 10 57"

    def __init__(self, stage, name="w1"):
        self.path = stage.folder_at(name)

    def file(self, rom):
        folder = os.path.join(self.path, rom)
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "w1_slave")

    def put(self, rom, milli, crc="YES"):
        self.write(rom, f"{self.SCRATCHPAD} : crc=57 {crc}\n{self.SCRATCHPAD} t={milli}\n")

    def write(self, rom, text):
        path = self.file(rom)
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def hang(self, rom):
        """From now on a reader waits: nobody ever writes."""
        path = self.file(rom)
        os.mkfifo(path + ".new")
        os.rename(path + ".new", path)

    def remove(self, rom):
        shutil.rmtree(os.path.join(self.path, rom))


def claim(port):
    """No other test takes it, though nobody listens there yet, or just now: to the end of this
    process an abstract name is held, of which there is one in each network."""
    sign = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        sign.bind(f"\0envsensord-test-{port}")
    except OSError:
        sign.close()
        raise
    CLAIMS.append(sign)


def free_port(kind):
    """Below those that the kernel gives to clients: one of these is soon somebody's else."""
    while True:
        port = random.SystemRandom().randrange(10000, 32768)
        with socket.socket(socket.AF_INET, kind) as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                claim(port)
                return port


def free_udp_port():
    return free_port(socket.SOCK_DGRAM)


def free_tcp_port():
    return free_port(socket.SOCK_STREAM)


# ---- configuration ----

def setting(key, value):
    text = str(value)
    if not re.fullmatch(r"[\w.-]+", text):
        text = f'"{text}"'
    return f"    {key.replace('_', '-')} = {text}\n"


def section(kind, name, settings):
    return f'{kind} "{name}" {{\n' + "".join(setting(*pair) for pair in settings.items()) + "}\n"


def bus(name, driver, endpoint="", **more):
    """A time-out that a slave does not miss which the machine holds up."""
    return section("bus", name, {"driver": driver, "endpoint": endpoint,
        "poll_interval": "100ms", "timeout": "10s", **more})


def sensor(name, on, address, quantity="temperature", **more):
    """Faults show soon: two bad samples."""
    return section("sensor", name, {"bus": on, "address": address, "quantity": quantity,
        "fault_count": 2, "fault_delay": "200ms", **more})


# ---- the stage ----

STAGES, CLAIMS = [], []


class Stage:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="envs-")
        self.agentx = "unix:" + self.path("agentx")
        self.processes = []
        self.master = None
        self.sinks = ""  # lines of snmpd.conf: where it sends notifications
        self.manager = Manager(self)
        STAGES.append(self)

    def path(self, name):
        return os.path.join(self.folder, name)

    def folder_at(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)

    def write(self, name, text):
        """Writes a file of the stage in one step; its path."""
        with open(self.path(name + ".new"), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.rename(self.path(name + ".new"), self.path(name))
        return self.path(name)

    def snmp_env(self):
        return dict(os.environ, PATH=SYSTEM_PATH, MIBS="", MIBDIRS="", LC_ALL="C",
            SNMPCONFPATH=self.folder_at("snmp"), SNMP_PERSISTENT_DIR=self.folder_at("persist"))

    def snmpd(self, more=""):
        """Starts the master agent, or starts it again."""
        port = self.master.port if self.master else None

        def start():
            try:
                return Snmpd(self, port, self.sinks + more)
            except AssertionError:  # has somebody else taken the port in between?
                if "Error opening specified endpoint" not in self.processes[-1].log():
                    raise
                return None
        self.master = await_(start, "snmpd has its port")
        return self.master

    def daemon(self, config, *options, **more):
        """`config`: the text of the file."""
        name = more.get("name", "envsensord")
        return Envsensord(self, self.write(name + ".conf", config), *options, **more)

    def logs(self, lines=40):
        text = ""
        for path in sorted({process.log_path for process in self.processes}):
            with open(path, encoding="utf-8", errors="replace") as log:
                tail = log.readlines()[-lines:]
            text += f"---- {os.path.basename(path)} ----\n{''.join(tail)}"
        return text

    def close(self):
        """Stops everything; a daemon that still runs has to end well."""
        problems = []
        for process in reversed(self.processes):
            try:
                if process.is_running() and isinstance(process, Envsensord):
                    process.stop_well()
                process.kill()
            except AssertionError as error:
                problems.append(f"{error}\n{process.log()}")
        self.processes.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self in STAGES:
            STAGES.remove(self)
        if problems:
            raise AssertionError("\n".join(problems))


def ordinary_user(*paths):
    """The begin of a command that an ordinary user is to run; the paths become that user's."""
    if os.geteuid() != 0:
        return []
    for path in paths:
        os.chown(path, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def sweep():
    """Whatever happened: nothing of ours is left running."""
    for stage in list(STAGES):
        for process in stage.processes:
            process.kill()
        shutil.rmtree(stage.folder, ignore_errors=True)


class SystemTest(unittest.TestCase):
    """One stage per test; a class that sets `shared` has one for all its tests."""

    shared = False

    @classmethod
    def setUpClass(cls):
        if cls.shared:
            cls.stage = Stage()
            cls.addClassCleanup(cls.stage.close)
            cls.manager = cls.stage.manager
            cls.set_up_stage()

    @classmethod
    def set_up_stage(cls):
        """For a shared stage: starts what the tests look at."""

    def setUp(self):
        if not self.shared:
            self.stage = Stage()
            self.addCleanup(self.stage.close)
            self.manager = self.stage.manager


def full_pass_only(test):
    """A sanitizer build runs one pass of the essential (CHECK_PASS=sanitizer)."""
    return unittest.skipIf(os.environ.get("CHECK_PASS") == "sanitizer",
        "not in the sanitizer pass")(test)


class TestResult(unittest.TextTestResult):
    """Prints what the daemons said at the moment of a failure."""

    def tell_logs(self, what, test):
        stage = getattr(test, "stage", None)
        for one in [stage] if stage in STAGES else STAGES:
            self.stream.write(f"\n==== {what}: {test}\n{one.logs()}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell_logs("failure", test)

    def addError(self, test, err):
        super().addError(test, err)
        self.tell_logs("error", test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.tell_logs("failure", subtest)


def end_by_signal(number, _frame):
    if number == signal.SIGALRM:
        raise AssertionError(f"the test hangs: over {HANG_S} s")
    raise SystemExit(128 + number)


def main():
    for tool in ("snmpd", "snmpget", "snmpbulkwalk"):
        if shutil.which(tool, path=SYSTEM_PATH) is None:
            print(f"skipped: no {tool} here")
            sys.exit(77)
    for program in (PROGRAM, SLAVE, THIEF):
        if not os.path.exists(program):
            sys.exit(f"{program} is not there: set ENVSENSOR_BUILDDIR to a tree after make check")
    atexit.register(sweep)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, end_by_signal)
    signal.alarm(HANG_S)
    unittest.main(module="__main__",
        testRunner=unittest.TextTestRunner(verbosity=2, resultclass=TestResult, stream=sys.stdout))
