# SPDX-License-Identifier: BSD-2-Clause
"""A place where a test may mount, or has a network of its own, which nobody else sees."""
import os
import subprocess
import sys

INSIDE = "ENVSENSOR_TEST_HAS_NAMESPACE"


def run_inside(*kinds):
    """Starts the file of the test again, there, if it is not there yet; else it is skipped."""
    if INSIDE in os.environ:
        return
    unshare = ["unshare", "--map-root-user", *("--" + kind for kind in kinds)]
    try:
        subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], check=True,
            capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"skipped: no namespace may be made here ({' '.join(unshare)})")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])
