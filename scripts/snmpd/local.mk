# SPDX-License-Identifier: BSD-2-Clause
# What snmpd wants to be told; examples to copy from, with the paths and the OID of configure.
snmpdconfdir = $(pkgdatadir)
snmpdconf_DATA = scripts/snmpd/snmpd-agentx.conf scripts/snmpd/snmpd-views.conf
EXTRA_DIST += scripts/snmpd/agentx.conf.in scripts/snmpd/views.conf.in
CLEANFILES += $(snmpdconf_DATA)
scripts/snmpd/snmpd-agentx.conf: scripts/snmpd/agentx.conf.in Makefile
	$(with_paths) $(srcdir)/scripts/snmpd/agentx.conf.in >$@
scripts/snmpd/snmpd-views.conf: scripts/snmpd/views.conf.in Makefile
	$(with_paths) $(srcdir)/scripts/snmpd/views.conf.in >$@
