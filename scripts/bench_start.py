# SPDX-License-Identifier: BSD-2-Clause
"""The figure of scripts/bench about the start of the daemon."""
import os
import time

import bench_figures as bench
import harness
from test_service import Manager

SENSORS = 1000
LIMITS = {"low_critical": -200, "high_critical": 500}


def simulated(_stage):
    return harness.bus("sim", "sim", poll_interval="1s") + "".join(
        harness.sensor(f"sensor {number:05d}", "sim", f"p{number}", **LIMITS)
        for number in range(1, SENSORS + 1))


def modbus(stage):
    slave = harness.ModbusSlave(stage, "--tcp", "0")
    return bench.tcp_bus("line", slave, poll_interval="1s") + "".join(
        harness.sensor(f"sensor {address:05d}", "line", f"1:holding:{address}:int16", gain="0.01",
                       **LIMITS)
        for address in range(SENSORS))


def all_are_good(stage):
    """As a manager sees it."""
    try:
        values = bench.column_of(stage, "envsSensorTable", "quality").values()
    except AssertionError:  # nobody has these objects yet
        return False
    return list(values) == SENSORS * [harness.GOOD]


def begin(stage, config, service):
    """From before exec: seconds until it says that it is ready, until all samples are served."""
    service.forget()
    os.environ["NOTIFY_SOCKET"] = service.path
    began = time.monotonic()
    try:
        daemon = stage.daemon(config, wait=False)
    finally:
        del os.environ["NOTIFY_SOCKET"]
    ready = good = None
    while ready is None or good is None:
        # what nobody hears would hold its main thread up
        if "READY=1" in service.listen() and ready is None:
            ready = time.monotonic() - began
        if good is None and all_are_good(stage):
            good = time.monotonic() - began
        if time.monotonic() - began > bench.PATIENCE_S or daemon.died("READY=1"):
            raise AssertionError(f"no start: ready {ready}, all good {good}")
    daemon.stop_well()
    return ready, good


def start(is_quick):
    """seconds from exec to READY=1, and to the first good sample of 1,000 sensors"""
    rounds = 3 if is_quick else 10
    for name, make in (("sim", simulated), ("Modbus", modbus)):
        with bench.open_stage() as stage:
            stage.snmpd()
            service, config = Manager(stage), make(stage)
            times = [begin(stage, config, service) for _ in range(rounds)]
            service.close()
        for what, column in zip(("READY", "first samples"), zip(*times)):
            yield bench.at_most(f"s, exec to {what}, {SENSORS:,} sensors, {name}", max(column), 2,
                                f"{max(column):.2f} (least {min(column):.2f}, {rounds} starts)")


FIGURES = {"start": start}
