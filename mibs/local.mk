# SPDX-License-Identifier: BSD-2-Clause
# One template, one MIB, one header.  Both follow Makefile: a new configure can bring a new root.
mibdir = $(pkgdatadir)/mibs
nodist_mib_DATA = mibs/ENVSENSOR-MIB.txt
BUILT_SOURCES += agent/snmp/oids.h
CLEANFILES += mibs/ENVSENSOR-MIB.txt agent/snmp/oids.h
EXTRA_DIST += mibs/ENVSENSOR-MIB.in mibs/generate

mibs/ENVSENSOR-MIB.txt: mibs/ENVSENSOR-MIB.in mibs/generate Makefile
	$(AM_V_GEN)$(MKDIR_P) mibs
	$(AM_V_at)$(srcdir)/mibs/generate mib '$(ENTERPRISE_OID)' \
		$(srcdir)/mibs/ENVSENSOR-MIB.in >$@.tmp
	$(AM_V_at)mv -f $@.tmp $@

agent/snmp/oids.h: mibs/generate Makefile
	$(AM_V_GEN)$(MKDIR_P) agent/snmp
	$(AM_V_at)$(srcdir)/mibs/generate header '$(ENTERPRISE_OID)' >$@.tmp
	$(AM_V_at)mv -f $@.tmp $@
