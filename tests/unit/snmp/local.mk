# SPDX-License-Identifier: BSD-2-Clause
snmp_test_libs = agent/snmp/libsnmp.a agent/engine/libengine.a agent/store/libstore.a \
	agent/conf/libconf.a agent/sys/libsys.a agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(CMOCKA_LIBS)
snmp_tests = \
	tests/unit/snmp/test_entity \
	tests/unit/snmp/test_notify \
	tests/unit/snmp/test_rows \
	tests/unit/snmp/test_table \
	tests/unit/snmp/test_txn \
	tests/unit/snmp/test_txn_mail \
	tests/unit/snmp/test_txn_rows \
	tests/unit/snmp/test_uptime \
	tests/unit/snmp/test_varbinds
check_PROGRAMS += $(snmp_tests)
TESTS += $(snmp_tests)
tests_unit_snmp_test_entity_SOURCES = tests/unit/snmp/test_entity.c tests/unit/fixture.c \
	tests/unit/fixture.h
tests_unit_snmp_test_entity_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_notify_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_snmp_test_notify_SOURCES = tests/unit/snmp/test_notify.c tests/unit/fixture.c \
	tests/unit/fixture.h
tests_unit_snmp_test_notify_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_rows_SOURCES = tests/unit/snmp/test_rows.c tests/unit/fixture.c \
	tests/unit/fixture.h
tests_unit_snmp_test_rows_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_table_SOURCES = tests/unit/snmp/test_table.c tests/unit/fixture.c \
	tests/unit/fixture.h
tests_unit_snmp_test_table_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_uptime_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_varbinds_LDADD = $(snmp_test_libs)
set_fixture = tests/unit/snmp/set_fixture.c tests/unit/snmp/set_fixture.h \
	tests/unit/fixture.c tests/unit/fixture.h
tests_unit_snmp_test_txn_SOURCES = tests/unit/snmp/test_txn.c $(set_fixture)
tests_unit_snmp_test_txn_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_txn_mail_SOURCES = tests/unit/snmp/test_txn_mail.c $(set_fixture)
tests_unit_snmp_test_txn_mail_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_txn_rows_SOURCES = tests/unit/snmp/test_txn_rows.c $(set_fixture)
tests_unit_snmp_test_txn_rows_LDADD = $(snmp_test_libs)
