# SPDX-License-Identifier: BSD-2-Clause
"""A whole Zabbix for one test: a PostgreSQL cluster of its own, the server, the frontend's API."""
import glob
import gzip
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import time

import consumer
from consumer import Family, Process, await_, fetch_json, made, read

SQL = "/usr/share/zabbix-server-pgsql"
FRONTEND = "/usr/share/zabbix"
FRONTEND_CONF = "'/etc/zabbix/zabbix.conf.php'"
START_S = 60

SERVER_CONF = """\
ListenIP=127.0.0.1
ListenPort={port}
LogFile={folder}/server.log
PidFile={folder}/server.pid
SocketDir={folder}
DBHost={database}
DBName=zabbix
DBUser=zabbix
DBPort=5432
User={user}
StartPollers=3
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartSNMPTrapper=1
SNMPTrapperFile={traps}
CacheUpdateFrequency=1
Timeout=4
"""

FRONTEND_PHP = """\
<?php
$DB['TYPE'] = 'POSTGRESQL'; $DB['SERVER'] = '{database}'; $DB['PORT'] = '5432';
$DB['DATABASE'] = 'zabbix'; $DB['USER'] = 'zabbix'; $DB['PASSWORD'] = ''; $DB['SCHEMA'] = '';
$DB['ENCRYPTION'] = false; $DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER = '127.0.0.1'; $ZBX_SERVER_PORT = '{port}'; $ZBX_SERVER_NAME = 'test';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""


def as_user(name):
    """Options of Popen; who is not root stays who he is."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def folder_of(stage, name, user):
    folder = stage.folder_at(name)
    if os.getuid() == 0:
        shutil.chown(folder, user)
    return folder


class Postgres(Family):
    """Its data is for the test only: nothing is synchronised."""

    def __init__(self, stage):
        self.socket = folder_of(stage, "postgres", "postgres")
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        data = folder_of(stage, "postgres-data", "postgres")
        subprocess.run([f"{binaries}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E",
            "UTF8", "--no-locale", "-N"], check=True, capture_output=True, cwd="/",
            **as_user("postgres"))
        super().__init__(stage, "postgres", [f"{binaries}/postgres", "-D", data, "-k", self.socket,
            "-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c",
            "full_page_writes=off", "-c", "max_connections=150", "-c", "max_wal_size=2GB"],
            **as_user("postgres"))
        self.await_log("ready to accept connections", START_S)

    def sql(self, user, database, data):
        subprocess.run(["psql", "-q", "-h", self.socket, "-U", user, "-d", database, "-v",
            "ON_ERROR_STOP=1"], input=data, check=True, capture_output=True)

    def load(self):
        self.sql("postgres", "postgres", b"create role zabbix login superuser;")
        self.sql("postgres", "postgres", b"create database zabbix owner zabbix;")
        for name in ("schema", "images", "data"):
            with gzip.open(f"{SQL}/{name}.sql.gz") as file:
                self.sql("zabbix", "zabbix", file.read())

    def kill(self):
        """On SIGTERM it would wait for its clients for ever."""
        if self.is_running():
            self.signal(signal.SIGINT)
            self.popen.wait(consumer.harness.STOP_S)
        super().kill()


class Server(Family):
    def __init__(self, stage, postgres, traps):
        # it takes none above 32767, where the system's free ones are
        self.port = next(port for port in range(20000 + os.getpid() % 10000, 32767)
            if consumer.is_free(port))
        user = "zabbix" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        folder = folder_of(stage, "zabbix", user)
        self.conf = stage.write("zabbix_server.conf", SERVER_CONF.format(port=self.port,
            folder=folder, database=postgres.socket, user=user, traps=traps))
        super().__init__(stage, "zabbix_server", ["zabbix_server", "-f", "-c", self.conf],
            env=stage.snmp_env())
        self.server_log = os.path.join(folder, "server.log")

    def reload(self):
        subprocess.run(["zabbix_server", "-c", self.conf, "-R", "config_cache_reload"],
            capture_output=True, check=False)


class Frontend(Process):
    """A copy, because the path of its configuration is a constant in it."""

    def __init__(self, stage, postgres, server):
        self.port = consumer.harness.free_tcp_port()
        folder = stage.path("frontend")
        shutil.copytree(FRONTEND, folder, symlinks=False, ignore_dangling_symlinks=True)
        conf = stage.write("zabbix.conf.php", FRONTEND_PHP.replace("{database}",
            postgres.socket).replace("{port}", str(server.port)))
        constant = os.path.join(folder, "include/classes/core/CConfigFile.php")
        source = read(constant)
        assert FRONTEND_CONF in source
        with open(constant, "w", encoding="utf-8") as file:
            file.write(source.replace(FRONTEND_CONF, f"'{conf}'"))
        super().__init__(stage, "frontend", ["php", "-d", "display_errors=0", "-d",
            "post_max_size=16M", "-d", "max_execution_time=300", "-d", "memory_limit=256M", "-d",
            "date.timezone=UTC", "-S", f"127.0.0.1:{self.port}", "-t", folder])
        self.token = None
        await_(lambda: fetch_json(self.url(), self.message("apiinfo.version", {}), self.HEADERS),
            "the API answers", START_S)
        self.token = self.call("user.login", {"username": "Admin", "password": "zabbix"})

    HEADERS = {"Content-Type": "application/json-rpc"}

    def url(self):
        return f"http://127.0.0.1:{self.port}/api_jsonrpc.php"

    def message(self, method, words):
        message = {"jsonrpc": "2.0", "method": method, "params": words, "id": 1}
        if self.token:
            message["auth"] = self.token
        return json.dumps(message).encode()

    def call(self, method, words):
        answer = fetch_json(self.url(), self.message(method, words), self.HEADERS)
        if answer is None or "error" in answer:
            raise AssertionError(f"{method}: {answer and answer['error']}")
        return answer["result"]


class Zabbix:
    """All of it, with our template imported."""

    def __init__(self, stage, traps):
        os.chmod(stage.folder, 0o755)
        self.stage = stage
        self.postgres = Postgres(stage)
        self.postgres.load()
        self.server = Server(stage, self.postgres, traps)
        self.frontend = Frontend(stage, self.postgres, self.server)
        self.call = self.frontend.call

    def import_template(self):
        both = {"createMissing": True, "updateExisting": True}
        return self.call("configuration.import", {"format": "yaml",
            "source": read(made("zabbix/template_envsensord_snmp.yaml")),
            "rules": {"groups": {"createMissing": True}, "templates": both, "items": both,
                "discoveryRules": both, "triggers": both, "graphs": both, "valueMaps": both,
                "templateDashboards": both}})

    def add_host(self, name, port, details, **macros):
        """A host with the template, polled each second or two."""
        template, = self.call("template.get", {"filter": {"host": "envsensord by SNMP"}})
        group, *_ = self.call("hostgroup.get", {"limit": 1})
        macros = {"INTERVAL": "1s", "CONFIG.INTERVAL": "2s", "LLD.INTERVAL": "3s", "NODATA": "5s",
            "TRAP.HOLD": "5s", **{key.replace("_", "."): value for key, value in macros.items()}}
        host = self.call("host.create", {"host": name, "groups": [{"groupid": group["groupid"]}],
            "templates": [{"templateid": template["templateid"]}],
            "macros": [{"macro": f"{{$ENVS.{key}}}", "value": value}
                for key, value in macros.items()],
            "interfaces": [{"type": 2, "main": 1, "useip": 1, "ip": "127.0.0.1", "dns": "",
                "port": str(port), "details": details}]})
        self.server.reload()
        return Host(self, host["hostids"][0])


def slowly(condition):
    """Each question costs the frontend a tenth of a second of processor."""
    def ask():
        time.sleep(0.4)
        return condition()
    return ask


class Host:
    def __init__(self, zabbix, number):
        self.zabbix, self.number = zabbix, number

    def set_macros(self, **macros):
        for macro in self.zabbix.call("usermacro.get", {"hostids": self.number,
                "output": ["hostmacroid", "macro"]}):
            name = macro["macro"].removeprefix("{$ENVS.").removesuffix("}").replace(".", "_")
            if name in macros:
                self.zabbix.call("usermacro.update", {"hostmacroid": macro["hostmacroid"],
                    "value": macros[name]})
        self.zabbix.server.reload()

    def items(self):
        """By key."""
        return {item["key_"]: item for item in self.zabbix.call("item.get", {
            "hostids": self.number, "output": ["key_", "name", "lastvalue", "lastclock", "state",
                "error", "units"]})}

    def value(self, key):
        item = self.items().get(key)
        return item["lastvalue"] if item and item["lastclock"] != "0" else None

    def await_value(self, key, value, seconds=START_S):
        await_(slowly(lambda: self.value(key) == value), f"{key} gets {value}", seconds)

    def await_unpolled(self, key):
        """Until the server has taken in that it is to ask seldom: nothing new for five seconds."""
        seen = {}

        def quiet():
            clock = self.items()[key]["lastclock"]
            seen.setdefault(clock, time.monotonic())
            return time.monotonic() - seen[clock] > 5
        await_(slowly(quiet), f"{key} is not polled any more", START_S)

    def problems(self):
        """Without those that only say that the daemon began anew, which last for one poll."""
        return sorted(problem["name"] for problem in self.zabbix.call("problem.get", {
            "hostids": self.number, "output": ["name"]})
            if problem["name"] != "envsensord: It was restarted")

    def await_problems(self, *patterns, seconds=START_S):
        """Until there are these and no others."""
        def match():
            problems = self.problems()
            return len(problems) == len(patterns) and all(
                re.fullmatch(pattern, problem) for pattern, problem in
                zip(sorted(patterns), problems))
        try:
            await_(slowly(match), "problems", seconds)
        except AssertionError:
            raise AssertionError(f"want the problems {sorted(patterns)}, "
                f"got {self.problems()}") from None

    def unsupported(self):
        return {key: item["error"] for key, item in self.items().items() if item["state"] == "1"}
