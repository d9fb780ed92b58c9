#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""docs/SNMPSET.md, run as it stands: once with snmpset, once with envsensorctl.  A block of it has
lines "$ COMMAND", each followed by what the command prints; "…" stands for any text."""
import os
import re
import shlex
import subprocess
import unittest

import harness
from harness import BUILD, GOOD, await_
from manager import ONCE
from traps import base_mibs

PAGE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "docs", "SNMPSET.md")
BASE_MIBS = base_mibs()
MIB = "ENVSENSOR-MIB"
VALUES = {"28-00000000000a": 21500, "28-00000000000b": -12000, "28-00000000000c": 19000}
WAYS = ("snmpset", "envsensorctl")
LATE = re.compile("commitFailed|the agent could not store it")


def blocks(text):
    """[(command, expected)] of each block of commands."""
    for block in re.findall(r"^```\n(\$ .*?)^```$", text, re.S | re.M):
        commands = []
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, expected = part.partition("\n")
            commands.append((command, expected))
        yield commands


def matches(expected, said):
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, said, re.S) is not None


@harness.full_pass_only
@unittest.skipUnless(BASE_MIBS, "the base MIBs are not to be had")
class Cookbook(harness.SystemTest):
    def setUp(self):
        super().setUp()
        with open(PAGE, encoding="utf-8") as page:
            self.page = page.read()
        tree = harness.W1Tree(self.stage)
        for rom, milli in VALUES.items():
            tree.put(rom, milli)
        config = re.search(r"^```config\n(.*?)^```$", self.page, re.S | re.M)[1]
        self.stage.snmpd()
        self.stage.daemon(config.replace("@tree@", tree.path)).await_master()
        self.manager.await_tables()
        self.manager.await_sensor("rack-a inlet", quality=GOOD)
        await_(lambda: self.manager.rows("envsAlarmTable"), "the alarm of the page")
        folders = f"{BASE_MIBS}:{os.path.join(BUILD, 'mibs')}"
        self.env = dict(self.stage.snmp_env(), MIBDIRS=folders, MIBS=MIB)
        self.env["PATH"] = BUILD + os.pathsep + self.env["PATH"]

    def run_command(self, command):
        words = shlex.split(command)
        peer = f"127.0.0.1:{self.stage.master.port}"
        if words[0] == "envsensorctl":
            words[1:1] = ["-H", peer, "-v", "2c", "-c", "private", *ONCE]
        else:
            words[words.index("localhost")] = peer
            words[1:1] = ["-v", "2c", "-c", "private", *ONCE]
        done = subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        return re.sub(r" +$", "", done.stdout, flags=re.M)

    def in_time(self, command):
        """As run_command; None if the engine was held up for too long, and has changed nothing."""
        said = self.run_command(command)
        return None if LATE.search(said) else said

    def run_page(self, way):
        count = 0
        for commands in blocks(self.page):
            lock = self.run_command("snmpget -Ovq localhost envsConfigLock.0").strip()
            for command, expected in commands:
                program = command.split()[0]
                if program in WAYS and program != way:
                    continue
                command = command.replace("@lock@", lock)
                expected = expected.replace("@lock@", lock)
                said = await_(lambda c=command: self.in_time(c), command)
                if program not in WAYS:  # what has changed may take a sample to be seen
                    await_(lambda c=command, e=expected: self.seen(c, e),
                        f"{command} says {expected!r}")
                    continue
                self.assertTrue(matches(expected, said), f"\n$ {command}\n{said}not\n{expected}")
            count += 1
        self.assertGreaterEqual(count, 20)

    def seen(self, command, expected):
        said = self.run_command(command)
        return said if matches(expected, said) else None

    def test_with_snmpset(self):
        self.run_page("snmpset")

    def test_with_envsensorctl(self):
        self.run_page("envsensorctl")


if __name__ == "__main__":
    harness.main()
