# SPDX-License-Identifier: BSD-2-Clause
"""What the tests against real monitoring systems share.

They start each as a plain process, without systemd, on free ports of loopback and in the stage's
folder, and skip where it is not installed: `scripts/check --consumers` installs them all.
"""
import glob
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
# pylint: disable=wrong-import-position,unused-import
import harness  # noqa: E402
from harness import BUILD, Process, await_  # noqa: E402,F401
from traps import SNMPTRAPD, USER  # noqa: E402
from rack import Rack  # noqa: E402,F401

SOURCE = os.path.abspath(os.environ.get("ENVSENSOR_SRCDIR",
    os.path.join(os.path.dirname(__file__), "../../..")))
OK, WARNING, CRITICAL, UNKNOWN = 1, 2, 3, 4  # EnvsSeverity


def made(path):
    """A file for monitoring systems, as the build made it or as it is in the tree."""
    built = os.path.join(BUILD, "scripts/monitoring", path)
    return built if os.path.exists(built) else os.path.join(SOURCE, "scripts/monitoring", path)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Family(Process):
    """A program that has children of its own: it ends them, or they go with it."""

    def kill(self):
        if self.is_running():
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(harness.STOP_S)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait()


class Receiver(Process):
    """snmptrapd as the handlers want it; each of `handlers` is a command line.  To be there before
    the master agent, which is told of it."""

    def __init__(self, stage, *handlers, kind="trap"):
        self.port = harness.free_udp_port()
        user, auth, auth_key, privacy, privacy_key = USER
        config = stage.write("receiver.conf", f"""\
authCommunity log,execute,net public
createUser {user} {auth} "{auth_key}" {privacy} "{privacy_key}"
authUser log,execute,net {user} priv
""" + "".join(f"traphandle default {handler}\n" for handler in handlers))
        super().__init__(stage, "receiver", [SNMPTRAPD, "-f", "-Lo", "-n", "-m", "", "-On", "-Oe",
            "-Oq", "-C", "-c", config, "-p", stage.path("receiver.pid"),
            f"udp:127.0.0.1:{self.port}"], env=stage.snmp_env())
        self.await_log("NET-SNMP version")
        stage.sinks = {
            "trap": f"trap2sink 127.0.0.1:{self.port} public\n",
            "inform by v3": f"trapsess -Ci -v 3 -l authPriv -u {user} -a {auth} -A {auth_key} "
                f"-x {privacy} -X \"{privacy_key}\" 127.0.0.1:{self.port}\n",
        }[kind]


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def want(*programs):
    """The test is of no use without these; patterns of paths are found, too."""
    for program in programs:
        if not shutil.which(program, path=harness.SYSTEM_PATH) and not glob.glob(program):
            print(f"skipped: no {program} here")
            sys.exit(1 if os.environ.get("CHECK_CONSUMERS") else 77)


def fetch(url, data=None, headers=None, timeout=30):
    """The text of an answer of 200; None if there is none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError):
        return None


def fetch_json(url, data=None, headers=None):
    text = fetch(url, data, headers)
    return None if text is None else json.loads(text)


def query(url, **words):
    return fetch_json(url + "?" + urllib.parse.urlencode(words))
