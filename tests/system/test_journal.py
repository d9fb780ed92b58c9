#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the journal gets: the fields of each line, each state once, and a flood as a number."""
import os
import re
import socket
import subprocess
import threading
import time
import unittest

import harness
from harness import GOOD, PROGRAM, await_, bus, sensor
from manager import cell_oid
from smtp_helper import PROGRAM as HELPER
from test_alarms import AT_ONCE

MAIL = 2  # EnvsChannel
BUS_RAISE = 26  # EnvsKind
FLOOD = 500
BURST, WINDOW_S = 20, 30  # lines of a kind in so many seconds
DRAINED = "all before this one is read"

# The daemon's own /run, in which the journal's socket is the test's.
WRAPPER = """#!/bin/sh
set -eu
mount -t tmpfs none /run
mkdir -p /run/systemd/journal
mount --bind "$1" /run/systemd/journal
shift
JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)
export JOURNAL_STREAM
exec "$@"
"""


class Journal:
    """The native protocol: a datagram is an entry, "KEY=value" a line of it.  What nobody reads in
    time is lost, so they are read as they come, but while `is_held`."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.entries = []
        self.is_held = threading.Lock()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while entry := self.socket.recv(65536):
            with self.is_held:
                self.entries.append(dict(line.split("=", 1)
                    for line in entry.decode().splitlines()))

    def find(self, text):
        return [entry for entry in list(self.entries) if text in entry["MESSAGE"]]

    def await_entry(self, text):
        return await_(lambda: self.find(text), f"the journal gets {text!r}")[0]

    def close(self):
        self.socket.shutdown(socket.SHUT_RD)
        self.reader.join()
        self.socket.close()


def about(entry):
    """Its own fields, without their prefix, and how serious it is."""
    prefix = "ENVSENSORD_"
    return {"priority": int(entry["PRIORITY"])} | {key[len(prefix):].lower(): value
        for key, value in entry.items() if key.startswith(prefix)}


@harness.full_pass_only
class Entries(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.wrapper = self.stage.write("wrapper", WRAPPER)
        os.chmod(self.wrapper, 0o755)
        self.folder = self.stage.folder_at("journal")
        tried = subprocess.run(["unshare", "-rm", self.wrapper, self.folder, "true"],
            capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            self.skipTest(f"no mount namespace here: {tried.stderr.strip()}")
        self.journal = Journal(self.folder)
        self.addCleanup(self.journal.close)

    def script(self, inlet):
        self.stage.write("script", f"inlet {inlet}\n")

    def run_daemon(self, config):
        config = self.stage.write("envsensord.conf", config)
        self.daemon = harness.Process(self.stage, "envsensord", ["unshare", "-rm", self.wrapper,
            self.folder, PROGRAM, "--config", config, "--state-dir",
            self.stage.folder_at("state"), "--agentx", self.stage.agentx, "--foreground"],
            env=dict(os.environ, ENVSENSORD_SMTP=HELPER))

    def begin(self, more):
        self.script("21.5")
        self.stage.snmpd()
        self.run_daemon(more + bus("rack", "sim", self.stage.path("script"))
            + sensor("inlet", "rack", "inlet", high_warning=27, high_critical=32, **AT_ONCE))
        begun = await_(lambda: self.journal.find("version ") or self.daemon.died("version "),
            "the journal gets the first line")
        self.journal.await_entry("connected to the SNMP master agent")
        self.manager.await_tables()
        self.manager.await_sensor("inlet", quality=GOOD)
        return begun[0]

    def flood(self):
        """One SET that is refused, many times over."""
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(ear.close)
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(harness.WAIT_S)
        row = self.manager.named()["inlet"].index
        words = [cell_oid("envsSensorTable", "highWarning", row), "i", "40000"]
        self.manager.run("snmpset", "-t", "1", "-r", "0", f"udp:127.0.0.1:{ear.getsockname()[1]}",
            *words, community="private")
        request = ear.recv(65536)
        for _ in range(FLOOD):
            ear.sendto(request, ("127.0.0.1", self.stage.master.port))
            ear.recv(65536)

    def refusals(self):
        """How many were written, and how many counted."""
        told = [entry["MESSAGE"] for entry in self.journal.find("a SET is refused")]
        counted = [re.match(r"(\d+) more like this within 30 s, the last: ", text) for text in told]
        return counted.count(None), sum(int(match.group(1)) for match in counted if match)

    def drain(self):
        """Until all has been read that is in the queue."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.sendto(f"MESSAGE={DRAINED}".encode(), self.journal.path)
        self.journal.await_entry(DRAINED)

    def lost(self):
        """Lines that the reader was too slow for: its queue holds ten here."""
        told = [entry["MESSAGE"] for entry in self.journal.find("the log has lost ")]
        return sum(int(re.match(r"the log has lost (\d+) ", text).group(1)) for text in told)

    def test_a_file_that_is_refused_is_an_error(self):
        self.run_daemon("nonsense = 1\n")
        self.assertEqual(self.daemon.popen.wait(harness.WAIT_S), 78)
        if self.daemon.log().startswith("<3>"):
            self.skipTest("this build knows no journal")
        entry = self.journal.await_entry("envsensord.conf:1: ")
        self.assertEqual((about(entry), self.daemon.log()), ({"priority": 3}, ""))

    def test_an_alarm_is_told_once_and_by_its_fields(self):
        first = self.begin(bus("lost", "owserver", "127.0.0.1:1")  # nobody listens there
            + sensor("far", "lost", "28.0000000000AA"))
        self.assertEqual((first["SYSLOG_IDENTIFIER"], first["PRIORITY"]), ("envsensord", "6"))
        lost = self.journal.await_entry('bus "lost": ')
        self.assertEqual(about(lost), {"priority": 4, "bus": "lost"})
        await_(lambda: [event for event in self.manager.rows("envsEventTable").values()
            if event.kind == BUS_RAISE], "the alarm of the bus")
        self.script("28")
        raised = about(self.journal.await_entry("inlet is too high: 28.000 C"))
        alarm = raised.pop("alarm_id")
        seq = int(raised.pop("event_seq"))
        await_(lambda: seq in self.manager.rows("envsEventTable"), "what was logged is published")
        self.assertEqual(raised, {"priority": 4, "sensor": "inlet", "bus": "rack"})
        self.assertEqual(list(self.manager.rows("envsAlarmTable"))[-1], int(alarm))
        self.assertEqual(self.manager.rows("envsEventTable")[seq].alarmId, int(alarm))
        self.script("33")
        self.assertEqual(about(self.journal.await_entry("inlet is still worse")), {"priority": 3,
            "sensor": "inlet", "bus": "rack", "alarm_id": alarm, "event_seq": str(seq + 1)})
        self.script("20")
        self.assertEqual(about(self.journal.await_entry("inlet is normal again")), {"priority": 6,
            "sensor": "inlet", "bus": "rack", "alarm_id": alarm, "event_seq": str(seq + 2)})
        began = time.monotonic()
        self.flood()
        self.assertEqual(self.daemon.stop(), 0)
        took_s = time.monotonic() - began
        windows = took_s // WINDOW_S + 1  # at most, on a slow machine
        most = FLOOD + took_s  # the master asks again for what has no answer for a second
        await_(lambda: FLOOD - self.lost() <= sum(self.refusals()) <= most,
            "all refusals are accounted for")
        written, counted = self.refusals()
        self.assertLessEqual(written, BURST * windows)
        self.assertGreater(counted, 0)
        for text in ("inlet is too high", "inlet is normal again", 'bus "lost": '):
            self.assertEqual(len(self.journal.find(text)), 1, text)
        self.assertEqual(self.daemon.log(), "")

    def test_a_journal_that_does_not_read_holds_nobody_up(self):
        self.begin("")
        with self.journal.is_held:
            harness.fill(self.journal.path, b"MESSAGE=of somebody else")
            self.flood()  # answered, each
            self.script("33")
            alarm = await_(lambda: self.manager.rows("envsAlarmTable").get(1), "the first alarm")
            self.assertEqual(self.journal.find("inlet is too high"), [])
        self.drain()
        self.script("20")
        self.journal.await_entry("inlet is normal again")
        told = self.journal.await_entry("of the lines before this one: who reads it")
        self.assertGreater(int(re.search(r"the log has lost (\d+) ", told["MESSAGE"]).group(1)), 0)
        self.assertEqual(about(told), {"priority": 4})
        self.assertEqual(self.daemon.log(), "")
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(alarm.index, 1)

    @unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
    def test_each_attempt_at_a_mail_is_told_with_its_alarm_and_result(self):
        self.begin('mail { from = "sensors@example.org"  group-window = 0  relay { host = '
            '"127.0.0.1"  port = 1  security = none } }\ncontact "ops" { address = '
            '"ops@example.org" }\ndelivery { retry-base = 100ms  retry-cap = 100ms }\n'
            'breaker { failures = 100 }\n')
        self.script("33")
        alarm = await_(lambda: self.manager.rows("envsAlarmTable").get(1), "the first alarm")
        failures = await_(self.many_failures, "more than there are of a flood", 300)
        self.assertEqual(self.daemon.stop(), 0)
        self.drain()
        told = [about(entry) for entry in self.journal.find("mail to ops@example.org by 127.0.0.1: "
            "connectFailed at connect in ")]
        self.assertIn({"priority": 4, "alarm_id": str(alarm.index), "event_seq":
            str(alarm.raisedSeq), "result": "connectFailed"}, told)
        self.assertGreaterEqual(len(told) + self.lost(), failures)  # each is told
        relay = self.journal.find("relay 127.0.0.1: the check of the way: ")
        self.assertLessEqual(len(relay), 1)

    def many_failures(self):
        """Of attempts at mails, by the books."""
        failures = self.manager.cell("envsChannelTable", "deferred", MAIL)
        return failures if failures > BURST + 5 else None


if __name__ == "__main__":
    harness.main()
