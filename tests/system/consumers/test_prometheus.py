#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prometheus with Debian's snmp_exporter: what is scraped, and which alerts fire and end."""
import os
import re
import subprocess

import consumer
from consumer import BUILD, CRITICAL, OK, Process, Rack, await_, made, read

WAIT_S = 30


class Exporter(Process):
    def __init__(self, stage, config, name="exporter"):
        self.port = consumer.harness.free_tcp_port()
        self.peer = f"127.0.0.1:{stage.master.port}"
        super().__init__(stage, name, ["prometheus-snmp-exporter", f"--config.file={config}",
            f"--web.listen-address=127.0.0.1:{self.port}"])
        await_(lambda: consumer.fetch(f"http://127.0.0.1:{self.port}/"), "the exporter answers")

    def scrape(self):
        """{metric with labels: value}, without the exporter's own."""
        text = consumer.fetch(f"http://127.0.0.1:{self.port}/snmp?module=envsensor"
            f"&target={self.peer}")
        return dict(re.findall(r"^(envs\S+(?:\{.*\})?) (\S+)$", text or "", re.M))


class Prometheus(Process):
    def __init__(self, stage, exporter):
        self.port = consumer.harness.free_tcp_port()
        rules = read(made("prometheus/envsensor.rules.yml"))
        stage.write("rules.yml", re.sub(r"for: \d+m", "for: 1s", rules))
        config = read(made("prometheus/prometheus.yml"))
        for old, new in (("/usr/share/envsensord/monitoring/prometheus/envsensor.rules.yml",
                stage.path("rules.yml")), ("scrape_interval: 1m", "scrape_interval: 1s"),
                ("192.0.2.10", exporter.peer), ("127.0.0.1:9116", f"127.0.0.1:{exporter.port}")):
            assert old in config
            config = config.replace(old, new)
        config += "\nglobal:\n  evaluation_interval: 1s\n  scrape_timeout: 1s\n"
        path = stage.write("prometheus.yml", config)
        subprocess.run(["promtool", "check", "config", path], check=True, capture_output=True)
        super().__init__(stage, "prometheus", ["prometheus", f"--config.file={path}",
            f"--storage.tsdb.path={stage.path('tsdb')}",
            f"--web.listen-address=127.0.0.1:{self.port}"])

    def value(self, expression):
        """Of the one series; None: there is none."""
        found = consumer.query(f"http://127.0.0.1:{self.port}/api/v1/query", query=expression)
        result = found["data"]["result"] if found else []
        return float(result[0]["value"][1]) if len(result) == 1 else None

    def alerts(self):
        """What fires: (alert, sensor or bus)."""
        found = consumer.query(f"http://127.0.0.1:{self.port}/api/v1/query",
            query='ALERTS{alertstate="firing"}')
        return sorted((alert["metric"]["alertname"], alert["metric"].get("envsSensorName")
            or alert["metric"].get("envsBusName", "")) for alert in
            (found["data"]["result"] if found else []))

    def await_alerts(self, *alerts):
        await_(lambda: self.alerts() == sorted(alerts), f"alerts {alerts}", WAIT_S)


class PrometheusTest(consumer.harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.rack = Rack(self.stage)

    def test_alerts_fire_and_end(self):
        rack, inlet = self.rack, "Rack A inlet"
        prometheus = Prometheus(self.stage, Exporter(self.stage, made("prometheus/snmp-0.21.yml")))
        value = f'envsensor:value{{envsSensorName="{inlet}",envsSensorUnit="C"}}'
        await_(lambda: prometheus.value(value) == 21.5, "a value in real units", WAIT_S)
        self.assertEqual(prometheus.value('envsensor:value{envsSensorName="Rack A outlet"}'), -3.5)
        self.assertEqual(prometheus.value(
            f'envsensor:limit{{envsSensorName="{inlet}",limit="highCritical"}}'), 32)
        self.assertEqual(prometheus.alerts(), [])
        rack.script(inlet="33")
        rack.await_severity(CRITICAL)
        prometheus.await_alerts(("EnvsensorCritical", inlet))
        rack.script(inlet="28")
        prometheus.await_alerts(("EnvsensorWarning", inlet))
        rack.script()
        rack.await_severity(OK)
        prometheus.await_alerts()

        rack.break_inlet()
        prometheus.await_alerts(("EnvsensorNoReading", inlet))
        rack.script()
        prometheus.await_alerts()

        index = rack.index()
        rack.stop()
        prometheus.await_alerts(("EnvsensordGone", ""))
        rack.start()
        prometheus.await_alerts()
        await_(lambda: prometheus.value(f'envsSensorValue{{envsSensorIndex="{index}",'
            f'envsSensorName="{inlet}"}}') == 21500, "the old index", WAIT_S)
        self.stage.master.kill()
        prometheus.await_alerts(("EnvsensorUnreachable", ""))

    def test_the_generator_would_make_the_same(self):
        mibs = os.environ.get("ENVSENSOR_BASE_MIBS")
        if not mibs:
            self.skipTest("no ENVSENSOR_BASE_MIBS")
        folder = self.stage.folder_at("generator")
        self.stage.write("generator/generator.yml", read(made("prometheus/generator-0.21.yml")))
        self.stage.write("generator/ENVSENSOR-MIB.txt", read(
            os.path.join(BUILD, "mibs/ENVSENSOR-MIB.txt")))
        done = subprocess.run(["prometheus-snmp-generator", "generate"], cwd=folder, check=False,
            env=dict(os.environ, MIBDIRS=f"{mibs}:{folder}", MIBS="ENVSENSOR-MIB"),
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        ours = Exporter(self.stage, made("prometheus/snmp-0.21.yml")).scrape()
        theirs = Exporter(self.stage, os.path.join(folder, "snmp.yml"), "generated").scrape()
        self.assertEqual(sorted(ours), sorted(theirs))
        self.assertGreater(len(ours), 50)

    def test_the_newer_form_has_the_same_metrics(self):
        def metrics(name):
            lines = read(made(name)).partition("walk:\n")[2].splitlines()
            return [line.strip() for line in lines if line[:1] == " "]
        old = metrics("prometheus/snmp-0.21.yml")
        self.assertEqual(metrics("prometheus/snmp.yml"),
            old[:old.index("version: 2")])


if __name__ == "__main__":
    consumer.want("prometheus", "prometheus-snmp-exporter", "prometheus-snmp-generator",
        "promtool")
    consumer.harness.main()
