# SPDX-License-Identifier: BSD-2-Clause
BUS_TESTS = \
	tests/unit/bus/test_bus_drivers \
	tests/unit/bus/test_plan \
	tests/unit/bus/test_propose \
	tests/unit/bus/test_scan \
	tests/unit/bus/test_worker
check_PROGRAMS += $(BUS_TESTS)
bus_test_libs = agent/bus/libbus.a agent/conf/libconf.a drivers/libdrivers.a agent/sys/libsys.a \
	agent/core/libcore.a $(CONFUSE_LIBS) $(MODBUS_LIBS) $(CMOCKA_LIBS)
tests_unit_bus_test_bus_drivers_LDADD = $(bus_test_libs)
tests_unit_bus_test_plan_SOURCES = tests/unit/bus/test_plan.c \
	tests/unit/fixture.c tests/unit/fixture.h
tests_unit_bus_test_plan_LDADD = $(bus_test_libs)
tests_unit_bus_test_propose_LDADD = $(bus_test_libs)
tests_unit_bus_test_scan_LDADD = $(bus_test_libs)
tests_unit_bus_test_worker_SOURCES = tests/unit/bus/test_worker.c \
	tests/unit/fixture.c tests/unit/fixture.h
tests_unit_bus_test_worker_LDADD = $(bus_test_libs)
TESTS += $(BUS_TESTS)
