# SPDX-License-Identifier: BSD-2-Clause
# Files for monitoring systems.  Those with numbers of the MIB are made from FILE.in.
MONITORING_MADE = \
	scripts/monitoring/nagios/check_envsensor
MONITORING_TOOLS = scripts/monitoring/generate scripts/monitoring/mib.py

monitoringdir = $(pkgdatadir)/monitoring
nagiosdir = $(monitoringdir)/nagios
nodist_nagios_SCRIPTS = scripts/monitoring/nagios/check_envsensor
dist_nagios_DATA = scripts/monitoring/nagios/envsensor.cfg scripts/monitoring/nagios/example.cfg
icingadir = $(monitoringdir)/icinga
dist_icinga_DATA = scripts/monitoring/icinga/envsensor.conf

EXTRA_DIST += $(MONITORING_TOOLS)
EXTRA_DIST += scripts/monitoring/nagios/check_envsensor.in
CLEANFILES += $(MONITORING_MADE)

$(MONITORING_MADE): $(MONITORING_TOOLS) mibs/ENVSENSOR-MIB.txt
	$(AM_V_GEN)$(MKDIR_P) $(@D)
	$(AM_V_at)$(PYTHON) $(srcdir)/scripts/monitoring/generate '$(VERSION)' \
		mibs/ENVSENSOR-MIB.txt $(srcdir)/$@.in >$@.tmp
	$(AM_V_at)if test -x $(srcdir)/$@.in; then chmod +x $@.tmp; fi
	$(AM_V_at)mv -f $@.tmp $@
scripts/monitoring/nagios/check_envsensor: scripts/monitoring/nagios/check_envsensor.in
