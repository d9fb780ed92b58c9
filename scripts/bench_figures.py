# SPDX-License-Identifier: BSD-2-Clause
"""How each figure of scripts/bench is measured.

A figure is a function that yields its rows; its first line of documentation is what --list shows.
The daemons come from the harness of the system tests.
"""
import collections
import contextlib
import glob
import os
import re
import shutil
import statistics
import subprocess
import time

import harness
import traps

Row = collections.namedtuple("Row", "name measured reach is_reached")
Request = collections.namedtuple("Request", "time unit function address count")

BARE = os.path.join(harness.BUILD, "tests/tools/bare-subagent")
BULK_GET = os.path.join(harness.BUILD, "tests/tools/bulk-get")
PATIENCE_S = 60  # for what has to come about before a measurement begins


def at_most(name, value, limit, text=None, form="{:.2f}"):
    return Row(name, text or form.format(value), f"<= {limit}", value <= limit)


def at_least(name, value, limit, text=None, form="{:.2f}"):
    return Row(name, text or form.format(value), f">= {limit}", value >= limit)


@contextlib.contextmanager
def open_stage():
    stage = harness.Stage()
    try:
        yield stage
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stage.logs()}") from error
    finally:
        stage.close()


def registers(bus, unit, count):
    """A sensor on each of the first holding registers of a unit."""
    return "".join(harness.sensor(f"{bus} {unit} {address:05d}", bus,
                                  f"{unit}:holding:{address}:int16", gain="0.01")
                   for address in range(count))


def plausible(count, poll_interval="1s"):
    """Sensors of the simulator."""
    return harness.bus("sim", "sim", poll_interval=poll_interval) + "".join(
        harness.sensor(f"sensor {number:05d}", "sim", f"p{number}")
        for number in range(1, count + 1))


def tcp_bus(name, slave, **more):
    return harness.bus(name, "modbus-tcp", f"127.0.0.1:{slave.port}", **more)


# ---- what the fake slave saw ----

def logging_slave(stage, *options, name="slave"):
    slave = harness.ModbusSlave(stage, *options, name=name)
    slave.request_log = stage.path(name + ".requests")
    slave.tell("log " + slave.request_log)
    return slave


def seen(slave, unit=None):
    with open(slave.request_log, encoding="ascii") as log:
        lines = [line.split() for line in log if line.endswith("\n")]
    requests = [Request(float(words[0]), *map(int, words[1:])) for words in lines]
    return [request for request in requests if unit in (None, request.unit)]


def whole_cycles(requests):
    """Lists of requests, one a cycle; the last cycle may not be over and is left out."""
    begins = [at for at, request in enumerate(requests) if request.address == 0]
    return [requests[begin:end] for begin, end in zip(begins, begins[1:])]


def await_cycles(slave, unit, count):
    return harness.await_(
        lambda: len(whole_cycles(seen(slave, unit))) >= count and whole_cycles(seen(slave, unit)),
        f"{count} cycles of unit {unit}", PATIENCE_S)


def requests_per_cycle(is_quick):
    """requests per cycle for 100, 1,000 and 5,000 contiguous registers of one unit"""
    wanted = {1: (100, 1), 2: (1000, 8), 3: (5000, 40)}
    cycles = 3 if is_quick else 10
    with open_stage() as stage:
        slave = logging_slave(stage, "--tcp", "0")
        stage.daemon("".join(tcp_bus(f"line {unit}", slave, poll_interval="1s")
                             + registers(f"line {unit}", unit, size)
                             for unit, (size, _) in wanted.items()))
        for unit, (size, reach) in wanted.items():
            counts = [len(cycle) for cycle in await_cycles(slave, unit, cycles)]
            low, high = min(counts), max(counts)
            text = f"{low}" if low == high else f"{low} to {high}"
            yield Row(f"requests a cycle, {size:,} registers of a unit",
                      f"{text} ({len(counts)} cycles)", f"{reach}", high == reach)


def full_cycle(is_quick):
    """full cycle of 1,000 registers when each answer takes 5 ms"""
    answers, answer_ms = 8, 5
    cycles = 10 if is_quick else 50
    with open_stage() as stage:
        stage.snmpd()
        slave = logging_slave(stage, "--tcp", "0", "--command", f"delay 1 {answer_ms}")
        stage.daemon(tcp_bus("line", slave, poll_interval="200ms") + registers("line", 1, 1000))
        index = harness.await_(lambda: stage.manager.try_named("envsBusTable").get("line"),
                               "the bus in its table", PATIENCE_S).index
        told, at_slave = [], []
        await_cycles(slave, 1, 2)
        for _ in range(cycles):
            told.append(stage.manager.cell("envsBusTable", "cycleTime", index))
            time.sleep(0.2)
        for cycle in whole_cycles(seen(slave, 1)):
            # from the first to the last request, and as much more for its answer
            span = cycle[-1].time - cycle[0].time
            at_slave.append(1000 * span * answers / (answers - 1))
        told, at_slave = statistics.mean(told), statistics.mean(at_slave)
    value = max(told, at_slave) / (answers * answer_ms)
    yield at_most("cycle of 1,000 registers / 8 answers of 5 ms", value, 1.3,
                  f"{value:.2f} (envsBusCycleTime {told:.1f} ms, slave {at_slave:.1f} ms)")


# ---- beside a bare subagent ----

def bare_table():
    """Beside our root, so that the names are as long as ours."""
    arcs = harness.root().split(".")
    return ".".join(arcs[:-1] + [str(int(arcs[-1]) + 1), "1", "3", "1"])


def our_columns():
    """A name, a number, a text, an enumeration: what the bare subagent has as 1 to 4."""
    return ["." + harness.cell_oid("envsSensorTable", name).strip(".").rsplit(".", 1)[0]
            for name in ("name", "value", "valueText", "quality")]


def bare_columns():
    return [f".{bare_table()}.1.{number}" for number in range(1, 5)]


def has_rows(stage, column, rows):
    try:
        return len(stage.manager.bulkwalk(column)) == rows
    except AssertionError:
        return False


@contextlib.contextmanager
def side_by_side(rows):
    with open_stage() as stage:
        stage.snmpd()
        stage.daemon(plausible(rows))
        harness.Process(stage, "bare", [BARE, stage.agentx, "." + bare_table(), str(rows)],
                        env=stage.snmp_env())
        for columns in (our_columns(), bare_columns()):
            harness.await_(lambda column=columns[1]: has_rows(stage, column, rows),
                           f"{rows} rows of {columns[1]}", PATIENCE_S)
        yield stage


def walk_speed(stage, columns):
    """Values a second of one snmpbulkwalk of the second column, process and all."""
    began = time.perf_counter()
    subprocess.run([shutil.which("snmpbulkwalk", path=harness.SYSTEM_PATH), "-v2c", "-c", "public",
                    "-On", "-m", "", "-Cr50", stage.manager.peer(), columns[1]], check=True,
                   stdout=subprocess.DEVNULL, env=stage.snmp_env(), timeout=PATIENCE_S)
    return 1 / (time.perf_counter() - began)


def bulk_speed(stage, columns, repetitions):
    done = subprocess.run([BULK_GET, stage.manager.peer(), str(repetitions), *columns], check=True,
                          capture_output=True, text=True, env=stage.snmp_env(), timeout=PATIENCE_S)
    values, _, microseconds = map(int, re.findall(r"\d+", done.stdout))
    return values / (microseconds / 1e6)


def race(ours, bare, rounds):
    """Both in turn, who is first changing; their speeds, and ours / bare of each round."""
    speeds = []
    for number in range(rounds):
        if number % 2 == 0:
            first = ours()
            speeds.append((first, bare()))
        else:
            first = bare()
            speeds.append((ours(), first))
    ratios = [our / other for our, other in speeds]
    return [statistics.median(column) for column in zip(*speeds)], ratios


def race_row(name, ratios, speeds=None, reach=0.9):
    low, middle, high = statistics.quantiles(ratios, n=4)
    text = f"{middle:.2f} (quartiles {low:.2f}, {high:.2f}"
    if speeds:
        text += f"; {speeds[0] / 1000:.3g} k / {speeds[1] / 1000:.3g} k"
    return at_least(name, middle, reach, text + ")")


def one_column_walk(is_quick):
    """one-column snmpbulkwalk -Cr50 over 1,000 rows, beside a bare container-table subagent"""
    rows, rounds = 1000, 11 if is_quick else 41
    with side_by_side(rows) as stage:
        speeds, ratios = race(lambda: rows * walk_speed(stage, our_columns()),
                              lambda: rows * walk_speed(stage, bare_columns()), rounds)
    yield race_row("snmpbulkwalk -Cr50, 1,000 rows / bare", ratios, speeds)


def several_columns(is_quick):
    """4-column GETBULK over 1,000 rows, beside a bare container-table subagent"""
    rounds = 21 if is_quick else 101
    shapes = [("4-column GETBULK, 1,000 rows / bare", slice(0, 4), 25, 0.9),
              ("1-column GETBULK, 1,000 rows / bare", slice(1, 2), 50, 0.9)]
    with side_by_side(1000) as stage:
        for name, some, repetitions, reach in shapes:
            speeds, ratios = race(lambda: bulk_speed(stage, our_columns()[some], repetitions),
                                  lambda: bulk_speed(stage, bare_columns()[some], repetitions),
                                  rounds)
            yield race_row(name, ratios, speeds, reach)


# ---- the standard tables, and many sensors ----

STANDARD = {"ENTITY-MIB": ".1.3.6.1.2.1.47", "ENTITY-SENSOR-MIB": ".1.3.6.1.2.1.99"}
REGISTERED = ".1.3.6.1.4.1.8072.1.2.1.1.4"  # nsModuleName: what snmpd was told


def registrations(stage, table):
    return sum(f".{table}." in f"{row.oid}." for row in stage.manager.bulkwalk(REGISTERED))


def walk_of_standard(stage, tool, *options):
    """Values, and seconds for the walks of both modules."""
    count, began = 0, time.perf_counter()
    for root in STANDARD.values():
        done = subprocess.run([shutil.which(tool, path=harness.SYSTEM_PATH), "-v2c", "-c", "public",
                               "-On", "-m", "", *options, stage.manager.peer(), root], check=True,
                              capture_output=True, env=stage.snmp_env(), timeout=PATIENCE_S)
        count += done.stdout.count(b"\n." + root[1:].encode()) + 1
    return count, time.perf_counter() - began


def standard_tables(is_quick):
    """walk of ENTITY-MIB and ENTITY-SENSOR-MIB, 200 sensors"""
    sensors, rounds = 200, 3 if is_quick else 9
    with open_stage() as stage:
        stage.snmpd()
        stage.daemon(plausible(sensors))
        sensor_value = harness.cell_oid("entPhySensorTable", "value", "")[:-1]
        harness.await_(lambda: has_rows(stage, sensor_value, sensors), "the rows", PATIENCE_S)
        counts = [registrations(stage, table) for table, _ in harness.STANDARD_TABLES.values()]
        yield Row("registrations of the ENTITY tables, each", f"{min(counts)} to {max(counts)}",
                  "1", max(counts) == 1 == min(counts))
        for tool, options in (("snmpbulkwalk", ["-Cr50"]), ("snmpwalk", [])):
            walks = [walk_of_standard(stage, tool, *options) for _ in range(rounds)]
            count, seconds = walks[0][0], max(walk[1] for walk in walks)
            yield at_most(f"s, {tool} of ENTITY and -SENSOR, {sensors} sensors", seconds, 2,
                          f"{seconds:.2f} the worst of {rounds} ({count:,} values, "
                          f"{count / statistics.median(walk[1] for walk in walks) / 1000:.3g} k/s)")


def buses_of_plausible(buses, sensors, poll_interval):
    return "".join(
        harness.bus(f"sim {bus}", "sim", poll_interval=poll_interval) + "".join(
            harness.sensor(f"{bus} {number:05d}", f"sim {bus}", f"p{number}")
            for number in range(1, sensors + 1))
        for bus in range(buses))


def column_of(stage, table, name):
    oid = harness.cell_oid(table, name, "")[:-1]
    return {row.oid[len(oid):]: row.value for row in stage.manager.bulkwalk(oid)}


def many_sensors(is_quick):
    """50,000 sensors on 10 simulated buses: samples, overruns, walk rate beside 1,000 sensors"""
    many, few, interval = 50000, 1000, 10
    column = slice(1, 2)

    def few_walks():
        """As many values as one walk of all the others has; the mean speed."""
        walks = many // few
        return walks / sum(1 / bulk_speed(small, our_columns()[column], 50) for _ in range(walks))

    with open_stage() as large, open_stage() as small:
        for stage, buses, sensors in ((large, 10, many), (small, 1, few)):
            stage.snmpd()
            stage.daemon(buses_of_plausible(buses, sensors // buses, f"{interval}s"))
            await_reads(stage, sensors)
        before, began = column_of(large, "envsSensorTable", "reads"), time.monotonic()
        speeds, ratios = race(lambda: bulk_speed(large, our_columns()[column], 50), few_walks,
                              3 if is_quick else 9)
        time.sleep(max(0, 3 * interval - (time.monotonic() - began)))
        cycles = (time.monotonic() - began) / interval
        after = column_of(large, "envsSensorTable", "reads")
        overruns = sum(column_of(large, "envsBusTable", "cycleOverruns").values())
    if len(before) != many:
        raise AssertionError(f"{len(before)} of {many} sensors in a walk")
    slowest = min(after[index] - value for index, value in before.items())
    each = cycles / slowest if slowest else float("inf")
    yield at_most("cycles a sample, the slowest of 50,000 sensors", each, 2,
                  f"{each:.2f} ({slowest} samples in {cycles:.1f} cycles of {interval} s)")
    yield Row("overruns, 50,000 sensors on 10 buses", f"{overruns}", "0", overruns == 0)
    yield race_row("1-column GETBULK, 50,000 / 1,000 sensors", ratios, speeds)


# ---- what the process costs ----

def status_of(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"^{key}:\s+(\d+)", status.read(), re.M).group(1))


def await_reads(stage, index, seconds=PATIENCE_S):
    """Until the sensor of that index has been read and snmpd can tell."""
    def reads():
        try:
            return stage.manager.cell("envsSensorTable", "reads", index)
        except AssertionError:
            return None
    harness.await_(reads, f"a first sample of sensor {index}", seconds)


def memory_row(name, stage, config, sensors):
    stage.snmpd()
    daemon = stage.daemon(config)
    await_reads(stage, sensors)
    time.sleep(3)
    resident, peak, anonymous = (status_of(daemon.pid, key) / 1024
                                 for key in ("VmRSS", "VmHWM", "RssAnon"))
    return at_most(name, resident, 24, f"{resident:.1f} MiB (private {anonymous:.1f}, "
                   f"most so far {peak:.1f})")


def resident_memory(_is_quick):
    """resident memory with 5,000 sensors, after the first full cycle"""
    with open_stage() as stage:
        yield memory_row("resident MiB, 5,000 sensors, sim", stage, plausible(5000), 5000)
    with open_stage() as stage:
        slave = harness.ModbusSlave(stage, "--tcp", "0")
        config = "".join(registers("line", unit, 125) for unit in range(1, 41))
        yield memory_row("resident MiB, 5,000 sensors, 40 Modbus units", stage,
                         tcp_bus("line", slave, poll_interval="1s") + config, 5000)


def wakeups_of(pid):
    total = 0
    for status in glob.glob(f"/proc/{pid}/task/*/status"):
        with open(status, encoding="ascii") as file:
            total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(),
                                   re.M).group(1))
    return total


def wakeup_row(name, stage, config, seconds):
    stage.snmpd()
    daemon = stage.daemon(config)
    daemon.await_master()
    await_reads(stage, 10)
    time.sleep(5)
    before, began = wakeups_of(daemon.pid), time.monotonic()
    time.sleep(seconds)
    rate = (wakeups_of(daemon.pid) - before) / (time.monotonic() - began)
    return at_most(name, rate, 40, form="{:.1f}")


def wakeups(is_quick):
    """wake-ups a second with 10 sensors each second and nobody asking"""
    seconds = 10 if is_quick else 20
    with open_stage() as stage:
        yield wakeup_row("wake-ups a second, 10 sensors, sim", stage, plausible(10), seconds)
    with open_stage() as stage:
        slave = harness.ModbusSlave(stage, "--tcp", "0")
        config = tcp_bus("line", slave, poll_interval="1s") + "".join(
            registers("line", unit, 1) for unit in range(1, 11))
        yield wakeup_row("wake-ups a second, 10 Modbus units", stage, config, seconds)


def written_by(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as file:
        return int(re.search(r"^write_bytes: (\d+)", file.read(), re.M).group(1))


def samples_of(stage):
    return sum(column_of(stage, "envsSensorTable", "reads").values())


def quiet_writes(is_quick):
    """bytes written by 1,000 sensors each second whose limits are watched and not reached"""
    seconds = 30 if is_quick else 600
    with open_stage() as stage:
        config = harness.bus("sim", "sim", poll_interval="1s") + "".join(
            harness.sensor(f"sensor {number:05d}", "sim", f"p{number}", low_critical=-200,
                           high_critical=500) for number in range(1, 1001))
        stage.snmpd()
        daemon = stage.daemon(config)
        await_reads(stage, 1000)
        time.sleep(3)
        # by the block layer: a folder in memory would make it 0 whatever happened
        began, at_begin = written_by(daemon.pid), samples_of(stage)
        time.sleep(seconds)
        written, samples = written_by(daemon.pid) - began, samples_of(stage) - at_begin
        if began == 0:
            raise AssertionError("its start has written nothing: is the folder on a disk?")
        yield at_most("bytes written, 1,000 quiet sensors each 1 s", written, 65536,
                      f"{written:,} in {seconds} s, {samples:,} samples", "{:.0f}")


# ---- faults ----

def serial_line(stage, name, units, poll_interval, answer_ms):
    """A slave on a pseudo-terminal, and the configuration of its bus with a sensor a unit."""
    slave = logging_slave(stage, "--pty", name=name)
    slave.tell(*(f"delay {unit} {answer_ms}" for unit in units))
    config = harness.bus(name, "modbus-rtu", slave.device, options="115200,8N1",
                         poll_interval=poll_interval, timeout="200ms")
    return slave, config + "".join(registers(name, unit, 1) for unit in units)


def mean_cycle(slave, units):
    """Mean time between two requests to the same unit; the first is due when the line begins."""
    requests = seen(slave)
    begin = requests[0].time
    cycles = []
    for unit in units:
        times = [request.time for request in requests if request.unit == unit]
        if len(times) < 3:
            raise AssertionError(f"{slave.name}: unit {unit} was asked only {len(times)} times")
        cycles.append((times[-1] - begin) / (len(times) - 1))
    return statistics.mean(cycles)


def dead_unit(is_quick):
    """one dead unit among 16 on a serial line: mean cycle of the others"""
    seconds, dead = 15 if is_quick else 70, 8
    units = range(1, 17)
    others = [unit for unit in units if unit != dead]
    # A line that is idle most of the second, and one on which round follows round.
    paces = [("each 1 s", "1s", 0), ("back to back", "100ms", 5)]
    if is_quick:
        del paces[1]  # tries come less and less often: the first seconds tell nothing
    with open_stage() as stage:
        lines, config = [], ""
        for number, (_, interval, answer_ms) in enumerate(paces):
            without, more = serial_line(stage, f"without-{number}", others, interval, answer_ms)
            beside, still = serial_line(stage, f"with-{number}", units, interval, answer_ms)
            beside.tell(f"silent {dead} 1")
            lines.append((beside, without))
            config += more + still
        stage.daemon(config)
        time.sleep(seconds)
        for (pace, _, _), (beside, without) in zip(paces, lines):
            slow, fast = mean_cycle(beside, others), mean_cycle(without, others)
            yield at_most(f"1 of 16 units dead, {pace}: cycle of others", slow / fast, 1.05,
                          f"{slow / fast:.3f} ({1000 * slow:.1f} / {1000 * fast:.1f} ms, "
                          f"first {seconds} s)")


def rows_after_restart(is_quick):
    """time until rows are answered after snmpd restarts"""
    tries, rows = 3 if is_quick else 7, 1000
    times = []
    with open_stage() as stage:
        master = stage.snmpd()
        stage.daemon(plausible(rows))
        await_reads(stage, rows)
        for number in range(tries):
            time.sleep(2 + number / tries)
            master.stop()
            time.sleep(1 + number / tries)  # each time elsewhere between two tries to connect
            began = time.monotonic()
            master = stage.snmpd()
            await_reads(stage, rows)
            times.append(time.monotonic() - began)
    yield at_most("seconds to rows after snmpd restarts", max(times), 3,
                  f"{max(times):.1f} (mean {statistics.mean(times):.1f} of {tries})")


def gaps(slave, begin, end):
    times = [request.time for request in seen(slave) if begin <= request.time <= end]
    return [1000 * (after - before) for before, after in zip(times, times[1:])]


def stopped_master(is_quick):
    """greatest gap in sampling at 100 ms interval while snmpd is stopped for 10 s"""
    calm_s, stopped_s = (3, 10) if is_quick else (10, 10)
    with open_stage() as stage:
        master = stage.snmpd()
        slave = logging_slave(stage, "--tcp", "0")
        daemon = stage.daemon(tcp_bus("line", slave, poll_interval="100ms")
                              + registers("line", 1, 10))
        daemon.await_master()
        await_reads(stage, 10)
        began = time.monotonic()
        time.sleep(calm_s)
        stopped = time.monotonic()
        master.signal(harness.signal.SIGSTOP)
        time.sleep(stopped_s)
        master.signal(harness.signal.SIGCONT)
        time.sleep(5)
        ended = time.monotonic()
        before, during = gaps(slave, began, stopped), gaps(slave, stopped, ended)
    if len(during) < 50:
        raise AssertionError(f"only {len(during)} samples while snmpd was stopped")
    yield at_most("ms, greatest gap at 100 ms, snmpd stopped 10 s", max(during), 200,
                  f"{max(during):.0f} (before it: {max(before):.0f})")


# ---- notifications ----

def await_growth(path, size):
    """Until the file is longer than that; when that was seen."""
    deadline = time.monotonic() + PATIENCE_S
    while os.path.getsize(path) <= size:
        if time.monotonic() >= deadline:
            raise AssertionError(f"nothing more in {path}")
        time.sleep(0.0005)
    return time.monotonic()


def one_crossing(slave, trapd, value):
    """Seconds from the request whose answer crosses the limit to the notification's line."""
    await_growth(slave.request_log, os.path.getsize(slave.request_log))
    slave.tell(f"set 1 holding 0 {value}")
    told, asked = os.path.getsize(trapd.log_path), len(seen(slave))
    arrived = await_growth(trapd.log_path, told)
    return arrived - seen(slave)[asked].time


def crossing_to_notification(is_quick):
    """ms from the sample that confirms a crossing to the notification at snmptrapd"""
    crossings = 60 if is_quick else 500
    with open_stage() as stage:
        trapd = traps.Snmptrapd(stage)
        stage.sinks = trapd.sinks()
        stage.snmpd()
        slave = logging_slave(stage, "--tcp", "0", "--command", "set 1 holding 0 2800")
        stage.daemon(tcp_bus("line", slave, poll_interval="100ms")
                     + harness.sensor("inlet", "line", "1:holding:0:int16", gain="0.01",
                                      high_warning=27, high_critical=32, on_delay="0",
                                      off_delay="0", min_samples=1))
        trapd.await_seqs([1, 2])
        # from warning to critical and back: what never clears does not chatter
        times = [1000 * one_crossing(slave, trapd, 2800 if number % 2 else 3300)
                 for number in range(crossings)]
        harness.await_(lambda: len(trapd.seqs()) == crossings + 2, "one notification a crossing")
    middle, high = statistics.median(times), statistics.quantiles(times, n=100)[98]
    yield at_most("ms, crossing to snmptrapd, p99", high, 50,
                  f"{high:.1f} (p50 {middle:.1f}, most {max(times):.1f}, {crossings} crossings)")


FIGURES = {
    "requests": requests_per_cycle,
    "cycle": full_cycle,
    "walk": one_column_walk,
    "bulk": several_columns,
    "entity": standard_tables,
    "many": many_sensors,
    "memory": resident_memory,
    "wakeups": wakeups,
    "writes": quiet_writes,
    "dead-unit": dead_unit,
    "restart": rows_after_restart,
    "stopped": stopped_master,
    "notify": crossing_to_notification,
}
