#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The mailer over the real helper: mails arrive, and whatever fails is a result."""
import errno
import os
import queue
import signal
import stat
import subprocess
import tempfile
import threading
import unittest

from harness import BUILD, IS_LONG, WAIT_S, await_
from smtp_helper import Certificates, PASSWORD, PROGRAM, SmtpFake, USER, children_of, main

DRIVE = os.path.join(BUILD, "tests/tools/mailer-drive")
DONE, TEMPORARY, CONFIGURATION, PERMANENT, IN_DOUBT = range(5)
KILLS = 200 if IS_LONG else 20
OPS = "ops@example.org"
NO_RELAY = 99
STOP = "stop 600000"  # more than it needs


class Mailer:
    """A run of mailer-drive; its lines wait in a queue."""

    def __init__(self, program=PROGRAM):
        self.popen = subprocess.Popen([DRIVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=dict(os.environ, ENVSENSORD_SMTP=program))
        self.lines, self.log = queue.Queue(), []
        for stream, take in ((self.popen.stdout, self.lines.put),
                (self.popen.stderr, self.log.append)):
            threading.Thread(target=lambda stream=stream, take=take:
                [take(line.rstrip("\n")) for line in stream], daemon=True).start()

    def tell(self, *lines):
        for line in lines:
            self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def relay(self, port, index=1, mails=20, **settings):
        words = dict(dict(timeout=60000, deadline=600000), port=port, **settings)
        self.tell(f"relay {index} " + " ".join(f"{key.replace('_', '-')}={value}"
            for key, value in words.items()), f"mails {mails}", "apply")

    def line(self, verb):
        """The next line of this kind, without the verb."""
        while True:
            line = self.lines.get(timeout=WAIT_S) + " "
            if line.startswith(verb + " "):
                return line[len(verb) + 1:-1]

    def outcome(self):
        """(mail, result, class), code, relay, words"""
        mail, result, kind, code, relay, *words = self.line("outcome").split(" ")
        return (int(mail), result, int(kind)), int(code), relay, " ".join(words)

    def children(self):
        """Processes that it has started and that are not reaped."""
        return children_of(self.popen.pid)

    def helper(self):
        return await_(self.children, "a helper runs")[0]

    def await_obeyed(self):
        """All that it was told so far.  What it says meanwhile is not looked at."""
        self.tell(f"check 1 {NO_RELAY}")
        self.line(f"checked {NO_RELAY}")

    def close(self):
        self.popen.stdin.close()
        self.popen.wait(WAIT_S)


class MailerTest(unittest.TestCase):
    def fake(self, **more):
        fake = SmtpFake(**more)
        self.addCleanup(fake.stop)
        return fake

    def mailer(self, *program):
        mailer = Mailer(*program)
        self.addCleanup(mailer.close)
        return mailer

    def script(self, text):
        folder = tempfile.TemporaryDirectory(prefix="envs-")
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "program")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(path, stat.S_IRWXU)
        return path

    def hold(self, fake):
        """Its first connection waits for the event to be greeted."""
        go_on = threading.Event()
        fake.faults["greeting"] = [lambda link, code: go_on.wait(), 1]
        self.addCleanup(go_on.set)
        return go_on

    def pair(self, **settings):
        fake, mailer = self.fake(), self.mailer()
        mailer.relay(fake.port, **settings)
        return fake, mailer


class Mails(MailerTest):
    def test_arrive_and_share_a_connection(self):
        fake, mailer = self.pair(mails=4)
        go_on = self.hold(fake)
        mailer.tell(*(f"mail {n} 1 {OPS}" for n in range(1, 11)))
        mailer.await_obeyed()  # one that waits is not told of a mail that comes too late for it
        go_on.set()
        for n in range(1, 11):
            what, code, relay, _ = mailer.outcome()
            self.assertEqual((what, code, relay), ((n, "ok", DONE), 250, "127.0.0.1"))
        self.assertEqual([mail[2].split(b"\r\n")[1] for mail in fake.mails],
            [b"Subject: mail %d" % n for n in range(1, 11)])
        self.assertEqual(fake.connections, 3)

    def test_each_attempt_is_a_line_of_the_log(self):
        fake, mailer = self.pair()
        fake.replies["rcpt"] = "550 5.1.1 nobody here"
        mailer.tell(f"mail 1 1 {OPS}")
        self.assertEqual(mailer.outcome()[0], (1, "recipientInvalid", PERMANENT))
        await_(lambda: mailer.log, "it logs")
        self.assertRegex(mailer.log[0], "^mailer-drive: warning: mail to ops@example.org by "
            r"127.0.0.1: recipientInvalid at rcpt in \d+ ms \(.*\): 550 5.1.1 nobody here; it is "
            "given up$")

    def test_recipients_end_each_in_its_own_way(self):
        fake, mailer = self.pair()
        fake.fault("rcpt", "4xx", 1)
        mailer.tell(f"mail 1 1 later@example.org {OPS}")
        self.assertEqual(mailer.outcome()[0], (1, "recipientUnavailable", TEMPORARY))
        self.assertEqual(mailer.outcome()[0], (1, "ok", DONE))
        self.assertEqual(len(fake.mails[0][1]), 1)
        self.assertIn(f"<{OPS}>", fake.mails[0][1][0])

    def test_two_relays_do_not_wait_for_each_other(self):
        slow, fast, mailer = self.fake(), self.fake(), self.mailer()
        slow.fault("greeting", "silence")
        mailer.tell(f"relay 1 port={slow.port} timeout=600000 deadline=600000")
        mailer.relay(fast.port, index=2)
        mailer.tell(f"mail 1 1 {OPS}", f"mail 2 2 {OPS}")
        self.assertEqual(mailer.outcome()[0], (2, "ok", DONE))

    def test_none_goes_before_the_engine_says_so(self):
        for answer, result, words in (("no", "internalError", "could not be stored"),
                ("full", "internalError", "cannot be stored now"),
                ("stale", "timeout", "not true any more")):
            with self.subTest(answer=answer):
                fake, mailer = self.pair()
                mailer.tell("answer " + answer, f"mail 1 1 {OPS}")
                what, _, _, text = mailer.outcome()
                self.assertEqual(what, (1, result, TEMPORARY))
                self.assertIn(words, text)
                mailer.tell("answer yes", f"mail 2 1 {OPS}")
                self.assertEqual(mailer.outcome()[0], (2, "ok", DONE))
                self.assertEqual(len(fake.mails), 1)

    def leaving(self, times):
        """A helper whose relay leaves, so many times, as a mail is on its way to it."""
        return self.script(f"""
if ! mkdir "$0.1" 2>/dev/null && {{ test {times} = 1 || ! mkdir "$0.2" 2>/dev/null; }}
then exec {PROGRAM}
fi
read relay; echo connected; read message; echo end
""")

    def test_one_that_is_stored_as_in_doubt_goes_without_asking(self):
        fake, mailer = self.pair()
        go_on = self.hold(fake)
        mailer.tell("answer never", "stored yes", f"mail 1 1 {OPS}", f"mail 2 1 {OPS}")
        mailer.await_obeyed()
        go_on.set()
        self.assertEqual([mailer.outcome()[0] for _ in range(2)], [(1, "ok", DONE),
            (2, "ok", DONE)])
        self.assertEqual((len(fake.mails), fake.connections), (2, 1))

    def test_one_that_had_to_wait_for_long_asks_all_the_same(self):
        fake, mailer = self.pair()
        mailer.tell("answer stale", "stored old", f"mail 1 1 {OPS}")
        self.assertEqual(mailer.outcome()[0], (1, "timeout", TEMPORARY))
        mailer.tell("answer yes", f"mail 2 1 {OPS}")
        self.assertEqual(mailer.outcome()[0], (2, "ok", DONE))
        self.assertEqual(len(fake.mails), 1)

    def test_one_that_meets_a_relay_that_is_leaving_goes_by_a_new_connection(self):
        for times, result in ((1, ("ok", DONE)), (2, ("serverNotReady", TEMPORARY))):
            with self.subTest(times=times):
                fake, mailer = self.fake(), self.mailer(self.leaving(times))
                mailer.relay(fake.port)
                mailer.tell(f"mail 1 1 {OPS}")
                self.assertEqual(mailer.outcome()[0], (1, *result))
                mailer.tell(f"mail 2 1 {OPS}")
                self.assertEqual(mailer.outcome()[0], (2, "ok", DONE))

    def test_a_relay_that_leaves_at_once_is_not_called_for_ever(self):
        mailer = self.mailer(self.script("printf 'connected\\nend\\n'\n"))
        mailer.relay(9)
        mailer.tell(f"mail 1 1 {OPS}")
        self.assertEqual(mailer.outcome()[0], (1, "serverNotReady", TEMPORARY))
        mailer.tell("check 1 1")
        self.assertRegex(mailer.line("checked"), f"^1 serverNotReady {TEMPORARY} ")

    def test_a_new_configuration_is_a_new_connection(self):
        fake, mailer = self.pair()
        other = self.fake()
        mailer.tell(f"mail 1 1 {OPS}")
        mailer.outcome()
        mailer.relay(other.port)
        mailer.tell(f"mail 2 1 {OPS}")
        self.assertEqual(mailer.outcome()[0], (2, "ok", DONE))
        self.assertEqual((len(fake.mails), len(other.mails)), (1, 1))

    def test_a_relay_that_is_not_there_any_more_has_a_result(self):
        mailer = self.pair()[1]
        mailer.tell(f"mail 1 7 {OPS}")
        self.assertEqual(mailer.outcome()[0], (1, "internalError", TEMPORARY))


class Checks(MailerTest):
    def test_say_how_the_way_is(self):
        fake, mailer = self.pair()
        mailer.tell("check 1 1")
        self.assertEqual(mailer.line("checked"), f"1 ok {DONE} -1 ")
        self.assertFalse([line for line in fake.commands if line.startswith("MAIL")])
        self.assertEqual(fake.mails, [])

    def test_say_what_is_wrong_with_it(self):
        fake, mailer = self.pair()
        fake.replies["greeting"] = "554 5.3.2 go away"
        mailer.tell("check 1 1")
        self.assertRegex(mailer.line("checked"), f"^1 serverNotReady {TEMPORARY} -1 .*go away")

    def test_tell_how_long_the_certificate_lasts(self):
        folder = tempfile.TemporaryDirectory(prefix="envs-")
        self.addCleanup(folder.cleanup)
        certificates = Certificates(folder.name)
        for name, want in (("good", "^1 ok 0 (39|40) $"),
                ("other", "^1 certificateInvalid [12] (39|40) .*mismatch")):
            for job in ("check 1 1", f"mail 1 1 {OPS}"):
                with self.subTest(name=name, job=job):
                    fake = self.fake(security="tls", context=certificates.context(name))
                    mailer = self.mailer()
                    mailer.relay(fake.port, security=1, ca_file=certificates.ca)
                    mailer.tell(job)
                    self.assertRegex(mailer.line("checked"), want)

class Failures(MailerTest):
    def test_a_helper_killed_while_it_sends_is_a_result_and_the_next_goes(self):
        fake, mailer = self.pair()
        for n in range(1, 2 * KILLS, 2):
            before = len(fake.mails)
            mailer.tell("answer never", f"mail {n} 1 {OPS}")
            mailer.line("asked")
            os.kill(mailer.helper(), signal.SIGKILL)
            what, _, _, text = mailer.outcome()
            self.assertEqual(what, (n, "internalError", TEMPORARY))
            self.assertEqual(text, "envsensord-smtp: killed by signal 9")
            mailer.tell("answer yes", f"mail {n + 1} 1 {OPS}")
            self.assertEqual(mailer.outcome()[0], (n + 1, "ok", DONE))
            self.assertEqual(len(fake.mails), before + 1)

    def test_a_helper_killed_behind_the_dot_leaves_a_doubt(self):
        fake, mailer = self.pair()
        fake.fault("dot", "silence")
        mailer.tell(f"mail 1 1 {OPS}")
        mailer.line("asked")
        await_(lambda: b"It is warm" in fake.clear and fake.clear.endswith(b"\r\n.\r\n"), "a dot")
        os.kill(mailer.helper(), signal.SIGKILL)
        self.assertEqual(mailer.outcome()[0], (1, "internalError", IN_DOUBT))

    def hang(self, fault):
        """In time for the deadline, which a busy machine must not miss."""
        fake, mailer = self.fake(), self.mailer()
        mailer.relay(fake.port, deadline=10000)
        mailer.tell("answer " + ("yes" if fault else "never"))
        if fault:
            fake.fault(fault, "silence")
        mailer.tell(f"mail 1 1 {OPS}")
        mailer.line("asked")
        if fault:
            await_(lambda: fake.clear.endswith(b"\r\n.\r\n"), "a dot")
        os.kill(mailer.helper(), signal.SIGSTOP)
        return mailer

    def test_a_helper_that_hangs_is_killed_at_the_deadline(self):
        wanted = {None: ("timeout", TEMPORARY), "dot": ("dataNotFinished", IN_DOUBT)}
        hung = {fault: self.hang(fault) for fault in wanted}
        for fault, mailer in hung.items():
            with self.subTest(fault=fault):
                self.assertEqual(mailer.outcome()[0], (1, *wanted[fault]))
                await_(lambda mailer=mailer: not mailer.children(), "it is reaped")

    def test_a_helper_that_cannot_be_started_is_a_result(self):
        for program, words in (("/nowhere/envsensord-smtp", "cannot be started: No such file"),
                (self.script("exit 3\n"), "exit status 3"),
                (self.script("echo what is this; sleep 600\n"), "makes no sense"),
                (self.script("echo connected; echo final 99; sleep 600\n"), "makes no sense")):
            with self.subTest(program=program, words=words):
                mailer = self.mailer(program)
                mailer.relay(9)
                mailer.tell(f"mail 1 1 {OPS}")
                what, _, _, text = mailer.outcome()
                self.assertEqual(what, (1, "internalError", TEMPORARY))
                self.assertIn(words, text)
                await_(lambda mailer=mailer: not mailer.children(), "it is reaped")

    def test_all_that_wait_for_a_relay_that_fails_cost_one_connection(self):
        fake, mailer = self.pair()
        fake.fault("ehlo", "silence")
        mailer.tell(f"mail 1 1 {OPS}")
        await_(lambda: fake.commands, "a connection")
        mailer.tell(f"mail 2 1 {OPS}", f"mail 3 1 {OPS}", "relay 9 port=9", "apply",
            f"mail 4 9 {OPS}")
        self.assertEqual(mailer.outcome()[0][0], 4)  # so these have come to the mailer, too
        fake.links[0].leave(b"")
        for n in (1, 2, 3):
            self.assertEqual(mailer.outcome()[0], (n, "heloRejected", TEMPORARY))
        self.assertEqual(fake.connections, 1)


class Tokens(MailerTest):
    def send(self, command, **more):
        fake = self.fake(user=(USER, PASSWORD))
        mailer = self.mailer()
        mailer.relay(fake.port, auth=4, user=USER, token_command=command.replace(" ", "+"), **more)
        mailer.tell(f"mail 1 1 {OPS}")
        return fake, mailer.outcome()

    def test_come_from_a_command_that_no_shell_sees(self):
        command = self.script("""test "$*" = "a;b '\\$HOME'" || exit 9\necho '%s'\n""" % PASSWORD)
        fake, (what, _, _, text) = self.send(command + " a;b '$HOME'")
        self.assertEqual(what, (1, "ok", DONE), text)
        self.assertIn("AUTH XOAUTH2", " ".join(fake.commands))

    def test_that_do_not_come_are_a_result(self):
        for script, words in (("exit 4", "no token: exit status 4"),
                ("exit 0", "no token: exit status 0"),
                ("head -c 9000 /dev/zero | tr '\\0' a", "no token: exit status 0"),
                ("echo half; kill -9 $$", "no token: killed by signal 9"),
                ("sleep 600", "no token: killed at its deadline")):
            with self.subTest(script=script):
                more = {"deadline": 1000} if "sleep" in script else {}
                fake, (what, _, _, text) = self.send(self.script(script), **more)
                self.assertEqual(what, (1, "internalError", TEMPORARY))
                self.assertEqual(fake.connections, 0)
                self.assertIn(words, text)


class Stop(MailerTest):
    def test_lets_the_mail_in_hand_end(self):
        fake, mailer = self.pair()
        mailer.tell(f"mail 1 1 {OPS}")
        mailer.line("asked")
        mailer.tell(STOP)
        self.assertEqual(mailer.outcome()[0], (1, "ok", DONE))
        self.assertEqual(mailer.line("stopped"), "0")
        self.assertEqual(len(fake.mails), 1)

    def test_does_not_send_what_nobody_has_allowed(self):
        fake, mailer = self.pair()
        mailer.tell("answer never", f"mail 1 1 {OPS}")
        mailer.line("asked")
        mailer.tell("stop 3000")
        self.assertIn(int(mailer.line("stopped")), (0, -errno.ETIMEDOUT))
        await_(lambda: not mailer.children(), "the helper is killed")
        self.assertEqual(fake.mails, [])

    def test_is_at_once_when_nothing_is_in_hand(self):
        fake, mailer = self.pair()
        mailer.tell(f"mail 1 1 {OPS}")
        mailer.outcome()
        mailer.tell(STOP)
        self.assertEqual(mailer.line("stopped"), "0")
        await_(lambda: "QUIT" in fake.commands, "QUIT")

    def test_waits_for_no_relay(self):
        fake, mailer = self.pair()
        fake.fault("greeting", "silence")
        mailer.tell(f"mail 1 1 {OPS}")
        await_(lambda: fake.connections, "a connection")
        mailer.tell(STOP)
        self.assertEqual(mailer.line("stopped"), "0")
        self.assertEqual(mailer.children(), [])


if __name__ == "__main__":
    main()
