# SPDX-License-Identifier: BSD-2-Clause
"""What check-includes and check-style share: the files of the tree, C without its comments."""
import os
import re
import subprocess
import sys

# Made by autotools or a build inside the tree; a release and a copy have no git to ask.
GENERATED = re.compile(
    r"""(^|/)(\.git|autom4te\.cache|\.deps|__pycache__)/
      | ^(build[^/]*|scripts/build-aux)/
      | ^(Makefile|Makefile\.in|aclocal\.m4|configure~?|config\.(h|h\.in~?|log|status)|stamp-h1)$
      | \.(o|a|log|trs|pyc)$ | (^|/)\.dirstamp$""", re.X)
# a comment, or a string or character literal
C_NOISE = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def git_files(root):
    """What git knows or would add; None where root is not the top of a git tree."""
    if not os.path.exists(os.path.join(root, ".git")):
        return None
    command = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached",
               "--others", "--exclude-standard"]
    try:
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return sorted(set(os.fsdecode(out).split("\0")) - {""})


def walk_files(root):
    found = []
    for folder, folders, names in os.walk(root):
        here = os.path.relpath(folder, root)
        if "config.status" in names and here != ".":  # a build's folder
            folders[:] = []
            continue
        prefix = "" if here == "." else here + "/"
        folders[:] = [d for d in folders if not GENERATED.search(prefix + d + "/")]
        found += [prefix + name for name in names]
    return sorted(found)


def files(root):
    names = git_files(root)
    if names is None:
        names = walk_files(root)
    return [n for n in names
            if not GENERATED.search(n) and os.path.isfile(os.path.join(root, n))
            and not os.path.islink(os.path.join(root, n))]


def text(root, name):
    """The file's text, or None if it is not text."""
    with open(os.path.join(root, name), "rb") as file:
        data = file.read()
    if b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def c_code(source, keep_strings=False):
    """C without comments and without what stands in its literals; lines stay where they are."""
    def blank(match):
        noise = match.group()
        if noise[0] in "\"'":
            return noise if keep_strings else noise[0] * 2
        return " " + "\n" * noise.count("\n")
    return C_NOISE.sub(blank, source)


def main(what, check):
    """Run check(root), print what it finds as file:line: text, tell by the exit status."""
    if len(sys.argv) > 2 or sys.argv[1:] in (["-h"], ["--help"]):
        print(f"usage: {os.path.basename(sys.argv[0])} [TREE]\n{what}")
        return 0 if len(sys.argv) == 2 else 2
    root = sys.argv[1] if len(sys.argv) == 2 else os.path.join(os.path.dirname(__file__), "..")
    if not os.path.isfile(os.path.join(root, "configure.ac")):
        print(f"{root}: no configure.ac here; want the top of the source tree", file=sys.stderr)
        return 2
    problems = sorted(check(root))
    for name, line, message in problems:
        print(f"{name}:{line}: {message}")
    return 1 if problems else 0
