# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/snmp/test_table
tests_unit_snmp_test_table_SOURCES = tests/unit/snmp/test_table.c tests/unit/fixture.c \
	tests/unit/fixture.h
tests_unit_snmp_test_table_LDADD = agent/snmp/libsnmp.a agent/engine/libengine.a \
	agent/store/libstore.a agent/conf/libconf.a agent/sys/libsys.a agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/snmp/test_table
