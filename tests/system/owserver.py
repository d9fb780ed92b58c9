# SPDX-License-Identifier: BSD-2-Clause
"""A real owserver with devices of its own invention (--tester, --fake)."""
import shutil
import socket

import harness
from harness import await_, free_tcp_port

OWSERVER = shutil.which("owserver", path=harness.SYSTEM_PATH)


class Owserver(harness.Process):
    """`port` stays the same over a restart."""

    def __init__(self, stage, *arguments, port=None, name="owserver"):
        for attempt in range(5):
            self.port = port or free_tcp_port()
            super().__init__(stage, name, [OWSERVER, "--foreground", "-p",
                f"127.0.0.1:{self.port}", *arguments])
            # it ends if somebody else took the port in between
            await_(lambda: self.is_listening() or not self.is_running(), "owserver listens")
            if self.is_running():
                return
            if port is not None:
                break
        raise AssertionError(f"owserver does not start on port {self.port} (try {attempt})")

    def is_listening(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connections(self):
        """Those to its port that are established, seen from the far end."""
        far = f"0100007F:{self.port:04X}"
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return [row[1] for row in rows if row[2] == far and row[3] == "01"]
