#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Nagios Core with our commands and templates: active checks, and passive ones by notification."""
import os
import pwd
import re
import shutil
import stat
import subprocess
import time

import consumer
from consumer import CRITICAL, OK, Family, Rack, Receiver, await_, made, read

WAIT_S = 30
STATES = {"0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}

# A second is what a minute is in earnest.
MAIN = """\
log_file={folder}/nagios.log
cfg_file={commands}
cfg_file={folder}/objects.cfg
resource_file={folder}/resource.cfg
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/results
command_file={folder}/nagios.cmd
query_socket={folder}/nagios.qh
lock_file={folder}/nagios.pid
nagios_user={user}
nagios_group={user}
interval_length=1
status_update_interval=1
check_result_reaper_frequency=1
service_inter_check_delay_method=n
host_inter_check_delay_method=n
check_external_commands=1
accept_passive_service_checks=1
execute_service_checks=1
enable_notifications=1
retain_state_information=0
check_for_updates=0
use_syslog=0
log_passive_checks=1
date_format=iso8601
illegal_macro_output_chars=`~$&|'"<>
"""

OBJECTS = """\
define timeperiod {{
  timeperiod_name 24x7
  alias always
  {days}
}}
define command {{
  command_name note
  command_line /bin/echo "$NOTIFICATIONTYPE$ $SERVICEDESC$ $SERVICESTATE$" >>{folder}/notes
}}
define command {{
  command_name nothing
  command_line /bin/true
}}
define contact {{
  contact_name nagiosadmin
  host_notification_period 24x7
  service_notification_period 24x7
  host_notification_options n
  service_notification_options w,u,c,r
  host_notification_commands nothing
  service_notification_commands note
}}
"""
DAYS = "\n  ".join(f"{day} 00:00-24:00" for day in ("sunday", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday"))


class Nagios(Family):
    """The example that we ship, with the address of the stage's agent."""

    def __init__(self, stage):
        self.user = "nagios" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.folder = stage.folder_at("nagios")
        stage.folder_at("nagios/results")
        os.chmod(stage.folder, 0o755)
        stage.write("nagios/nagios.cfg", MAIN.format(folder=self.folder, user=self.user,
            commands=made("nagios/envsensor.cfg")))
        stage.write("nagios/resource.cfg",
            f"$USER1$={os.path.dirname(made('nagios/check_envsensor'))}\n")
        example = read(made("nagios/example.cfg"))
        for old, new in (("192.0.2.10", "127.0.0.1"), ("-C public", f"-p {stage.master.port}")):
            assert old in example
            example = example.replace(old, new)
        stage.write("nagios/objects.cfg",
            OBJECTS.format(days=DAYS, folder=self.folder) + example)
        config = os.path.join(self.folder, "nagios.cfg")
        if os.getuid() == 0:
            shutil.chown(self.folder, self.user)
            shutil.chown(self.folder + "/results", self.user)
        done = subprocess.run(["nagios4", "-v", config], capture_output=True, text=True,
            check=False)
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        super().__init__(stage, "nagios", ["nagios4", config])

    def service(self, name):
        """(state, text, performance data) of a service; None while there is none."""
        try:
            status = read(os.path.join(self.folder, "status.dat"))
        except OSError:
            return None
        for block in re.findall(r"^servicestatus \{\n(.*?)\n\t\}", status, re.M | re.S):
            cells = dict(line.strip().partition("=")[::2] for line in block.splitlines())
            if cells["service_description"] == name and cells["has_been_checked"] == "1":
                return (STATES[cells["current_state"]], cells["plugin_output"],
                    cells["performance_data"])
        return None

    def await_service(self, name, state, text=""):
        await_(lambda: (self.service(name) or [""])[0] == state
            and text in self.service(name)[1],
            f"{name!r} becomes {state} {text!r}, not {self.service(name)}", WAIT_S)

    def await_command_file(self):
        path = os.path.join(self.folder, "nagios.cmd")
        await_(lambda: os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode),
            "the command file")


class NagiosTest(consumer.harness.SystemTest):
    def test_active_checks(self):
        rack = Rack(self.stage)
        nagios = Nagios(self.stage)
        inlet = "sensor Rack A inlet"
        nagios.await_service(inlet, "OK", "Rack A inlet 21.500 C")
        self.assertEqual(nagios.service(inlet)[2],
            "'Rack A inlet'=21.500;10.000:27.000;5.000:32.000")
        nagios.await_service("environment", "OK")
        nagios.await_service("envsensord", "OK")
        nagios.await_service("buses", "OK", "rack is up")
        index = rack.index()

        rack.script(inlet="28")
        nagios.await_service(inlet, "WARNING", "28.000 C (highWarning 27.000)")
        rack.script(inlet="33.1")
        rack.await_severity(CRITICAL)
        crossed = time.monotonic()
        nagios.await_service(inlet, "CRITICAL", "33.100 C (highCritical 32.000)")
        print(f"a crossing is seen {time.monotonic() - crossed:.1f} s later, asked each second")
        nagios.await_service("environment", "CRITICAL")
        rack.script()
        rack.await_severity(OK)
        nagios.await_service(inlet, "OK")
        nagios.await_service("environment", "OK")

        rack.break_inlet()
        nagios.await_service(inlet, "UNKNOWN", "no reading (deviceError)")
        rack.script()
        nagios.await_service(inlet, "OK")

        rack.stop()
        for service in (inlet, "environment", "envsensord", "buses"):
            nagios.await_service(service, "UNKNOWN", "envsensord is not connected to it")
        rack.start()
        for service in (inlet, "environment", "envsensord", "buses"):
            nagios.await_service(service, "OK")
        self.assertEqual(rack.index(), index)
        await_(lambda: "RECOVERY environment OK" in read(self.stage.path("nagios/notes")),
            "people are told")

    def test_passive_checks(self):
        Receiver(self.stage, f"{made('snmptrapd/envsensor_passive')} "
            f"{self.stage.path('nagios/nagios.cmd')}")
        rack = Rack(self.stage)
        nagios = Nagios(self.stage)
        nagios.await_command_file()
        outlet = "sensor Rack A outlet"
        rack.script(outlet="50")
        nagios.await_service(outlet, "CRITICAL", "has reached the critical limit 45.000 C")
        rack.script()
        nagios.await_service(outlet, "OK", "Rack A outlet is normal again")
        rack.script(outlet="deviceError")
        nagios.await_service(outlet, "UNKNOWN")
        rack.script()
        nagios.await_service(outlet, "OK")


if __name__ == "__main__":
    consumer.want("nagios4", "snmptrapd")
    consumer.harness.main()
