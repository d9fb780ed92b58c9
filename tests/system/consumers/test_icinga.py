#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Icinga 2 with our CheckCommand: active checks, and passive ones by notification."""
import base64
import os
import pwd
import re
import shutil
import subprocess

import consumer
from consumer import CRITICAL, OK, Family, Rack, Receiver, await_, made, read

WAIT_S = 30
STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]

MAIN = """\
include <itl>
include <plugins>
const PluginDir = "{plugins}"
const NodeName = "test"
object CheckerComponent "checker" {{ }}
object ExternalCommandListener "command" {{ command_path = "{folder}/icinga2.cmd" }}
object Endpoint NodeName {{ }}
object Zone "test" {{ endpoints = [ NodeName ] }}
object ApiListener "api" {{ bind_host = "127.0.0.1", bind_port = {port} }}
object ApiUser "test" {{ password = "test", permissions = [ "*" ] }}
object FileLogger "log" {{ severity = "warning", path = "{folder}/icinga2.log" }}
include "{folder}/envsensor.conf"
object Service "told-Rack A inlet" {{
  host_name = "rack1"
  check_command = "passive"
  enable_active_checks = false
  max_check_attempts = 1
}}
"""


class Icinga(Family):
    """With the example in the comment of our file, and each second for a minute."""

    def __init__(self, stage):
        self.port = consumer.harness.free_tcp_port()
        user = "nagios" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        folder = self.make_folder(stage)
        conf = read(made("icinga/envsensor.conf"))
        for old, new in (("/*\n", ""), ("*/\n", ""), ("1m", "1s"), ("192.0.2.10", "127.0.0.1"),
                ('"hostalive"', '"dummy"'), ('vars.envsensor_community',
                f'vars.envsensor_port = "{stage.master.port}"\n  vars.envsensor_community')):
            assert old in conf
            conf = conf.replace(old, new)
        stage.write("icinga/envsensor.conf", conf)
        config = stage.write("icinga/icinga2.conf", MAIN.format(folder=folder, port=self.port,
            plugins=os.path.dirname(made("nagios/check_envsensor"))))
        os.chmod(stage.folder, 0o755)
        if os.getuid() == 0:
            for path, _, files in os.walk(folder):
                for name in ["", *files]:
                    shutil.chown(os.path.join(path, name), user)
        define = {"RunAsUser": user, "RunAsGroup": user, "DataDir": folder + "/data",
            "CacheDir": folder + "/cache", "SpoolDir": folder + "/spool",
            "LogDir": folder, "InitRunDir": folder + "/run", "PidPath": folder + "/pid",
            "VarsPath": folder + "/cache/vars", "ObjectsPath": folder + "/cache/objects",
            "StatePath": folder + "/data/state", "ModAttrPath": folder + "/data/modattr"}
        super().__init__(stage, "icinga2", ["icinga2", "daemon", "-c", config,
            *[word for key, value in define.items()
                for word in ("--define", f"Configuration.{key}={value}")]])

    @staticmethod
    def make_folder(stage):
        for name in ("certs", "data/certs", "data/api/packages", "cache", "spool", "run/cmd"):
            stage.folder_at("icinga/" + name)
        folder = stage.path("icinga")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-keyout", folder + "/data/certs/test.key", "-out",
            folder + "/data/certs/test.crt"], check=True, capture_output=True)
        shutil.copy(folder + "/data/certs/test.crt", folder + "/data/certs/ca.crt")
        return folder

    def service(self, name):
        """(state, text, performance data); None while there is none."""
        word = base64.b64encode(b"test:test").decode()
        found = consumer.fetch_json(f"https://127.0.0.1:{self.port}/v1/objects/services/rack1!"
            + name.replace(" ", "%20"), headers={"Authorization": "Basic " + word,
                "Accept": "application/json"})
        result = found and found["results"][0]["attrs"]["last_check_result"]
        return result and (STATES[int(result["state"])], result["output"],
            result["performance_data"])

    def await_service(self, name, state, text=""):
        await_(lambda: (self.service(name) or [""])[0] == state
            and text in self.service(name)[1],
            f"{name!r} becomes {state} {text!r}, not {self.service(name)}", WAIT_S)


class IcingaTest(consumer.harness.SystemTest):
    def test_active_checks(self):
        rack = Rack(self.stage)
        icinga = Icinga(self.stage)
        inlet = "sensor Rack A inlet"
        icinga.await_service(inlet, "OK", "Rack A inlet 21.500 C")
        self.assertEqual([re.sub(";*$", "", one) for one in icinga.service(inlet)[2]],
            ["'Rack A inlet'=21.500;10.000:27.000;5.000:32.000"])
        for mode in ("alarms", "agent", "buses"):
            icinga.await_service(mode, "OK")
        index = rack.index()
        rack.script(inlet="28")
        icinga.await_service(inlet, "WARNING", "28.000 C (highWarning 27.000)")
        rack.script(inlet="33.1")
        rack.await_severity(CRITICAL)
        icinga.await_service(inlet, "CRITICAL", "33.100 C (highCritical 32.000)")
        icinga.await_service("alarms", "CRITICAL")
        rack.script()
        rack.await_severity(OK)
        icinga.await_service(inlet, "OK")
        icinga.await_service("alarms", "OK")
        rack.break_inlet()
        icinga.await_service(inlet, "UNKNOWN", "no reading (deviceError)")
        rack.script()
        icinga.await_service(inlet, "OK")
        rack.stop()
        for service in (inlet, "alarms", "agent", "buses"):
            icinga.await_service(service, "UNKNOWN", "envsensord is not connected to it")
        rack.start()
        for service in (inlet, "alarms", "agent", "buses"):
            icinga.await_service(service, "OK")
        self.assertEqual(rack.index(), index)

    def test_passive_checks(self):
        Receiver(self.stage, f"{made('snmptrapd/envsensor_passive')} --host rack1 "
            f"--sensor told- {self.stage.path('icinga/icinga2.cmd')}")
        rack = Rack(self.stage)
        icinga = Icinga(self.stage)
        icinga.await_service("agent", "OK")
        service = "told-Rack A inlet"
        rack.script(inlet="33")
        icinga.await_service(service, "CRITICAL", "has reached the critical limit 32.000 C")
        rack.script()
        icinga.await_service(service, "OK", "Rack A inlet is normal again")


if __name__ == "__main__":
    consumer.want("icinga2", "openssl", "snmptrapd")
    consumer.harness.main()
