# SPDX-License-Identifier: BSD-2-Clause
"""As much of SMIv2 as ENVSENSOR-MIB is written in: its names, numbers, labels, notifications."""
import collections
import re

NODE = re.compile(r"""^([a-z]\w*)[ ]+
    (MODULE-IDENTITY|OBJECT[ ]IDENTIFIER|OBJECT-TYPE|NOTIFICATION-TYPE|OBJECT-GROUP
      |NOTIFICATION-GROUP|MODULE-COMPLIANCE)
    (.*?)::=[ ]*\{([^}]*)\}""", re.S | re.M | re.X)
CONVENTION = re.compile(r"^([A-Z]\w*) ::= TEXTUAL-CONVENTION(.*?)^    SYNTAX +(.*?)\n\n",
    re.S | re.M)
ROW = re.compile(r"^(\w+) OBJECT-TYPE\n(?:    .*\n|\n)*?    INDEX +\{ *(\w+)", re.M)
LABEL = re.compile(r"([a-z][\w-]*)\((\d+)\)")

Notification = collections.namedtuple("Notification",
    "name number type summary arguments objects description")


class MibError(Exception):
    """What a template asks for is not there."""


class Object:
    """An OBJECT-TYPE; a scalar has no index."""

    def __init__(self, body, parent):
        syntax = re.search(r"SYNTAX +([\w ]+?)\s*(\{[^}]*\}|\(|\n)", body)
        self.syntax = syntax.group(1)
        self.labels = labels(syntax.group(2))
        self.parent = parent
        self.index = ""  # of its row
        self.is_enum = False
        self.access = re.search(r"MAX-ACCESS +([\w-]+)", body).group(1)
        self.units = quoted(body, "UNITS")
        self.description = quoted(body, "DESCRIPTION")
        self.summary = " ".join(self.description.split("\n\n")[0].split())
        self.summary = re.split(r"[.:;] ", self.summary + " ")[0].replace('"', "'")


def labels(text):
    return [(int(number), label) for label, number in LABEL.findall(text)]


def quoted(body, keyword):
    found = re.search(keyword + r'\s+"([^"]*)"', body)
    return re.sub(r"^ {8}", "", found.group(1), flags=re.M) if found else ""


def comment(body, keyword, pattern):
    found = re.search(f"--#{keyword} +{pattern}", body)
    if found is None:
        raise MibError(f"a notification without --#{keyword}")
    return found.group(1)


class Mib:
    def __init__(self, text):
        self.parents = {"enterprises": (None, "1.3.6.1.4.1")}
        self.objects, self.conventions, self.notifications = {}, {}, []
        for name, _, syntax in CONVENTION.findall(text):
            self.conventions[name] = (syntax.split()[0], labels(syntax))
        for name, kind, body, value in NODE.findall(text):
            arcs = value.split()
            numbers = [re.sub(r"^.*\((\d+)\)$", r"\1", arc) for arc in arcs[1:]]
            self.parents[name] = (arcs[0], ".".join(numbers))
            if kind == "OBJECT-TYPE":
                self.objects[name] = Object(body, arcs[0])
            elif kind == "NOTIFICATION-TYPE":
                self.notifications.append(Notification(name, numbers[-1],
                    comment(body, "TYPE", '"([^"]*)"'), comment(body, "SUMMARY", '"([^"]*)"'),
                    comment(body, "ARGUMENTS", r"\{([\d,]+)\}").split(","),
                    re.search(r"OBJECTS\s*\{([^}]*)\}", body).group(1).replace(",", " ").split(),
                    quoted(body, "DESCRIPTION")))
        rows = dict(ROW.findall(text))
        for entry in self.objects.values():
            entry.index = rows.get(entry.parent, "")
            entry.is_enum = self.syntax_of(entry) == "INTEGER" and bool(self.labels_of(entry))

    def syntax_of(self, entry):
        """The base type."""
        return self.conventions.get(entry.syntax, (entry.syntax,))[0]

    def labels_of(self, entry):
        return entry.labels or self.conventions.get(entry.syntax, (None, []))[1]

    def oid(self, name):
        arcs = []
        while name is not None:
            if name not in self.parents:
                raise MibError(f"{name}: the MIB has no such name")
            name, arc = self.parents[name]
            arcs.append(arc)
        return ".".join(reversed(arcs))

    def enum(self, name):
        """(number, label) of each."""
        if name in self.conventions:
            found = self.conventions[name][1]
        elif name in self.objects:
            found = self.labels_of(self.objects[name])
        else:
            raise MibError(f"{name}: the MIB has no such name")
        if not found:
            raise MibError(f"{name}: no labels")
        return found
