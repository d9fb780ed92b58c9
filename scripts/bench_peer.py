# SPDX-License-Identifier: BSD-2-Clause
"""Figures of scripts/bench that stand beside collectd (plugins modbus and snmp_agent).

Both read the same registers of the same slave in the same run and serve them by the same snmpd.
Without collectd these figures say "no peer".
"""
import contextlib
import functools
import os
import shutil
import time

import bench_figures as bench
import harness

MODULE = "BENCH-PEER-MIB"
REGISTERS = 1000
OUR_UNIT, PEER_UNIT = 1, 2  # of the one slave, so that its log tells who asked
INTERVALS = (1, 10)  # s, at which memory is looked at: it depends on it

# name and reach
REQUESTS = ("requests a cycle, 1,000 registers: ours / collectd", "8 / 1,000")
WALK = ("snmpbulkwalk -Cr50, 1,000 rows / collectd", 8)
CPU = ("CPU, 1,000 registers each 1 s / collectd", 0.2)
MEMORY = ("resident, 5,000 sensors each {} s / collectd", 0.125)

REGISTERED = "Data added to table"  # one such line a row

# Each register has a name of its own, as our sensors have.
DATA = """\
  <Data "{unit} {address:05d}">
    RegisterBase {address}
    RegisterType int16
    Type temperature
    Instance "{unit} {address:05d}"
    Scale 0.01
  </Data>
"""
CONFIG = """\
Hostname "bench"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
Interval {interval}
# Once a row was taken back while others were still being added, and no more came.
Timeout 1000
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File stdout
  PrintSeverity true
</Plugin>
LoadPlugin modbus
<Plugin modbus>
{data}  <Host "bench">
    Address "127.0.0.1"
    Port "{port}"
    Interval {interval}
{units}  </Host>
</Plugin>
LoadPlugin snmp_agent
<Plugin snmp_agent>
  <Table "registers">
    IndexOID "{module}::peerIndex"
    SizeOID "{module}::peerRows"
    <Data "unit">
      <IndexKey>
        Source "PluginInstance"
      </IndexKey>
      Plugin "modbus"
      OIDs "{module}::peerUnit"
    </Data>
    <Data "name">
      <IndexKey>
        Source "TypeInstance"
      </IndexKey>
      Plugin "modbus"
      OIDs "{module}::peerName"
    </Data>
    <Data "value">
      Plugin "modbus"
      Type "temperature"
      OIDs "{module}::peerValue"
      Scale 100
    </Data>
  </Table>
</Plugin>
"""
# What snmp_agent has to look names up in.  It leans on no other module: not all machines have them.
OBJECT = """\
{name} OBJECT-TYPE
    SYNTAX {syntax}
    MAX-ACCESS {access}
    STATUS current
    DESCRIPTION "{name}"{index}
    ::= {{ {parent} {number} }}
"""
ENTRY = """\
PeerEntry ::= SEQUENCE {
    peerIndex Integer32, peerUnit OCTET STRING, peerName OCTET STRING, peerValue Integer32
}
"""
OBJECTS = [
    ("peerRows", "Integer32", "read-only", "", "peer", 2),
    ("peerTable", "SEQUENCE OF PeerEntry", "not-accessible", "", "peer", 3),
    ("peerEntry", "PeerEntry", "not-accessible", "\n    INDEX { peerIndex }", "peerTable", 1),
    ("peerIndex", "Integer32 (1..2147483647)", "read-only", "", "peerEntry", 1),
    ("peerUnit", "OCTET STRING", "read-only", "", "peerEntry", 2),
    ("peerName", "OCTET STRING", "read-only", "", "peerEntry", 3),
    ("peerValue", "Integer32", "read-only", "", "peerEntry", 4),
]


def collectd_path():
    return shutil.which("collectd", path=harness.SYSTEM_PATH)


def peer_root():
    """Beside our root and as long, as bare_table() is."""
    arcs = harness.root().split(".")
    return arcs[:-1] + [str(int(arcs[-1]) + 2), "1"]


def peer_column(number):
    return "." + ".".join([*peer_root(), "3", "1", str(number)])


def mib():
    arcs = " ".join(f"a{number}({arc})" for number, arc in enumerate(peer_root()[1:], 1))
    keys = ("name", "syntax", "access", "index", "parent", "number")
    return (f"{MODULE} DEFINITIONS ::= BEGIN\npeer OBJECT IDENTIFIER ::= {{ iso {arcs} }}\n"
            + "".join(OBJECT.format(**dict(zip(keys, row))) for row in OBJECTS) + ENTRY + "END\n")


def collected(unit, count):
    return (f'    <Slave {unit}>\n      Instance "unit {unit}"\n'
            + "".join(f'      Collect "{unit} {address:05d}"\n' for address in range(count))
            + "    </Slave>\n")


class Collectd(harness.Process):
    """collectd as a subagent of the stage's snmpd, reading `count` registers of each unit."""

    def __init__(self, stage, slave, units, count, interval):
        folder = stage.folder_at("collectd")
        stage.write(f"collectd/{MODULE}.txt", mib())
        stage.write("snmp/snmp_agent.conf", f"agentXSocket {stage.agentx}\n")
        text = CONFIG.format(
            folder=folder, interval=interval, port=slave.port, module=MODULE,
            data="".join(DATA.format(unit=unit, address=address)
                         for unit in units for address in range(count)),
            units="".join(collected(unit, count) for unit in units))
        self.rows = count * len(units)
        super().__init__(stage, "collectd",
                         [collectd_path(), "-f", "-C", stage.write("collectd.conf", text)],
                         env=dict(stage.snmp_env(), MIBS=MODULE, MIBDIRS=folder))

    def registered(self):
        return self.log().count(REGISTERED)

    def await_rows(self, seconds):
        """How many rows snmpd was told of.  By the log: a request in the meantime can block it."""
        end = time.monotonic() + seconds
        while self.registered() < self.rows and time.monotonic() < end:
            self.died(REGISTERED)
            time.sleep(0.5)
        return self.registered()


def needs_peer(names):
    """Without collectd these rows, (name, reach) each, say so."""
    def decorate(function):
        @functools.wraps(function)
        def rows(is_quick):
            if collectd_path() is None:
                return [bench.Row(name, "no peer", reach, None) for name, reach in names]
            return function(is_quick)
        return rows
    return decorate


def our_registers(slave, units, count, interval):
    return bench.tcp_bus("line", slave, poll_interval=f"{interval}s") + "".join(
        bench.registers("line", unit, count) for unit in units)


@contextlib.contextmanager
def both():
    """Ours and collectd, each with 1,000 registers of a unit of its own, each second."""
    with bench.open_stage() as stage:
        stage.snmpd()
        slave = bench.logging_slave(stage, "--tcp", "0")
        ours = stage.daemon(our_registers(slave, [OUR_UNIT], REGISTERS, 1))
        bench.await_reads(stage, REGISTERS)
        peer = Collectd(stage, slave, [PEER_UNIT], REGISTERS, 1)
        rows = peer.await_rows(bench.PATIENCE_S)
        if rows < REGISTERS:
            raise AssertionError(f"collectd has {rows} of {REGISTERS} rows")
        yield stage, slave, ours, peer


def requests_row(slave, cycles):
    counts = [[len(cycle) for cycle in bench.await_cycles(slave, unit, cycles)]
              for unit in (OUR_UNIT, PEER_UNIT)]
    texts = [f"{min(some):,}" if min(some) == max(some) else f"{min(some):,} to {max(some):,}"
             for some in counts]
    return bench.Row(REQUESTS[0], f"{texts[0]} / {texts[1]} "
                     f"({len(counts[0])} and {len(counts[1])} cycles)", REQUESTS[1],
                     max(counts[0]) == 8 and min(counts[1]) == REGISTERS)


def cpu_of(pid):
    """utime + stime in seconds."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_row(ours, peer, seconds):
    before = [cpu_of(process.pid) for process in (ours, peer)]
    time.sleep(seconds)
    spent = [cpu_of(process.pid) - begin for process, begin in zip((ours, peer), before)]
    return bench.at_most(CPU[0], spent[0] / spent[1], CPU[1],
                         f"{spent[0] / spent[1]:.3f} ({spent[0]:.2f} s / {spent[1]:.2f} s "
                         f"in {seconds} s)")


@needs_peer([REQUESTS, (CPU[0], f"<= {CPU[1]}"), (WALK[0], f">= {WALK[1]}")])
def beside_collectd(is_quick):
    """requests, CPU time and one-column walk with 1,000 registers, beside collectd"""
    def column(columns):
        return REGISTERS * bench.walk_speed(stage, columns)
    with both() as (stage, slave, ours, peer):
        yield requests_row(slave, 3 if is_quick else 10)
        yield cpu_row(ours, peer, 10 if is_quick else 30)
        peers = [peer_column(3), peer_column(4)]
        if not bench.has_rows(stage, peers[1], REGISTERS):
            raise AssertionError(f"collectd does not answer {REGISTERS} rows")
        speeds, ratios = bench.race(lambda: column(bench.our_columns()), lambda: column(peers),
                                    5 if is_quick else 15)
        yield bench.race_row(WALK[0], ratios, speeds, WALK[1])


def memory_row(interval, seconds):
    units, count = range(1, 41), 125
    with bench.open_stage() as stage:
        stage.snmpd()
        slave = harness.ModbusSlave(stage, "--tcp", "0")
        ours = stage.daemon(our_registers(slave, units, count, interval))
        bench.await_reads(stage, count * len(units))
        peer = Collectd(stage, slave, units, count, interval)
        rows = peer.await_rows(seconds)
        time.sleep(10)
        sizes = [bench.status_of(process.pid, "VmRSS") / 1024 for process in (ours, peer)]
    part = "all" if rows == peer.rows else f"{rows:,} of {peer.rows:,}"
    return bench.at_most(MEMORY[0].format(interval), sizes[0] / sizes[1], MEMORY[1],
                         f"{sizes[0] / sizes[1]:.3f} ({sizes[0]:.1f} / {sizes[1]:.1f} MiB; "
                         f"{part} rows registered)")


@needs_peer([(MEMORY[0].format(interval), f"<= {MEMORY[1]}") for interval in INTERVALS])
def memory_beside_collectd(is_quick):
    """resident memory with 5,000 sensors, 40 Modbus units, beside collectd"""
    for interval in INTERVALS:
        yield memory_row(interval, 60 if is_quick else 180)


FIGURES = {
    "peer": beside_collectd,
    "peer-memory": memory_beside_collectd,
}
