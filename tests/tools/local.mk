# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/tools/column-dump
tests_tools_column_dump_LDADD = agent/snmp/libsnmp.a agent/engine/libengine.a \
	agent/store/libstore.a agent/conf/libconf.a agent/sys/libsys.a agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS)
