#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mail while the world breaks: replies that are lost, kill -9 of daemon and helper as they send, a
relay or helper that hangs, and an end in order with a mail in hand.

Every alarm has a mail at the relay; what may have arrived comes at most once more for each attempt
whose end nobody knows, under the same Message-ID.  What was stored says the same.
"""
import collections
import email
import email.policy
import os
import random
import re
import signal
import stat
import threading
import unittest

import harness
import test_delivery
from harness import GOOD, IS_LONG, await_, bus, full_pass_only, section, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake, children_of, is_alive
from smtp_fake import Closed, fault_silence

SEED = 5321
TIMES = 200 if IS_LONG else 10  # of each kind
LATER_S = 60  # for what has to be tried again
TRIES = 5  # at what the daemon gives a certain time

RAISE = 1  # EnvsKind
MAIL = 2  # EnvsChannel
DELIVERED, SENDING = 1, 4  # EnvsDeliveryState
NOBODY = 10000  # of limits that are not to be met
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1, "high_warning": 27}
PHASES = ("greeting", "ehlo", "mail", "rcpt", "data", "dot", "dot", "dot")

Row = collections.namedtuple("Row", "seq state in_doubt lead")


class Mails:
    """What the relay has taken."""

    def __init__(self, fake):
        self.all = [email.message_from_bytes(octets, policy=email.policy.default)
            for _, _, octets in fake.mails]
        self.times = collections.Counter(self.seq(mail) for mail in self.all)

    @staticmethod
    def seq(mail):
        """Of the event that its Message-ID names."""
        return int(re.fullmatch(r"<[\da-f-]{36}\.(\d+)\.0@example\.org>", mail["Message-ID"])[1])

    def by_source(self):
        """The Message-IDs under which each sensor was told of."""
        sources = collections.defaultdict(set)
        for mail in self.all:
            told = re.search(r"Prague 1: (s\d+) ", str(mail["Subject"]))
            sources[told[1] if told else None].add(mail["Message-ID"])
        return sources

    def repeats(self):
        return self.times.total() - len(self.times)


@full_pass_only
@unittest.skipUnless(os.path.exists(HELPER), "this build has no mail")
class MailTest(test_delivery.DeliveryTest):
    poll_interval = "100ms"

    def begin(self, sensors, helper=HELPER):  # pylint: disable=arguments-differ
        self.names = [f"s{number:04d}" for number in range(1, sensors + 1)]
        self.raised = 0
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        os.environ["ENVSENSORD_SMTP"] = helper
        self.addCleanup(os.environ.pop, "ENVSENSORD_SMTP")
        self.config = self.configuration()
        self.wave(0)
        self.stage.snmpd()
        self.start()
        self.manager.await_sensor(self.names[-1], quality=GOOD)

    def configuration(self):
        """No mail waits for another, none is too many, and none is given up by the clock."""
        return (f"""site = "Prague 1"
mail {{
    from = "sensors@example.org"
    group-window = 0
    connection-mails = 2
    check-interval = 0
    relay {{ host = "127.0.0.1"  port = {self.fake.port}  security = none
        connect-timeout = 1h  command-timeout = 1h  data-timeout = 1h }}
}}
delivery {{
    retry-base = 100ms  retry-cap = 300ms  retention-rows = {NOBODY}  pace = {NOBODY}
}}
limiter {{
    burst = 1000  per-hour = {NOBODY}  per-day = {NOBODY}  flood-raises = {NOBODY}
}}
""" + section("contact", "ops", {"address": "ops@example.org"})
            + bus("rack", "sim", self.stage.path("script"), poll_interval=self.poll_interval)
            + "".join(sensor(name, "rack", name, **AT_ONCE) for name in self.names))

    def wave(self, more):
        """So many more sensors cross their limit."""
        self.raised += more
        self.stage.write("script", "".join(f"{name} {34 if at < self.raised else 20}\n"
            for at, name in enumerate(self.names)))

    def helpers(self):
        return children_of(self.daemon.pid)

    def catch(self, phase, act=lambda link, code: True):
        """A mail that comes to this phase waits there; then comes the reply, or act(link, code)."""
        caught, go_on = threading.Event(), threading.Event()

        def fault(link, code):
            caught.set()
            go_on.wait()
            return act(link, code)

        self.fake.faults[phase] = [fault, 1]
        self.addCleanup(go_on.set)
        return caught, go_on

    def await_caught(self, caught):
        self.assertTrue(caught.wait(LATER_S), "no mail came")

    def await_mails(self, count):
        await_(lambda: len(self.fake.mails) == count, f"{count} mails", LATER_S)

    # ---- what is true at the end ----

    def rows(self):
        """Of mail, by sensor; the events of the database are what has to have come."""
        with self.database() as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            events = dict(database.execute("SELECT seq, source FROM event WHERE kind = ?",
                (RAISE,)).fetchall())
            rows = [Row(*row) for row in database.execute("SELECT seq, state, in_doubt, lead "
                "FROM delivery WHERE channel = ?", (MAIL,)).fetchall()]
        database.close()
        self.assertEqual({row.seq for row in rows} & events.keys(), events.keys())
        return {events[row.seq]: row for row in rows if row.seq in events}

    def check_told(self):
        """Of each alarm once, and once more at most for each attempt that is in doubt."""
        await_(lambda: len(self.fake.mails) >= len(self.names) and
            set(self.names) <= Mails(self.fake).by_source().keys(), "a mail of each alarm", LATER_S)
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "the queue is empty", LATER_S)
        self.manager.await_tables()
        in_doubt = self.manager.cell("envsChannelTable", "inDoubt", MAIL)
        self.daemon.stop_well()
        rows, mails = self.rows(), Mails(self.fake)
        sources = mails.by_source()
        self.assertEqual(sorted(rows), self.names)
        for name, row in rows.items():
            self.assertEqual((row.state, row.lead), (DELIVERED, row.seq), name)
            self.assertEqual(len(sources[name]), 1, name)
            self.assertIn(mails.times[row.seq], range(1, row.in_doubt + 2), name)
        self.assertLessEqual(sum(row.in_doubt for row in rows.values()), in_doubt)
        self.assertLessEqual(mails.repeats(), in_doubt)
        return mails, in_doubt


class Lost(MailTest):
    def test_a_reply_that_is_lost_after_the_dot_costs_one_repeat_and_no_mail(self):
        self.begin(2 * TIMES)
        for round_ in range(TIMES):
            self.fake.fault("dot", ("taken-drop", "taken-reset")[round_ % 2], 1)
            self.wave(2)
            await_(lambda: self.fake.faults["dot"][1] == 0, "the dot of a mail", LATER_S)
        mails, in_doubt = self.check_told()
        self.assertEqual((in_doubt, mails.repeats()), (TIMES, TIMES))


class Killed(MailTest):
    """Each time in some phase of a mail, before the relay answers or just after."""

    def strike(self, kill, phase, is_answered, is_taken):
        """What happens instead of a reply."""
        def act(link, code):
            if phase == "dot" and (is_taken or is_answered):
                link.server.keep(link.mail)
            if is_answered:
                link.send(b"%d as you like\r\n" % code)
            kill()
            struck.set()
            if is_answered:
                raise Closed
            fault_silence(link, code)  # whoever still waits for it does so for long

        struck = threading.Event()
        self.catch(phase, act)[1].set()
        return struck

    def kill_daemon(self):
        """Its helper does not outlive it, whatever it waits for."""
        helpers = self.helpers()
        self.daemon.kill()
        await_(lambda: not any(is_alive(pid) for pid in helpers), "no helper is left")

    def kill_helper(self):
        helper, = self.helpers()
        os.kill(helper, signal.SIGKILL)

    def test_by_kill_9_as_it_sends_daemon_and_helper_lose_nothing(self):
        luck = random.Random(SEED)
        self.begin(2 * TIMES * 2)
        for round_ in range(2 * TIMES):
            is_daemon = round_ % 2 == 0
            struck = self.strike(self.kill_daemon if is_daemon else self.kill_helper,
                luck.choice(PHASES), luck.random() < 0.5, luck.random() < 0.5)
            self.wave(2)
            self.await_caught(struck)
            if is_daemon:
                self.start(wait=False)
        self.daemon.await_master()
        self.check_told()


class Hung(MailTest):
    """A mail is on its way and does not arrive; everything else goes on meanwhile."""

    poll_interval = "50ms"

    def begin_with_switch(self):
        """A helper that never says a word as long as there is the file NAME.mute."""
        script = self.stage.write("helper", f"""#!/bin/sh
test -e "$0.mute" && exec sleep 3600
exec {HELPER}
""")
        os.chmod(script, stat.S_IRWXU)
        self.begin(4, script)
        return script

    def check_rest(self):
        """Samples come, and managers are answered."""
        await_(self.helpers, "a helper")
        before, mails = self.manager.rows("envsSensorTable"), len(self.fake.mails)
        await_(lambda: self.manager.cell("envsSensorTable", "reads", 1) >= before[1].reads + 10,
            "more samples")
        after = self.manager.rows("envsSensorTable")
        self.assertEqual([(row.name, row.quality) for row in after.values()],
            [(row.name, row.quality) for row in before.values()])
        self.assertIn(SENDING, [row.state for row in
            self.manager.rows("envsDeliveryTable").values() if row.channel == MAIL])
        self.assertEqual(len(self.fake.mails), mails)

    def test_a_relay_or_helper_that_hangs_holds_nothing_else_up(self):
        script = self.begin_with_switch()
        for at, phase in enumerate(("greeting", "mail"), 1):  # a relay that is silent
            caught, go_on = self.catch(phase)
            self.wave(1)
            self.await_caught(caught)
            self.check_rest()
            go_on.set()
            self.await_mails(at)
        caught, go_on = self.catch("rcpt")  # a helper that stands still
        self.wave(1)
        self.await_caught(caught)
        helper, = self.helpers()
        os.kill(helper, signal.SIGSTOP)
        go_on.set()
        self.check_rest()
        os.kill(helper, signal.SIGCONT)
        self.await_mails(3)
        await_(lambda: not self.helpers(), "the helper is done")
        mute = self.stage.write("helper.mute", "")
        self.wave(1)
        self.check_rest()
        self.assertNotEqual(self.helpers(), [helper])
        os.unlink(mute)
        os.kill(self.helpers()[0], signal.SIGKILL)
        self.await_mails(4)
        self.assertEqual(self.check_told()[1], 0)


class Stopped(MailTest):
    """SIGTERM with a mail in hand."""

    def stop(self, then=lambda: None):
        """Of what it has started nothing is left."""
        helpers = self.helpers()
        self.assertTrue(helpers)
        self.daemon.signal(signal.SIGTERM)
        self.daemon.await_log("stopping on")
        then()
        self.assertEqual(self.daemon.popen.wait(harness.STOP_S), 0)
        await_(lambda: not [pid for pid in helpers if is_alive(pid)], "no helper is left")

    def stop_with_a_mail_that_ends(self):
        """False: not in the 2.5 s that the daemon gives it, which a busy machine may miss; then
        it is in doubt, and comes again."""
        caught, go_on = self.catch("dot")
        self.wave(1)
        self.await_caught(caught)
        self.stop(go_on.set)
        row = self.rows()[self.names[self.raised - 1]]
        self.start()
        self.await_told()
        return (row.state, row.in_doubt) == (DELIVERED, 0)

    def await_told(self):
        told = set(self.names[:self.raised])
        await_(lambda: told <= Mails(self.fake).by_source().keys(), f"mails of {told}", LATER_S)
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "the queue is empty", LATER_S)

    def test_a_mail_in_hand_is_ended_and_what_cannot_be_comes_after_the_next_start(self):
        self.begin(TRIES + 2)
        ends = []
        while not any(ends) and len(ends) < TRIES:
            ends.append(self.stop_with_a_mail_that_ends())
        self.assertTrue(ends[-1], ends)
        caught, go_on = self.catch("greeting", fault_silence)
        self.wave(1)
        self.await_caught(caught)
        self.stop(go_on.set)
        self.start()
        self.await_told()
        mails = len(self.fake.mails)
        caught, go_on = self.catch("dot", fault_silence)
        self.wave(1)
        self.await_caught(caught)
        helper, = self.helpers()
        os.kill(helper, signal.SIGSTOP)
        self.stop(go_on.set)
        self.assertEqual(len(self.fake.mails), mails)
        self.start()
        self.wave(len(self.names) - self.raised)
        self.assertEqual(self.check_told()[1], len(ends))


if __name__ == "__main__":
    harness.main()
