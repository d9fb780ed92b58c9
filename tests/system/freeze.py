# SPDX-License-Identifier: BSD-2-Clause
"""One thread of a daemon stands still, as behind a disk or driver that hangs; the others go on."""
import contextlib
import ctypes
import os
import unittest

import harness

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000  # __WALL: threads, too

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def trace(request, thread):
    if LIBC.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def thread_named(pid, name):
    """None if there is none; others may end meanwhile."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            with open(f"/proc/{pid}/task/{thread}/comm", encoding="ascii") as comm:
                if comm.read().strip() == name:
                    return int(thread)
    return None


def wait_of(pid, thread):
    """The system call in which it sleeps, as the kernel writes it, or None."""
    folder = f"/proc/{pid}/task/{thread}"
    with open(f"{folder}/syscall", encoding="ascii") as call, \
            open(f"{folder}/stat", encoding="ascii") as stat:
        call = call.read().split()
        state = stat.read().rpartition(")")[2].split()[0]
    return call if state in "St" and len(call) > 3 else None


def freeze_in_wait(pid, thread):
    """Elsewhere it may hold a lock, that of malloc's too, and all others stand still with it."""
    wait = wait_of(pid, thread)
    if wait is None:
        return False
    trace(PTRACE_SEIZE, thread)
    trace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WALL)
    if wait_of(pid, thread) == wait:
        return True
    trace(PTRACE_DETACH, thread)
    return False


@contextlib.contextmanager
def frozen(pid, name):
    thread = harness.await_(lambda: thread_named(pid, name), f"a thread {name}")
    try:
        harness.await_(lambda: freeze_in_wait(pid, thread), f"the thread {name} waits")
    except PermissionError as error:  # to look at it or to stop it
        raise unittest.SkipTest(f"no thread may be stopped here: {error}") from None
    try:
        yield thread
    finally:
        with contextlib.suppress(ProcessLookupError):
            trace(PTRACE_DETACH, thread)


def await_end(thread, seconds):
    """Of a frozen one, by the end of its process, which waits until we have seen that."""
    harness.await_(lambda: os.waitpid(thread, WALL | os.WNOHANG)[0], "the thread ends", seconds)
