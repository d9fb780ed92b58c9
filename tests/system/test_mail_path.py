#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Is the way of mail alive?  Checks, alarms of the path, test mails, signs of life, routes."""
import os
import signal
import stat

import harness
from harness import await_, full_pass_only
from mail_site import (CLEAR, DELIVERED, DELIVERY_NOTIFICATION, EXPIRED, FROM, HEARTBEAT, MAIL, OPS,
    PASSWORD, PATH, PATH_DEGRADED, PATH_DOWN, PATH_FAILED, PATH_OK, PATH_UP, RAISE, RELAY_DOWN,
    RELAY_OK, RELAY_PROBING, REMINDER, ROM, SITE, SNMP, TEST, MailSite, block,
    contact, parse, relay)
from smtp_helper import SmtpFake, main

# EnvsResult
OK, NOT_READY, RECIPIENT_UNAVAILABLE, BAD_PASSWORD, RECIPIENT_INVALID, INTERNAL = (
    0, 2, 5, 11, 12, 24)
TRUE = 1
CHECKS = {"check_interval": "1s", "check_interval_failed": "1s"}


@full_pass_only
class PathTest(MailSite):
    """The relay is a scripted one."""

    def fake(self, **more):
        fake = SmtpFake(**more)
        self.addCleanup(fake.stop)
        return fake

    def begin_secure(self, **more):
        certificates = self.certificates()
        self.server = self.fake(security="tls", context=certificates.context("good"),
            user=(FROM, PASSWORD))
        self.way = {"ca_file": certificates.ca}
        self.begin(relay(self.server.port, **self.way), **more)

    def begin_plain(self, **more):
        self.server = self.fake()
        self.begin(self.plain(), **more)

    def plain(self, server=None):
        return relay((server or self.server).port, host="127.0.0.1", security="none", user="",
            password="")

    def await_quit(self):
        """No connection is left over."""
        def count(word):
            return len([line for line in self.server.commands if line.startswith(word)])
        await_(lambda: count("QUIT") >= count("EHLO"), "the connection ends")

    def arrived(self):
        return [parse(octets) for _, _, octets in self.server.mails]

    def notified(self, kind):
        """Events of that kind of which snmptrapd got a notification with their sentence."""
        told = {row.index: row for row in self.events(kind)}
        return [told[note.seq] for note in self.trapd.received()
            if note.seq in told and note.kind == DELIVERY_NOTIFICATION
            and told[note.seq].text in [varbind.value for varbind in note.varbinds]]

    def mail_rows(self, *kinds):
        """Of the queue: those of channel mail about events of these kinds."""
        seqs = {row.index for row in self.events(*kinds)}
        return [row for row in self.manager.rows("envsDeliveryTable").values()
            if row.channel == MAIL and row.eventSeq in seqs]


class Checks(PathTest):
    def test_walk_the_way_without_a_mail_and_three_failures_are_an_alarm(self):
        self.begin_secure(**CHECKS)
        row = self.await_relay(state=RELAY_OK, lastResult=OK)
        self.await_path(PATH_OK)
        self.assertIn(row.certificateDays, (39, 40))
        self.assertIsNotNone(row.latency)
        self.assertEqual(len(row.lastSuccess), 11)
        self.await_quit()
        self.assertTrue([line for line in self.server.commands if line.startswith("AUTH")])

        self.server.fault("greeting", "421")
        alarm, = self.await_alarm(PATH)
        self.assertGreaterEqual(self.server.taken["greeting"], 3)
        self.assertEqual((alarm.source, alarm.sensor), (b"mail", 0))
        self.await_path(PATH_FAILED)
        row = self.await_relay(lastResult=NOT_READY, lastCode=421)
        self.assertEqual(row.lastText, b"shutting down")
        self.assertIn(row.state, (RELAY_DOWN, RELAY_PROBING))
        event = self.await_event(PATH_DOWN)
        self.assertEqual((event.reason, event.alarmId, event.source),
            (b"serverNotReady", alarm.index, b"mail"))
        self.assertTrue(event.text.endswith(b": 421 shutting down."), event.text)
        await_(lambda: self.notified(PATH_DOWN), "its notification")

        # a restart tells nothing new
        self.daemon.signal(signal.SIGKILL)
        self.daemon.popen.wait()
        tries = self.server.connections
        self.daemon = self.stage.daemon(self.config(relay(self.server.port, **self.way), **CHECKS))
        self.daemon.await_master()
        await_(lambda: self.server.connections >= tries + 2, "it is checked again")
        self.await_tables()
        self.assertEqual([row.index for row in self.alarms(PATH)], [alarm.index])

        self.server.faults.clear()
        self.assertEqual(self.await_event(PATH_UP).alarmId, alarm.index)
        await_(lambda: self.notified(PATH_UP), "the notification of its end")
        self.assertEqual(self.alarms(PATH), [])
        self.await_path(PATH_OK)
        self.assertEqual(len(self.events(PATH_DOWN, PATH_UP)), 2)
        self.check_nothing_was_mailed()

    def check_nothing_was_mailed(self):
        self.assertEqual(self.mail_rows(PATH_DOWN, PATH_UP), [])
        self.assertEqual(self.server.mails, [])
        self.assertFalse([line for line in self.server.commands if line.startswith("MAIL")])

    def test_a_refused_password_is_told_at_once_and_mail_waits_for_the_right_one(self):
        self.begin_secure()
        self.await_relay(state=RELAY_OK)
        self.await_quit()
        self.server.user = (FROM, "another")
        self.tree.put(ROM, 34200)
        event = self.await_event(PATH_DOWN)
        self.assertEqual(event.reason, b"badPassword")
        self.assertTrue(event.text.endswith(b": 535 authentication failed."), event.text)
        await_(lambda: self.notified(PATH_DOWN), "its notification")
        self.await_relay(state=RELAY_DOWN, lastResult=BAD_PASSWORD, lastCode=535)
        row, = self.mail_rows(RAISE)
        self.assertEqual((row.attempts, row.result, row.code), (1, BAD_PASSWORD, 535))
        # a person who tries gets an answer, however long the relay is left alone
        tries = self.server.connections
        self.assertEqual(self.send_test(), (BAD_PASSWORD, "authentication failed"))
        self.assertEqual(self.server.connections, tries + 1)

        self.server.user = (FROM, "another one")
        self.reload(relay(self.server.port, **{**self.way, "password": "another one"}))
        mail, = self.await_mail("inlet 34.2 °C")
        self.assertEqual(mail["To"], OPS)
        await_(lambda: self.notified(PATH_UP), "the notification of its end")
        self.assertEqual(self.mail_rows(PATH_DOWN, PATH_UP), [])
        self.assertEqual(len(self.arrived()), 1)

    def test_a_second_relay_that_works_is_a_way(self):
        self.begin_plain()
        other = self.fake()
        self.await_relay(state=RELAY_OK)
        self.server.fault("greeting", "421")
        self.reload(self.plain(), self.plain(other), fallback_after=0,
            **CHECKS)
        self.await_relay(2, state=RELAY_OK)
        self.await_path(PATH_DEGRADED)
        self.tree.put(ROM, 34200)
        await_(lambda: other.mails, "the mail by the other relay")
        self.assertEqual(self.events(PATH_DOWN), [])


class Master(PathTest):
    def test_a_missing_master_agent_is_told_by_mail_and_its_end_too(self):
        self.begin_plain()
        self.reload(self.plain(), delivery={"down-after": "3s"})
        self.stage.master.stop()
        down, = self.await_mail("SNMP master agent unreachable")
        self.assertEqual(down["Subject"], f"[WARNING] {SITE}: SNMP master agent unreachable")
        self.assertEqual(down["To"], OPS)
        self.stage.snmpd()
        up, = self.await_mail("SNMP master agent reachable again")
        self.assertEqual(up["References"], down["Message-ID"])
        self.daemon.await_master(2)
        event = self.await_event(PATH_UP)
        down_event = self.await_event(PATH_DOWN)
        self.assertEqual((event.source, down_event.reason), (b"snmp", b"masterUnavailable"))
        await_(lambda: [row.state for row in self.mail_rows(PATH_DOWN, PATH_UP)] == 2 * [DELIVERED],
            "both mails are delivered")
        # what comes behind it is notified: by then it would have been, too
        self.tree.put(ROM, 34200)
        self.trapd.await_seqs([self.await_event(RAISE).index])
        self.assertEqual(self.notified(PATH_DOWN) + self.notified(PATH_UP), [])
        self.assertEqual(len(self.events(PATH_DOWN, PATH_UP)), 2)


class Tests(PathTest):
    contacts = (contact("night"), contact("ops"), contact("gone"))

    def test_show_the_worst_of_all_contacts(self):
        self.begin_plain(contacts=self.contacts)
        self.assertEqual(self.send_test(), (OK, "queued"))
        self.await_mail("test mail", 1)
        (_, recipients, _), = self.server.mails
        self.assertEqual(len(recipients), 3)
        self.server.replies["night@example.org"] = "450 4.2.1 not now"
        self.assertEqual(self.send_test(), (RECIPIENT_UNAVAILABLE, "not now"))
        self.server.replies["gone@example.org"] = "550 5.1.1 no such mailbox"  # that is worse
        self.assertEqual(self.send_test(), (RECIPIENT_INVALID, "no such mailbox"))
        self.assertEqual(self.send_test(2), (OK, "queued"))
        self.assertEqual(len(self.events(TEST)), 4)
        self.trapd.await_seqs([row.index for row in self.events(TEST)])
        sent = {name: row.sent for name, row in self.manager.named("envsContactTable").items()}
        self.assertEqual(sent, {"ops": 4, "night": 1, "gone": 2})

    def test_get_an_answer_while_mails_wait_for_a_relay_that_is_away(self):
        self.begin_plain(contacts=(*self.contacts, block("breaker", failures=1)),
            delivery={"retry-base": "1h", "retry-cap": "1h"}, check_interval=0)
        self.server.fault("greeting", "421")
        self.tree.put(ROM, 34200)
        self.await_relay(state=RELAY_DOWN)
        self.assertEqual(self.send_test(2), (NOT_READY, "shutting down"))
        self.assertEqual([row.attempts for row in self.mail_rows(TEST)], [1])
        self.assertEqual([row.attempts for row in self.mail_rows(RAISE)], [1, 1, 1])

    def test_by_the_command_line(self):
        self.begin_plain()
        done = self.ctl("test-mail", "ops")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.await_mail("test mail")
        self.server.fault("mail", "421")
        done = self.ctl("test-mail")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("shutting down", done.stdout + done.stderr)


class SignsOfLife(PathTest):
    def test_go_to_who_wants_them_and_expire(self):
        life = {"contacts": (contact("ops"), contact("night")), "heartbeat_interval": "1s",
            **CHECKS}
        self.begin_plain(**life)
        beats = self.manager.scalar("heartbeat")
        await_(lambda: self.manager.scalar("heartbeat") > beats + 1, "two seconds")
        self.assertEqual(self.events(HEARTBEAT), [])
        night = self.manager.named("envsContactTable")["night"].index
        self.manager.set_all(("envsContactTable", "heartbeat", night, "i", TRUE))
        mails = self.await_mail("alive", 2)
        self.assertEqual({str(mail["To"]) for mail in mails}, {"night@example.org"})
        self.assertEqual(mails[0]["Subject"], f"[OK] {SITE}: alive, no alarm active")
        self.assertEqual(self.trapd.received()[1:], [])  # agentStart alone: it is for mail only
        self.server.fault("mail", "421")
        self.reload(self.plain(), delivery={"useful-for-test": "1s"}, **life)
        await_(lambda: EXPIRED in [row.state for row in self.mail_rows(HEARTBEAT)], "it expires")
        self.server.faults.clear()
        backlog, = self.await_mail("BACKLOG")[:1]
        self.assertEqual(backlog["To"], "night@example.org")


class Tokens(PathTest):
    def command(self, script):
        path = self.stage.path("token")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path + ".new", stat.S_IRWXU)
        os.rename(path + ".new", path)
        return path

    def test_come_from_a_command_that_may_fail_or_hang(self):
        certificates = self.certificates()
        self.server = self.fake(security="tls", context=certificates.context("good"),
            user=(FROM, "token;$(id)"))
        path = self.command("test \"$1\" = '$HOME;id' && echo 'token;$(id)'\n")

        def way(deadline):
            text = relay(self.server.port, ca_file=certificates.ca, auth="xoauth2", password="",
                deadline=deadline)
            return text.replace("}\n", f"    token-command = '{path} $HOME;id'\n}}\n")

        self.begin(way("60s"), check_interval=0)
        self.assertEqual(self.send_test(), (OK, "queued"))
        self.assertTrue([line for line in self.server.commands
            if line.startswith("AUTH XOAUTH2")])
        for script, deadline, words in (("exit 4", "50s", "no token: exit status 4"),
                ("exec sleep 600", "1s", "no token: killed at its deadline")):
            self.command(script + "\n")
            self.reload(way(deadline), check_interval=0)
            result, text = self.send_test()
            self.assertEqual(result, INTERNAL)
            self.assertIn("token-command: " + words, text)
            self.daemon.await_log("token-command: " + words)
        self.assertNotIn("token;$(id)", self.daemon.log())


class Routes(PathTest):
    sensors = {"inlet": ROM, "cellar": "28-00000000000b"}

    @staticmethod
    def settings(window, reminder, escalation):
        """Each time is long until it is its turn to pass."""
        return {"limits": {"reminder": reminder}, "group_window": window, "contacts": (
            contact("ops"), contact("boss", escalate_after=escalation),
            contact("quiet", clears="false"), contact("cellar", sensors="cel*"),
            contact("fire", min_severity="critical"))}

    def test_who_is_told_what_and_when(self):
        self.begin_plain(**self.settings("1h", "1h", "1h"))
        for rom in self.sensors.values():
            self.tree.put(rom, 28500)
        self.await_event(RAISE, 2)
        self.assertEqual(self.arrived(), [])
        self.reload(self.plain(), **self.settings("1s", "1h", "1h"))
        first = self.await_mail("", to="ops")[0]
        self.assertRegex(first["Subject"], r"^\[WARNING\] .*: (inlet|cellar) 28\.5 °C > 27\.0 °C, "
            "and 1 more$")
        self.assertIn("cellar", first.get_content())
        self.assertEqual(first["To"], "ops@example.org, quiet@example.org")  # the boss: later
        mail, = self.await_mail("", to="cellar")[:1]
        self.assertEqual(mail["Subject"], f"[WARNING] {SITE}: cellar 28.5 °C > 27.0 °C")
        self.reload(self.plain(), **self.settings("1s", "4s", "5s"))
        self.await_event(REMINDER)
        self.await_mail("28.5", 1, to="boss")
        self.await_mail("28.5", 2, to="ops")
        for rom in self.sensors.values():
            self.tree.put(rom, 20000)
        self.await_event(CLEAR, 2)
        self.await_mail("normal", 1, to="ops")
        self.await_mail("normal", 1, to="boss")
        subjects = {name: [str(mail["Subject"]) for mail in self.arrived()
            if name + "@" in mail["To"]] for name in ("quiet", "fire", "cellar")}
        self.assertFalse([text for text in subjects["quiet"] if "normal" in text])
        self.assertFalse([text for text in subjects["cellar"] if "inlet" in text])
        self.assertEqual(subjects["fire"], [])


if __name__ == "__main__":
    main()
