# SPDX-License-Identifier: BSD-2-Clause
"""A receiver of notifications for the system tests: snmptrapd on a port of its own."""
import collections
import os
import re
import shutil
import subprocess
import unittest

from harness import Process, await_, free_udp_port
from manager import BUILD, SYSTEM_PATH, WAIT_S, oid_key, parse_varbinds, root, table_oid

SNMPTRAPD = shutil.which("snmptrapd", path=SYSTEM_PATH)
MIB = "ENVSENSOR-MIB"
USER = ("auditor", "SHA", "authentication", "AES", "privacy phrase")
TRAP_OID = ".1.3.6.1.6.3.1.1.4.1.0"
END = "<<<\n"
ROOM = 4 << 20  # octets of what waits to be read; by default there is some for 166 notifications

# Its number below envsNotifications, its sequence number, and all varbinds but sysUpTime.
Notification = collections.namedtuple("Notification", "kind seq varbinds")


def base_mibs():
    """The folder of the IETF's modules, or None."""
    tool = os.path.join(os.environ.get("ENVSENSOR_SRCDIR", os.path.join(os.path.dirname(
        os.path.realpath(__file__)), "../..")), "scripts/get-base-mibs")
    done = subprocess.run([tool, "--offline"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


class Snmptrapd(Process):
    """`mibs`: the folder of the base modules, to print names; None: numbers."""

    def __init__(self, stage, mibs=None, name="snmptrapd"):
        if SNMPTRAPD is None:
            raise unittest.SkipTest("no snmptrapd here")
        self.port = free_udp_port()
        user, auth, auth_key, privacy, privacy_key = USER
        config = stage.write(name + ".conf", f"""\
[snmp] serverRecvBuf {ROOM}
authCommunity log public
createUser {user} {auth} "{auth_key}" {privacy} "{privacy_key}"
authUser log {user} priv
""")
        names = ["-m", "", "-On", "-Oe", "-Ot", "-Ox"] if mibs is None else \
            ["-M", f"{mibs}:{os.path.join(BUILD, 'mibs')}", "-m", f"{MIB}:SNMPv2-MIB", "-Os"]
        super().__init__(stage, name, [SNMPTRAPD, "-f", "-Lo", "-n", "-C", "-c", config, *names,
            "-F", f"%V\\n%v\\n{END[:-1]}\\n", "-p", stage.path(name + ".pid"),
            f"udp:127.0.0.1:{self.port}"], env=stage.snmp_env())
        self.await_log("NET-SNMP version")
        self.read_to = self.log_begin + await_(
            lambda: re.search("NET-SNMP version.*\n", self.log()), "a whole line").end()
        self.all, self.parsed, self.ours = [], 0, []

    def sinks(self, kind="trap"):
        """The lines of snmpd.conf that send here."""
        user, auth, auth_key, privacy, privacy_key = USER
        return {
            "trap": f"trap2sink 127.0.0.1:{self.port} public\n",
            "inform": f"informsink 127.0.0.1:{self.port} public\n",
            "inform by v3": f"trapsess -Ci -v 3 -l authPriv -u {user} -a {auth} -A {auth_key} "
                f"-x {privacy} -X \"{privacy_key}\" 127.0.0.1:{self.port}\n",
        }[kind]

    def blocks(self):
        """What each consists of, line by line, in the order of arrival."""
        with open(self.log_path, "rb") as log:
            log.seek(self.read_to)
            *new, rest = log.read().split(END.encode())
            self.read_to = log.tell() - len(rest)
        self.all.extend(text.decode(errors="replace").rstrip("\n").split("\n") for text in new)
        return self.all

    def received(self):
        """Those of ours, by number."""
        ours = oid_key(root()) + (0,)
        seq = table_oid("envsEventTable") + ".14."
        for lines in self.blocks()[self.parsed:]:
            self.parsed += 1
            _, trap, *varbinds = parse_varbinds("\n".join(lines))
            if trap.oid != TRAP_OID or oid_key(trap.value)[:-1] != ours:
                continue
            self.ours.append(Notification(oid_key(trap.value)[-1],
                next(varbind.value for varbind in varbinds if varbind.oid.startswith(seq)),
                varbinds))
        return self.ours

    def seqs(self):
        return [notification.seq for notification in self.received()]

    def await_seqs(self, wanted, seconds=WAIT_S):
        """Until each of these has come."""
        def missing():
            return sorted(set(wanted) - set(self.seqs()))
        try:
            await_(lambda: not missing(), "all notifications", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; missing: {missing()[:20]}") from None

    def named(self):
        """Those of ours, by names: the name of each, and [(name, value), ...]."""
        all_ = []
        for lines in self.blocks():
            pairs = [tuple(line.split(" = ", 1)) for line in lines]
            trap = pairs[1][1].removeprefix("OID: ")
            if trap.startswith("envs"):
                all_.append((trap, pairs[2:]))
        return all_
