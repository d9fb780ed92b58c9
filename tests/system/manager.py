# SPDX-License-Identifier: BSD-2-Clause
"""The manager's side of the system tests: what this build serves, asked over real SNMP."""
import collections
import functools
import os
import re
import shutil
import subprocess
import time

BUILD = os.path.abspath(os.environ.get("ENVSENSOR_BUILDDIR", "."))
PROGRAM = os.path.join(BUILD, "envsensord")
SYSTEM_PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"

WAIT_S = 60  # for what needs a moment: generous, since nothing here asserts speed

# MIB.md: the place of each table below the root, and its columns from 1.
TABLES = {
    "envsSystem": ("1.1", """agentUuid agentVersion agentStartTime configLock configLastChange
        sensorCount sensorsInFault alarmActiveCount alarmUnacknowledgedCount overallSeverity
        eventLastSeq deliveryPending deliveryOldestAge mailPathState storageState heartbeat
        secondsSinceLastSample agentTrapReplay sensorNextIndex agentHeartbeatInterval agentSite"""),
    "envsBusTable": ("1.2.1.1", """index name driver endpoint adminState state pollInterval timeout
        lastError requests timeouts badReplies exceptions reopens cycleTime cycleOverruns
        sensorCount storageType"""),
    "envsSensorTable": ("1.3.1.1", """index name bus address quantity unit value valueText quality
        faultReason severity zone lastGoodValue lastGoodAge lastGoodTime minimum maximum
        minMaxReset lowCritical lowWarning highWarning highCritical limitsEnabled deadband onDelay
        offDelay minSamples rateLimit staleAfter faultCount latch ackRequired reminder pollInterval
        gain offset shelve suppression location hardwareId reads errors excursions adminState
        storageType rowStatus faultDelay"""),
    "envsTemperatureTable": ("1.4.1.1", """name celsius celsiusTenths fahrenheit severity min24h
        max24h trend minutesToLimit"""),
    "envsAlarmTable": ("1.5.1.1", """id sensor source kind severity zone raisedTime raisedSeq value
        peak limit state action note notified text"""),
    "envsEvent": ("1.6", "firstSeq maximum"),
    "envsEventTable": ("1.6.3.1", """index kind alarmId sensor source severity previousSeverity
        value limit unit time reason text seq"""),
    "envsChannelTable": ("1.8.1.1", """index name accepted delivered deferred expired failed
        superseded inDoubt pending oldestAge lastResult lastText lastSuccess flush"""),
    "envsDeliveryTable": ("1.8.2.1", """id channel destination eventSeq state attempts created
        nextAttempt usefulLeft result code reply relay action phase enhancedCode latency"""),
    "envsMail": ("1.7", """enabled from test testContact testResult testText checkInterval
        heartbeatInterval"""),
    "envsRelayTable": ("1.7.9.1", """index host port security user password passwordSet state
        lastResult lastCode lastText lastSuccess latency certificateDays storageType rowStatus"""),
    "envsContactTable": ("1.7.10.1", """index name address minSeverity sensors enabled clears
        escalateAfter heartbeat sent lastResult storageType rowStatus"""),
    "envsDelivery": ("1.8", "channelTable deliveryTable maximum retryBase retryCap usefulFor"),
}

# RFC 6933 and RFC 3433: the same with the whole OID.
STANDARD_TABLES = {
    "entPhysicalTable": ("1.3.6.1.2.1.47.1.1.1.1", """index descr vendorType containedIn class
        parentRelPos name hardwareRev firmwareRev softwareRev serialNum mfgName modelName alias
        assetID isFRU mfgDate uris uuid"""),
    "entPhysicalContainsTable": ("1.3.6.1.2.1.47.1.3.3.1", "childIndex"),
    "entityGeneral": ("1.3.6.1.2.1.47.1.4", "lastChangeTime"),
    "entPhySensorTable": ("1.3.6.1.2.1.99.1.1.1", """type scale precision value operStatus
        unitsDisplay valueTimeStamp valueUpdateRate"""),
}

UNKNOWN, GOOD, SUSPECT, FAULT = 1, 2, 3, 4  # EnvsQuality
(NONE, NO_REPLY, BAD_REPLY, DEVICE_ERROR, IMPLAUSIBLE, OUT_OF_RANGE, STALE, BUS_DOWN,
 BAD_ADDRESS) = range(1, 10)  # EnvsFaultReason
UP, DEGRADED, DOWN, DISABLED = 1, 2, 3, 4  # envsBusState


def await_(condition, what, seconds=WAIT_S):
    """The first true result of condition(), or a failure when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what}: not within {seconds} s; at last: {result!r}")
        time.sleep(0.05)


@functools.lru_cache(maxsize=None)
def version():
    return subprocess.run([PROGRAM, "--version"], capture_output=True, text=True,
        check=True).stdout


def root():
    """The root of the MIB, as this build has it."""
    return re.search(r"^MIB root ([\d.]+)$", version(), re.M).group(1)


def has_modbus():
    return "modbus-tcp" in re.search(r"^drivers (.*)$", version(), re.M).group(1).split()


def table_oid(table):
    """Of the entry, or the group of scalars."""
    if table in STANDARD_TABLES:
        return "." + STANDARD_TABLES[table][0]
    return f".{root()}.{TABLES[table][0]}"


def column_names(table):
    return (STANDARD_TABLES if table in STANDARD_TABLES else TABLES)[table][1].split()


def cell_oid(table, column, index=0):
    return f"{table_oid(table)}.{column_names(table).index(column) + 1}.{index}"


Varbind = collections.namedtuple("Varbind", "oid type value")
Result = collections.namedtuple("Result", "status output")

# Fast and unambiguous: numbers only, octets in hex.
SNMP_OPTIONS = ["-v2c", "-On", "-Oe", "-Ot", "-Ox", "-m", ""]

# An agent that stands still for a while answers in the end.  What nobody will answer, as its master
# has gone, is asked again, but for a SET: it would be done twice.
PATIENT = ["-t", "2", "-r", "14"]
ONCE = ["-t", "30", "-r", "0"]
QUICK = ["-t", "1", "-r", "2"]  # for who asks again himself
TRIES = 10  # of a SET


def oid_key(oid):
    return tuple(int(arc) for arc in oid.strip(".").split("."))


def parse_value(kind, text):
    if kind in ("INTEGER", "Gauge32", "Counter32", "Counter64", "Timeticks", "Unsigned32"):
        return int(text)
    if kind == "Hex-STRING":
        return bytes.fromhex(text)
    return text


def parse_varbinds(output):
    """Lines `.1.3.6 = TYPE: VALUE`; an exception has its text as type and no value."""
    varbinds = []
    lines = []
    for line in output.splitlines():
        if line.startswith(".") or not lines:
            lines.append(line)
        else:
            lines[-1] += " " + line  # long octet strings go on in the next line
    for line in lines:
        oid, _, rest = line.partition(" = ")
        kind, colon, text = rest.partition(": ")
        if rest == '""':
            varbinds.append(Varbind(oid, "Hex-STRING", b""))
        elif re.fullmatch(r"\d+", rest):
            varbinds.append(Varbind(oid, "Timeticks", int(rest)))
        elif colon and re.fullmatch(r"[\w-]+( [A-Z]+)?", kind):
            varbinds.append(Varbind(oid, kind, parse_value(kind, text.strip())))
        else:
            varbinds.append(Varbind(oid, rest.split(" (")[0].strip(), None))
    return varbinds


NO_INSTANCE = "No Such Instance currently exists at this OID"
NO_OBJECT = "No Such Object available on this agent at this OID"


class Row(dict):
    """Cells by column name; a cell without an instance is not there."""

    def __getattr__(self, name):
        return self.get(name)


class Manager:
    """Asks the stage's master agent with the command-line tools of Net-SNMP."""

    def __init__(self, stage):
        self.stage = stage

    def run(self, tool, *arguments, community="public"):
        patience = ONCE if tool == "snmpset" else PATIENT
        done = subprocess.run([shutil.which(tool, path=SYSTEM_PATH), *SNMP_OPTIONS, *patience,
            "-c", community, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=180, env=self.stage.snmp_env(), check=False)
        return Result(done.returncode, done.stdout + done.stderr)

    def peer(self):
        return f"udp:127.0.0.1:{self.stage.master.port}"

    def ask(self, tool, *arguments):
        result = self.run(tool, *arguments)
        if result.status != 0:
            raise AssertionError(f"{tool} {' '.join(arguments)}: {result.output}")
        return parse_varbinds(result.output)

    def get(self, *oids):
        return self.ask("snmpget", self.peer(), *oids)

    def getnext(self, *oids):
        return self.ask("snmpgetnext", self.peer(), *oids)

    def getbulk(self, *oids, repetitions=10, nonrepeaters=0):
        return self.ask("snmpbulkget", f"-Cr{repetitions}", f"-Cn{nonrepeaters}", self.peer(),
            *oids)

    def bulkwalk(self, oid, repetitions=50, options=()):
        varbinds = self.ask("snmpbulkwalk", *options, f"-Cr{repetitions}", self.peer(), oid)
        return [varbind for varbind in varbinds if varbind.value is not None]

    def set(self, oid, kind, value):
        return self.run("snmpset", self.peer(), oid, kind, value, community="private")

    @staticmethod
    def set_words(varbinds):
        return [word for table, column, index, kind, value in varbinds
            for word in (cell_oid(table, column, index), kind, str(value))]

    @staticmethod
    def set_error(result, words):
        if result.status == 0:
            return None
        reason = re.search(r"^Reason: \(?(\w+)", result.output, re.M)
        failed = re.search(r"^Failed object: (\S+)", result.output, re.M)
        if reason is None or failed is None:
            raise AssertionError(f"snmpset {words}: {result.output}")
        return reason.group(1), words[::3].index(failed.group(1)) + 1

    def try_set(self, *varbinds):
        """Of (table, column, index, kind, value) each; None, or (error, number of the varbind).

        One PDU for all.  Kinds are those of snmpset: i, u, s, x.  An engine that a busy machine
        or disk held up for too long has changed nothing, and is asked again."""
        words = self.set_words(varbinds)
        for _ in range(TRIES):
            error = self.set_error(
                self.run("snmpset", self.peer(), *words, community="private"), words)
            if error is None or error[0] != "commitFailed":
                break
        return error

    def begin_set(self, *varbinds):
        """Without waiting; without a second try.  Call the result for what try_set returns; an
        answer that never comes is "Timeout"."""
        words = self.set_words(varbinds)
        child = subprocess.Popen([shutil.which("snmpset", path=SYSTEM_PATH), *SNMP_OPTIONS,
            *ONCE, "-c", "private", self.peer(), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=self.stage.snmp_env())

        def end():
            output, _ = child.communicate(timeout=60)
            if output.startswith("Timeout"):
                return "Timeout"
            return self.set_error(Result(child.returncode, output), words)
        return end

    def set_all(self, *varbinds):
        error = self.try_set(*varbinds)
        if error is not None:
            raise AssertionError(f"snmpset {varbinds}: {error}")

    def cell(self, table, column, index=0):
        return self.get(cell_oid(table, column, index))[0].value

    def scalar(self, name):
        return self.cell("envsSystem", name)

    def rows(self, table, *options):
        """By index; of a table with two by a pair."""
        names = column_names(table)
        rows = {}
        base = table_oid(table)
        for oid, _, value in self.bulkwalk(base, options=options):
            column, *index = oid_key(oid[len(base):])
            index = index[0] if len(index) == 1 else tuple(index)
            rows.setdefault(index, Row(index=index))[names[column - 1]] = value
        return rows

    def named(self, table="envsSensorTable", *options):
        """Rows by the text of their name column."""
        return {row.name.decode(): row for row in self.rows(table, *options).values() if row.name}

    def buses(self):
        return self.named("envsBusTable")

    def try_named(self, table="envsSensorTable"):
        """As named(); {} while nobody answers."""
        try:
            return self.named(table, *QUICK)
        except AssertionError:
            return {}

    def await_tables(self):
        """Until the master has all: a daemon registers them in the order of their OIDs."""
        oids = cell_oid("envsDelivery", "retryBase"), cell_oid("envsDeliveryTable", "state")
        await_(lambda: [varbind.type for varbind in self.get(*oids)] == ["Gauge32", NO_INSTANCE],
            "the last tables are served")

    def await_sensor(self, name, seconds=WAIT_S, **cells):
        """Until the row of that name has all these cells; the row.

        A walk is no single picture: what it read first may be older than what made it match.  So
        the row is that of one more walk."""
        seen = []

        def look():
            row = self.try_named().get(name)
            seen[:] = [row and {key: row.get(key) for key in cells}]
            return row if seen == [cells] else None
        try:
            return await_(lambda: look() and look(), f"sensor {name!r} gets {cells}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; seen: {seen}") from None

    def await_bus(self, name, seconds=WAIT_S, **cells):
        def look():
            row = self.try_named("envsBusTable").get(name)
            return row if row and all(row.get(key) == cells[key] for key in cells) else None
        return await_(look, f"bus {name!r} gets {cells}", seconds)
