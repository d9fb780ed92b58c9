#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Relays that nobody ever hears of: a resolver that does not answer, a host in a black hole.

The test runs itself again in namespaces of its own, with a network that has nobody else in it and
an /etc/resolv.conf that leads to a socket from which nothing comes back.
"""
import os
import shutil
import socket
import subprocess
import sys
import unittest

import harness
import namespace
from harness import GOOD, await_, bus, full_pass_only, section, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake, children_of, is_alive

OK, TIMEOUT, DNS_FAILED = 0, 1, 16  # EnvsResult
HOLE = "192.0.2.25"
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1, "high_warning": 27}


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


def dig_hole():
    """A network behind an interface from which nobody reads."""
    for words in ("tuntap add hole mode tun", "link add hole type dummy"):
        if subprocess.run(("ip", *words.split()), check=False, capture_output=True).returncode == 0:
            run("ip", "address", "add", "192.0.2.1/24", "dev", "hole")
            run("ip", "link", "set", "hole", "up")
            return
    raise unittest.SkipTest("no interface can be made here (tun, dummy)")


@full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class Nowhere(harness.SystemTest):
    def begin(self, host):
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        os.environ["ENVSENSORD_SMTP"] = HELPER
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.host, self.names = host, ["inlet", "outlet"]
        self.script(20, 20)
        self.stage.snmpd()
        self.daemon = self.stage.daemon(self.configuration("500ms"))
        self.manager.await_sensor("outlet", quality=GOOD)
        await_(lambda: self.manager.cell("envsDelivery", "usefulFor"), "the last table is served")

    def configuration(self, connect_timeout):
        return f"""
mail {{
    from = "sensors@example.org"
    group-window = 0
    check-interval = 0
    fallback-after = 1s
    relay {{ host = "{self.host}"  connect-timeout = {connect_timeout} }}
    relay {{ host = "127.0.0.1"  port = {self.fake.port}  security = none }}
}}
delivery {{ retry-base = 100ms  retry-cap = 500ms }}
""" + section("contact", "ops", {"address": "ops@example.org"}) + \
            bus("rack", "sim", self.stage.path("script")) + \
            "".join(sensor(name, "rack", name, **AT_ONCE) for name in self.names)

    def script(self, *values):
        self.stage.write("script", "".join(f"{name} {value}\n"
            for name, value in zip(self.names, values)))

    def helpers(self):
        return children_of(self.daemon.pid)

    def await_reads(self, more):
        before = self.manager.named()["inlet"].reads
        await_(lambda: self.manager.named()["inlet"].reads >= before + more, f"{more} more reads")

    def first_relay(self):
        """When it is known that the second has taken the mail."""
        first, second = self.manager.rows("envsRelayTable").values()
        return first if second.lastResult == OK else None

    def check_mail(self, result, words):
        """It goes by the other relay, and meanwhile nothing else waits."""
        self.script(34, 20)
        await_(lambda: self.fake.mails, "a mail by the second relay")
        first = await_(self.first_relay, "the second relay's answer")
        self.assertEqual(first.lastResult, result)
        self.assertIn(words, first.lastText)
        self.assertEqual(len(self.fake.mails), 1)

    def check_stop(self):
        """With the helper still on its way to nowhere."""
        self.stage.write("envsensord.conf", self.configuration("1h"))
        self.assertIn("reloaded", self.daemon.reload())
        await_(lambda: not self.helpers(), "the end of the other's helper")
        self.script(34, 34)
        helpers = await_(self.helpers, "a helper")
        self.await_reads(10)
        self.assertEqual(self.helpers(), helpers)
        self.daemon.stop_well()
        self.assertFalse([pid for pid in helpers if is_alive(pid)])
        self.assertEqual(len(self.fake.mails), 1)

    def test_a_resolver_that_never_answers_is_dns_failed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
            resolver.bind(("127.0.0.1", 53))
            self.begin("mail.example.org")
            self.check_mail(DNS_FAILED, b"the resolver does not answer")
            self.check_stop()
            self.assertTrue(resolver.recv(512, socket.MSG_DONTWAIT), "somebody has asked")

    def test_a_black_hole_is_a_timeout(self):
        dig_hole()
        self.begin(HOLE)
        self.check_mail(TIMEOUT, b"no answer in time")
        self.check_stop()


def hide_resolver():
    """Its own time-out is longer than any of ours."""
    stage = harness.Stage()
    for path, text in (
            ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n"),
            ("/etc/nsswitch.conf", "hosts: files dns\n")):
        if os.path.exists(path):
            run("mount", "--bind", stage.write(os.path.basename(path), text), path)


if __name__ == "__main__":
    if shutil.which("ip", path=harness.SYSTEM_PATH) is None:
        print("skipped: no ip here")
        sys.exit(77)
    namespace.run_inside("mount", "net")
    run("ip", "link", "set", "lo", "up")
    hide_resolver()
    harness.main()
