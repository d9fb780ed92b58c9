# SPDX-License-Identifier: BSD-2-Clause
"""The figure of scripts/bench that stands beside msmtp: mails to a relay that takes them.

Without msmtp, or in a build without mail, it says so.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys

import bench_figures as bench
import harness
from smtp_helper import PROGRAM as HELPER

SINK = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../tests/fakes/smtp_sink.py")
NAME, REACH = "{:,} mails to a ready relay / one msmtp each", 5
MAILS = 1000
SENDER, RECIPIENT = "sensors@example.org", "ops@example.org"

# All mails go by themselves and at once: nothing waits for what belongs to it, no limit, no digest.
CONFIG = """\
mail {{
    from = "{sender}"
    group-window = 0
    relay {{ host = "127.0.0.1"  port = {port}  security = none }}
}}
contact "ops" {{ address = "{recipient}" }}
limiter {{
    burst = 1000  interval = 1s  per-hour = 100000  per-day = 1000000  flood-raises = 10000
}}
"""


class Sink(harness.Process):
    """A relay that takes all; its log is what it got."""

    def __init__(self, stage):
        self.first = stage.path("first.eml")
        super().__init__(stage, "sink", [sys.executable, "-B", SINK, "--first", self.first])
        self.await_log("port ")
        self.port = int(re.search(r"^port (\d+)$", self.log(), re.M)[1])

    def mails(self):
        """(time of its final dot, subject) of each"""
        lines = [line.split(" ", 2) for line in self.log().splitlines()[1:]]
        return [(float(line[0]), line[2]) for line in lines if len(line) == 3]

    def await_mails(self, count):
        return harness.await_(lambda: len(self.mails()) >= count and self.mails(),
                              f"{count} mails", 2 * bench.PATIENCE_S)


def rate(mails):
    """A second, from the first to the last."""
    return (len(mails) - 1) / (mails[-1][0] - mails[0][0])


class Room:
    """Simulated sensors that are all warm, or all too warm."""

    def __init__(self, stage, count):
        self.path, self.count = stage.path("room.sim"), count
        self.put(20)

    def put(self, value):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.writelines(f"p{number} {value}\n" for number in range(self.count))
        os.rename(self.path + ".new", self.path)

    def config(self):
        return harness.bus("room", "sim", self.path, poll_interval="1s") + "".join(
            harness.sensor(f"sensor {number:05d}", "room", f"p{number}", high_critical=30,
                           on_delay="0", min_samples=1) for number in range(self.count))


def rate_of_ours(stage, sink, count):
    room = Room(stage, count)
    stage.daemon(CONFIG.format(sender=SENDER, recipient=RECIPIENT, port=sink.port) + room.config())
    bench.await_reads(stage, count)
    room.put(40)
    mails = sink.await_mails(count)
    if len(set(subject for _, subject in mails)) != count:
        raise AssertionError(f"{count} alarms are {len(mails)} mails")
    return rate(mails)


def rate_of_msmtp(stage, sink, count):
    """A process a mail, one after the other, with the first of our mails."""
    before = len(sink.mails())
    config = stage.write("msmtprc", f"account default\nhost 127.0.0.1\nport {sink.port}\n"
                                    f"from {SENDER}\ntls off\nauth off\n")
    os.chmod(config, 0o600)
    subprocess.run(["sh", "-c", 'n=0; while [ $n -lt "$1" ]; do "$2" -C "$3" "$4" <"$5" || exit; '
                    'n=$((n + 1)); done', "sh", str(count), msmtp_path(), config, RECIPIENT,
                    sink.first], check=True, timeout=10 * bench.PATIENCE_S)
    return rate(sink.await_mails(before + count)[before:])


def msmtp_path():
    return shutil.which("msmtp", path=harness.SYSTEM_PATH)


def beside_msmtp(is_quick):
    """1,000 mails through queue, mailer and helper, beside msmtp with a process for each"""
    rounds, name = 1 if is_quick else 5, NAME.format(MAILS)
    if msmtp_path() is None or not os.path.exists(HELPER):
        reason = "no peer" if os.path.exists(HELPER) else "no mail in this build"
        return [bench.Row(name, reason, f">= {REACH}", None)]
    os.environ["ENVSENSORD_SMTP"] = HELPER
    rates = []
    for _ in range(rounds):
        with bench.open_stage() as stage:
            stage.snmpd()
            sink = Sink(stage)
            ours = rate_of_ours(stage, sink, MAILS)
            rates.append((ours, rate_of_msmtp(stage, sink, MAILS // 5)))
    ratios = [ours / peer for ours, peer in rates]
    ours, peer = (statistics.median(column) for column in zip(*rates))
    return [bench.at_least(name, statistics.median(ratios), REACH,
                           f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to "
                           f"{max(ratios):.1f}; {ours:.0f} / {peer:.0f} a second)")]


FIGURES = {"mail": beside_msmtp}
