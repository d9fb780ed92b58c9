#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The three roles of snmpd-views.conf, as users of SNMPv3: who may read, operate and configure."""
import os
import subprocess

import harness
from harness import BUILD, GOOD, bus, sensor
from manager import ONCE, cell_oid

VIEWS = os.path.join(BUILD, "scripts", "snmpd", "snmpd-views.conf")
PHRASE = "a long enough phrase"
ROLES = ("nms", "operator", "admin")
DONE, NO_ACCESS = "", "noAccess"


@harness.full_pass_only
class Views(harness.SystemTest):
    shared = True

    @classmethod
    def set_up_stage(cls):
        with open(VIEWS, encoding="utf-8") as file:
            views = file.read()
        users = "".join(f'createUser {role} SHA-256 "{PHRASE}" AES "{PHRASE}"\n' for role in ROLES)
        cls.stage.snmpd(users + views)
        tree = harness.W1Tree(cls.stage)
        tree.put("28-00000000000a", 41000)
        cls.stage.daemon(bus("attic", "w1", tree.path) + sensor("warm", "attic",
            "28-00000000000a", high_critical=40, on_delay="0s", min_samples=1)).await_master()
        cls.manager.await_tables()
        cls.manager.await_sensor("warm", quality=GOOD)
        harness.await_(lambda: cls.manager.rows("envsAlarmTable"), "an alarm")

    def ask(self, program, user, *words, level="authPriv"):
        options = ["-v", "3", "-l", level, "-u", user, "-a", "SHA-256", "-A", PHRASE, *ONCE]
        if level == "authPriv":
            options += ["-x", "AES", "-X", PHRASE]
        done = subprocess.run([program, *options, "-On", f"127.0.0.1:{self.stage.master.port}",
            *words], env=self.stage.snmp_env(), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        return done.stdout

    def in_time(self, *words):
        """As ask(); None if the engine was held up for too long, and has changed nothing."""
        said = self.ask(*words)
        return None if "commitFailed" in said else said

    def test_all_of_them_read(self):
        for role in ROLES:
            said = self.ask("snmpget", role, cell_oid("envsSensorTable", "name", 1))
            self.assertIn('"warm"', said, role)

    def test_nobody_does_without_privacy(self):
        for role in ROLES:
            said = self.ask("snmpget", role, cell_oid("envsSensorTable", "name", 1),
                level="authNoPriv")
            self.assertNotIn("warm", said, role)

    def test_each_writes_what_its_role_may(self):
        note = (cell_oid("envsAlarmTable", "note", 1), "s", "seen")
        shelve = (cell_oid("envsSensorTable", "shelve", 1), "u", "60")
        limit = (cell_oid("envsSensorTable", "highCritical", 1), "i", "45000")
        interval = (cell_oid("envsBusTable", "pollInterval", 1), "u", "200")
        for role, words, outcome in (
                ("nms", note, NO_ACCESS),
                ("nms", shelve, NO_ACCESS),
                ("nms", limit, NO_ACCESS),
                ("operator", note, DONE),
                ("operator", shelve, DONE),
                ("operator", limit, NO_ACCESS),
                ("operator", interval, NO_ACCESS),
                ("operator", shelve + limit, NO_ACCESS),
                ("admin", note, DONE),
                ("admin", shelve + limit + interval, DONE)):
            said = harness.await_(lambda r=role, w=words: self.in_time("snmpset", r, *w), "a SET")
            self.assertEqual(NO_ACCESS in said, outcome == NO_ACCESS, (role, words, said))
            self.assertEqual("Error" in said, outcome != DONE, (role, words, said))

    def test_envsensorctl_takes_what_snmp_conf_says(self):
        folder = self.stage.folder_at("snmp")
        with open(os.path.join(folder, "snmp.conf"), "w", encoding="utf-8") as conf:
            conf.write("defVersion 3\ndefSecurityLevel authPriv\ndefSecurityName admin\n"
                "defAuthType SHA-256\ndefPrivType AES\n")
        self.addCleanup(os.remove, os.path.join(folder, "snmp.conf"))
        given = ["-A", PHRASE, "-X", PHRASE]
        for user, status, words in (
                ([], 0, "high-critical: "),
                (["-u", "nms"], 1, "does not let this community or user write")):
            done = subprocess.run([os.path.join(BUILD, "envsensorctl"), "-H",
                f"127.0.0.1:{self.stage.master.port}", *ONCE, *given, *user, "set", "warm",
                "high-critical=44"], env=self.stage.snmp_env(), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(words, done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
