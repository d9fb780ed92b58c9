# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/fakes/modbus-slave
tests_fakes_modbus_slave_SOURCES = \
	tests/fakes/modbus_slave.c tests/fakes/modbus_slave.h \
	tests/fakes/modbus_slave_main.c
check_PROGRAMS += tests/fakes/table-thief
tests_fakes_table_thief_SOURCES = tests/fakes/table_thief.c
tests_fakes_table_thief_LDADD = $(NETSNMP_LIBS)
