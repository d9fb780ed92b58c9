# SPDX-License-Identifier: BSD-2-Clause
# Files for monitoring systems.  Those with numbers of the MIB are made from FILE.in.
MONITORING_MADE = \
	scripts/monitoring/nagios/check_envsensor \
	scripts/monitoring/prometheus/snmp.yml \
	scripts/monitoring/prometheus/snmp-0.21.yml \
	scripts/monitoring/snmptrapd/envsensor_passive \
	scripts/monitoring/zabbix/template_envsensord_snmp.yaml
MONITORING_TOOLS = scripts/monitoring/generate scripts/monitoring/mib.py

monitoringdir = $(pkgdatadir)/monitoring
nagiosdir = $(monitoringdir)/nagios
nodist_nagios_SCRIPTS = scripts/monitoring/nagios/check_envsensor
dist_nagios_DATA = scripts/monitoring/nagios/envsensor.cfg scripts/monitoring/nagios/example.cfg
icingadir = $(monitoringdir)/icinga
dist_icinga_DATA = scripts/monitoring/icinga/envsensor.conf

trapdir = $(monitoringdir)/snmptrapd
nodist_trap_SCRIPTS = scripts/monitoring/snmptrapd/envsensor_passive
dist_trap_DATA = scripts/monitoring/snmptrapd/snmptrapd.conf
nodist_trap_DATA = scripts/monitoring/snmptrapd/snmptt.conf
prometheusdir = $(monitoringdir)/prometheus
nodist_prometheus_DATA = scripts/monitoring/prometheus/snmp.yml \
	scripts/monitoring/prometheus/snmp-0.21.yml
dist_prometheus_DATA = scripts/monitoring/prometheus/generator.yml \
	scripts/monitoring/prometheus/generator-0.21.yml \
	scripts/monitoring/prometheus/envsensor.rules.yml \
	scripts/monitoring/prometheus/prometheus.yml
zabbixdir = $(monitoringdir)/zabbix
nodist_zabbix_DATA = scripts/monitoring/zabbix/template_envsensord_snmp.yaml
dist_zabbix_SCRIPTS = scripts/monitoring/zabbix/zabbix_trap_handler
dist_zabbix_DATA = scripts/monitoring/zabbix/README.md

EXTRA_DIST += $(MONITORING_TOOLS)
EXTRA_DIST += scripts/monitoring/nagios/check_envsensor.in
EXTRA_DIST += scripts/monitoring/snmptrapd/envsensor_passive.in
EXTRA_DIST += scripts/monitoring/prometheus/snmp.yml.in
EXTRA_DIST += scripts/monitoring/prometheus/snmp-0.21.yml.in
EXTRA_DIST += scripts/monitoring/zabbix/template_envsensord_snmp.yaml.in
CLEANFILES += $(MONITORING_MADE) scripts/monitoring/snmptrapd/snmptt.conf

$(MONITORING_MADE): $(MONITORING_TOOLS) mibs/ENVSENSOR-MIB.txt
	$(AM_V_GEN)$(MKDIR_P) $(@D)
	$(AM_V_at)$(PYTHON) $(srcdir)/scripts/monitoring/generate '$(VERSION)' \
		mibs/ENVSENSOR-MIB.txt $(srcdir)/$@.in >$@.tmp
	$(AM_V_at)if test -x $(srcdir)/$@.in; then chmod +x $@.tmp; fi
	$(AM_V_at)mv -f $@.tmp $@
scripts/monitoring/nagios/check_envsensor: scripts/monitoring/nagios/check_envsensor.in
scripts/monitoring/prometheus/snmp.yml: scripts/monitoring/prometheus/snmp.yml.in
scripts/monitoring/prometheus/snmp-0.21.yml: scripts/monitoring/prometheus/snmp-0.21.yml.in
scripts/monitoring/snmptrapd/envsensor_passive: scripts/monitoring/snmptrapd/envsensor_passive.in

scripts/monitoring/zabbix/template_envsensord_snmp.yaml: \
	scripts/monitoring/zabbix/template_envsensord_snmp.yaml.in

scripts/monitoring/snmptrapd/snmptt.conf: $(MONITORING_TOOLS) mibs/ENVSENSOR-MIB.txt
	$(AM_V_GEN)$(MKDIR_P) $(@D)
	$(AM_V_at)$(PYTHON) $(srcdir)/scripts/monitoring/generate '$(VERSION)' \
		mibs/ENVSENSOR-MIB.txt --snmptt >$@.tmp
	$(AM_V_at)mv -f $@.tmp $@
