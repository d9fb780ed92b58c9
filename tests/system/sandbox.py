#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What systemd would put around the daemon, read from the unit, without systemd.

    sandbox.py UNIT FOLDER STATE [--ids UID,GID,...] COMMAND...

Becomes COMMAND: with FOLDER where it is and nothing else of the temporary and the home folders, all
read-only but STATE; as UID with the groups GID..., if it is root.  The command "probe" tries what
must not be possible, and prints a line for each.  Exit 77: this machine does not allow it.
"""
import ctypes
import errno
import glob
import mmap
import os
import platform
import re
import resource
import socket
import struct
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LONG = ctypes.c_long

CLONE_NEWNS, CLONE_NEWUSER, NAMESPACES = 0x20000, 0x10000000, 0x7E020080
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 2, 4, 0x4000, 0x40000
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442  # the same on each machine
OPEN_TREE_CLONE, AT_RECURSIVE, AT_FDCWD, MOVE_EMPTY_PATH = 1, 0x8000, -100, 4
MOUNT_ATTR_RDONLY = 1
PR_CAPBSET_DROP, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 22, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL, SECCOMP_MODE_FILTER = 4, 2
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# What is taken over here, and what only systemd, or nothing without it, could show.
HONOURED = """AmbientCapabilities CapabilityBoundingSet Group LockPersonality MemoryDenyWriteExecute
    NoNewPrivileges PrivateMounts PrivateTmp PrivateUsers ProtectControlGroups ProtectHome
    ProtectKernelTunables ProtectProc ProtectSystem ReadWritePaths RestrictAddressFamilies
    RestrictNamespaces RestrictSUIDSGID StateDirectory StateDirectoryMode SupplementaryGroups
    SystemCallArchitectures SystemCallErrorNumber SystemCallFilter UMask User""".split()
BY_THE_FILTER = """ProtectClock ProtectHostname ProtectKernelLogs ProtectKernelModules
    RestrictRealtime""".split()  # no call of these is in it
NOT_HERE = """DeviceAllow DevicePolicy ExecReload ExecStart KeyringMode RemoveIPC Restart
    RestartPreventExitStatus RestartSec TimeoutStopSec Type WatchdogSec""".split()


class NotHere(Exception):
    """This machine does not allow it."""


def service(unit):
    """The section [Service]: key, and all its values."""
    found, section = {}, None
    with open(unit, encoding="utf-8") as file:
        for line in file:
            if line.startswith("["):
                section = line.strip()
            elif section == "[Service]" and re.match(r"\w+=", line):
                key, _, value = line.rstrip("\n").partition("=")
                found.setdefault(key, []).append(value)
    return found


def must(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise NotHere(f"{what}: {os.strerror(number)}")
    return result


# ---- system calls ----

def members(name):
    """Of a group of systemd, with those of the groups in it."""
    done = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name],
        capture_output=True, text=True, check=True)
    words = re.findall(r"^    ([@\w-]+)$", done.stdout, re.M)
    return set().union(*(members(word) if word[0] == "@" else {word} for word in words))


def allowed(filters):
    """As systemd.exec(5) says: the first one tells whether it allows; ~ takes away."""
    calls = members("@default")
    for words in filters:
        named = set().union(*(members(word) if word[0] == "@" else {word}
            for word in words.lstrip("~").split()))
        calls = calls - named if words[0] == "~" else calls | named
    return calls


def numbers():
    done = subprocess.run(["cc", "-dM", "-E", "-include", "asm/unistd.h", "-x", "c", "/dev/null"],
        capture_output=True, text=True, check=True)
    return {name: int(number) for name, number in
        re.findall(r"^#define __NR_(\w+) (\d+)$", done.stdout, re.M)}


def load(offset):
    return [(0x20, 0, 0, offset)]


def argument(index):
    return load(16 + 8 * index)  # its lower half, on little-endian machines


def if_equal(value, then):
    return [(0x15, 0, len(then), value & 0xFFFFFFFF)] + then


def if_any_bit(bits, then):
    return [(0x45, 0, len(then), bits)] + then


def mask(bits):
    return [(0x54, 0, 0, bits)]


ALLOW = [(0x06, 0, 0, 0x7FFF0000)]
KILL = [(0x06, 0, 0, 0x80000000)]


def refuse(number):
    return [(0x06, 0, 0, 0x00050000 | number)]


def special_calls(unit):
    """What depends on an argument: by name the instructions, each of which ends with a verdict."""
    denied = refuse(errno.EPERM)
    write_execute = mmap.PROT_WRITE | mmap.PROT_EXEC
    families = sum((if_equal(getattr(socket, name), ALLOW)
        for name in unit["RestrictAddressFamilies"][0].split()), [])
    executable = argument(2) + if_any_bit(mmap.PROT_EXEC, denied) + ALLOW
    return {
        "socket": argument(0) + families + refuse(errno.EAFNOSUPPORT),
        "mmap": argument(2) + mask(write_execute) + if_equal(write_execute, denied) + ALLOW,
        "mprotect": executable,
        "pkey_mprotect": executable,
        "clone": argument(0) + if_any_bit(NAMESPACES, denied) + ALLOW,
        "clone3": refuse(errno.ENOSYS),  # its flags cannot be seen
        "unshare": argument(0) + if_any_bit(NAMESPACES, denied) + ALLOW,
        "setns": denied,
        "chmod": argument(1) + if_any_bit(0o6000, denied) + ALLOW,
        "fchmod": argument(1) + if_any_bit(0o6000, denied) + ALLOW,
        "fchmodat": argument(2) + if_any_bit(0o6000, denied) + ALLOW,
        "personality": argument(0) + if_equal(0, ALLOW) + denied,
    }


def filter_program(unit):
    if platform.machine() not in ARCHITECTURES:
        raise NotHere(f"no filter for {platform.machine()}")
    number = numbers()
    calls = allowed(unit["SystemCallFilter"])
    special = {name: block for name, block in special_calls(unit).items() if name in calls}
    program = load(4) + [(0x15, 1, 0, ARCHITECTURES[platform.machine()])] + KILL + load(0)
    for name, block in special.items():
        if name in number:
            program += if_equal(number[name], block)
    for name in sorted(calls - set(special)):
        if name in number:
            program += if_equal(number[name], ALLOW)
    return program + refuse(getattr(errno, unit["SystemCallErrorNumber"][0]))


def install_filter(program):
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program),
        ctypes.addressof(buffer)))
    must(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0), "seccomp")


# ---- files ----

def mount(source, target, kind, flags, options=None):
    must(LIBC.mount(source, target.encode(), kind, ctypes.c_ulong(flags), options),
        f"mount on {target}")


def set_read_only(path, is_so, recursive):
    attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY * is_so, MOUNT_ATTR_RDONLY * (not is_so),
        0, 0)
    must(LIBC.syscall(LONG(MOUNT_SETATTR), LONG(AT_FDCWD), path.encode(),
        LONG(AT_RECURSIVE * recursive), attributes, LONG(len(attributes))), "mount_setattr")


def clone_of(path):
    return must(LIBC.syscall(LONG(OPEN_TREE), LONG(AT_FDCWD), path.encode(),
        LONG(OPEN_TREE_CLONE | os.O_CLOEXEC | AT_RECURSIVE)), "open_tree")


def put(tree, path):
    os.makedirs(path, exist_ok=True)
    must(LIBC.syscall(LONG(MOVE_MOUNT), LONG(tree), b"", LONG(AT_FDCWD), path.encode(),
        LONG(MOVE_EMPTY_PATH)), "move_mount")
    os.close(tree)


def hide(path, mode):
    if os.path.isdir(path):
        mount(b"tmpfs", path, b"tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode}".encode())


def shut_in(folder, state, is_root):
    """ProtectSystem, ProtectHome, PrivateTmp, ProtectProc."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    kept, ours = clone_of(folder), clone_of(state)
    for path in ("/tmp", "/var/tmp", "/home", "/root", "/run/user"):
        hide(path, "755")  # a folder that is kept may lie in any
    if is_root:  # a new one belongs to a namespace of processes
        mount(b"proc", "/proc", b"proc", MS_NOSUID | MS_NODEV, b"hidepid=invisible")
    put(kept, folder)
    put(ours, state)
    set_read_only("/", True, True)
    set_read_only(state, False, False)


# ---- user ----

class UserMap:
    """PrivateUsers: a namespace in which nobody but root and this one has a name.

    Only who is outside, of the mounts too, may map more than itself: a child that waits."""

    def __init__(self, uid, gid):
        maps = {"uid_map": uid, "gid_map": gid}
        told, self.tell = os.pipe()
        parent, self.child = os.getpid(), os.fork()
        if self.child == 0:
            os.close(self.tell)
            status = 1
            if os.read(told, 1):
                for name, number in maps.items():
                    with open(f"/proc/{parent}/{name}", "w", encoding="utf-8") as file:
                        file.write(f"0 0 1\n{number} {number} 1\n")
                status = 0
            os._exit(status)
        os.close(told)

    def enter(self):
        must(LIBC.unshare(CLONE_NEWUSER), "user namespace")
        os.write(self.tell, b".")
        os.close(self.tell)
        if os.waitpid(self.child, 0)[1] != 0:
            raise NotHere("user namespace: no map")


def become_another(users, uid, gid, *groups):
    os.setgroups(groups)
    users.enter()
    drop_capabilities()
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def be_root_of_nothing():
    """For who is not root: mounts of one's own need a user namespace of one's own."""
    uid, gid = os.getuid(), os.getgid()
    must(LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS), "user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="utf-8") as file:
            file.write(text)


def drop_capabilities():
    LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    with open("/proc/sys/kernel/cap_last_cap", encoding="utf-8") as file:
        last = int(file.read())
    for capability in range(last + 1):
        must(LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "capabilities")


# ---- probe: what must not be possible ----

def set_user_id_bit(state):
    path = os.path.join(state, "program")
    with open(path, "w", encoding="utf-8"):
        os.chmod(path, 0o4700)


def probe(state):
    tries = {
        "write to the system": lambda: open("/etc/probe", "w", encoding="utf-8").close(),
        "write beside the state": lambda: open(os.path.join(os.path.dirname(state), "probe"), "w",
            encoding="utf-8").close(),
        "write the state": lambda: open(os.path.join(state, "probe"), "w",
            encoding="utf-8").close(),
        "look at homes": lambda: None if glob.glob("/home/*") + glob.glob("/root/*") == [] else
            print("seen"),
        "packets": lambda: socket.socket(socket.AF_PACKET).close(),
        "TCP": lambda: socket.socket().close(),
        "code that can be written": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ |
            mmap.PROT_WRITE | mmap.PROT_EXEC).close(),
        "set-user-id": lambda: set_user_id_bit(state),
        "more priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 5),
        "mount": lambda: mount_or_raise(),
        "another user": lambda: os.setuid(0),
    }
    for name, action in tries.items():
        try:
            action()
            print(f"{name}: done")
        except OSError as error:
            print(f"{name}: {errno.errorcode[error.errno]}")


def mount_or_raise():
    if LIBC.mount(b"tmpfs", b"/tmp", b"tmpfs", ctypes.c_ulong(0), None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


# ---- all of it ----

def enter(unit, folder, state, ids):
    program = filter_program(unit)
    os.umask(int(unit["UMask"][0], 8))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ids:
        users = UserMap(*ids[:2])
        must(LIBC.unshare(CLONE_NEWNS), "mount namespace")
        shut_in(folder, state, True)
        become_another(users, *ids)
    else:
        be_root_of_nothing()
        shut_in(folder, state, False)
        drop_capabilities()
    os.chdir("/")
    must(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    install_filter(program)


def main(unit, folder, state, *command):
    ids = []
    if command[0] == "--ids":
        ids = [int(word) for word in command[1].split(",")]
        command = command[2:]
    unit = service(unit)
    try:
        enter(unit, folder, state, ids)
    except (NotHere, PermissionError, FileNotFoundError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        sys.exit(77)
    if command[0] == "probe":
        probe(state)
    else:
        os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
