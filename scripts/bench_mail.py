# SPDX-License-Identifier: BSD-2-Clause
"""Figures of scripts/bench about mail, with the imitated relay of the tests."""
import contextlib
import os
import signal
import stat
import statistics
import time

import bench_figures as bench
import harness
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake, children_of


def mute_helper(stage):
    script = stage.write("mute", "#!/bin/sh\nexec sleep 3600\n")
    os.chmod(script, stat.S_IRWXU)
    return script


# what the relay does, which helper there is, and what becomes of the first one that runs
TROUBLES = {
    "relay silent": ("greeting", None, None),
    "helper stopped": ("mail", None, signal.SIGSTOP),
    "helper mute": (None, mute_helper, None),
}


def configuration(slave, fake):
    """Eleven registers in a row, the last of which can be too warm."""
    return f"""
mail {{
    from = "sensors@example.org"  group-window = 0  check-interval = 0
    relay {{ host = "127.0.0.1"  port = {fake.port}  security = none  deadline = 3s }}
}}
delivery {{ retry-base = 100ms  retry-cap = 500ms }}
contact "ops" {{ address = "ops@example.org" }}
""" + bench.tcp_bus("line", slave, poll_interval="100ms") + bench.registers("line", 1, 10) + \
        harness.sensor("hot", "line", "1:holding:10:int16", gain="0.01", high_warning=27,
                       on_delay="0", off_delay="0", min_samples=1)


class Side:
    """A daemon with its own snmpd, slave and relay."""

    def __init__(self, stage, fake, helper):
        self.stage, self.fake = stage, fake
        os.environ["ENVSENSORD_SMTP"] = helper
        stage.snmpd()
        self.slave = bench.logging_slave(stage, "--tcp", "0")
        self.daemon = stage.daemon(configuration(self.slave, fake))
        self.daemon.await_master()
        bench.await_reads(stage, 11)
        self.times_ms = []

    def ask(self):
        began = time.monotonic()
        self.stage.manager.cell("envsSensorTable", "value", 1)
        self.times_ms.append(1000 * (time.monotonic() - began))


@contextlib.contextmanager
def open_side(make_helper=None):
    fake = SmtpFake()
    with bench.open_stage() as stage:
        yield Side(stage, fake, make_helper(stage) if make_helper else HELPER)
    fake.stop()


def one_trouble(name, seconds):
    """Beside a daemon without it, both asked in turn."""
    phase, make_helper, number = TROUBLES[name]
    with open_side() as calm, open_side(make_helper) as troubled:
        if phase is not None:
            troubled.fake.fault(phase, "silence")
        began = time.monotonic()
        troubled.slave.tell("set 1 holding 10 2800")
        helpers = harness.await_(lambda: children_of(troubled.daemon.pid), "a helper")
        if number is not None:
            os.kill(helpers[0], number)
        sides = [calm, troubled]
        while time.monotonic() < began + seconds:
            for side in sides:
                side.ask()
            sides.reverse()
            time.sleep(0.05)
        ended = time.monotonic()
        if troubled.fake.mails or not children_of(troubled.daemon.pid):
            raise AssertionError("mail was not in trouble")
        beside, gaps = (bench.gaps(side.slave, began, ended) for side in (calm, troubled))
    if len(gaps) < 5 * seconds:
        raise AssertionError(f"only {len(gaps)} samples with {name}")
    yield bench.at_most(f"ms, greatest gap at 100 ms, {name} {seconds} s", max(gaps), 200,
                        f"{max(gaps):.0f} (beside it, without: {max(beside):.0f})")
    usual, slow = (statistics.median(side.times_ms) for side in (calm, troubled))
    yield bench.at_most(f"snmpget, {name} / without", slow / usual, 1.2,
                        f"{slow / usual:.2f} ({slow:.1f} / {usual:.1f} ms, median of "
                        f"{len(calm.times_ms)})")


def mail_trouble(is_quick):
    """greatest gap in sampling at 100 ms interval while a relay is silent or the helper hangs"""
    if not os.path.exists(HELPER):
        raise AssertionError("this build has no mail")
    for name in TROUBLES:
        yield from one_trouble(name, 5 if is_quick else 10)


FIGURES = {"mail-trouble": mail_trouble}
