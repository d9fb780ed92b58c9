# SPDX-License-Identifier: BSD-2-Clause
"""What the monitoring systems look at: a rack of four sensors that a script moves."""
from harness import FAULT, GOOD, await_, bus, sensor

AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1}


class Rack:
    """The agent knows SNMPv3, too; `more` is configuration of it."""

    def __init__(self, stage, more=""):
        self.stage = stage
        self.script()
        sensors = [
            sensor("Rack A inlet", "rack", "inlet", low_critical=5, low_warning=10,
                high_warning=27, high_critical=32, **AT_ONCE),
            sensor("Rack A outlet", "rack", "outlet", high_critical=45, **AT_ONCE),
            sensor("Room", "rack", "humidity", quantity="humidity", **AT_ONCE),
            sensor("Door", "rack", "door", quantity="contact", high_critical=1, **AT_ONCE),
        ]
        self.config = bus("rack", "sim", stage.path("script")) + "".join(sensors)
        stage.snmpd("createUser monitor SHA authenticate AES encipherment\n"
            "rouser monitor priv\n" + more)
        self.start()

    def script(self, **words):
        words = {"inlet": "21.5", "outlet": "-3.5", "humidity": "45", "door": "0", **words}
        self.stage.write("script",
            "".join(f"{name} {word}\n" for name, word in words.items()))

    def start(self):
        self.daemon = self.stage.daemon(self.config)
        self.daemon.await_master()
        self.stage.manager.await_tables()
        self.stage.manager.await_sensor("Door", quality=GOOD)

    def stop(self):
        self.daemon.stop_well()

    def index(self, name="Rack A inlet"):
        return self.stage.manager.named()[name].index

    def break_inlet(self):
        """The first sensor goes into fault."""
        self.script(inlet="deviceError")
        self.stage.manager.await_sensor("Rack A inlet", quality=FAULT)

    def await_severity(self, severity, name="Rack A inlet"):
        """Until the agent says so: what a monitoring system sees later is its own affair."""
        await_(lambda: self.stage.manager.named()[name].severity == severity,
            f"severity {severity} of {name}")
