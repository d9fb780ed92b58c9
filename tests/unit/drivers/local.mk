# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/drivers/test_sim
tests_unit_drivers_test_sim_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/drivers/test_sim

check_PROGRAMS += tests/unit/drivers/test_w1_text tests/unit/drivers/test_w1
tests_unit_drivers_test_w1_text_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_w1_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/drivers/test_w1_text tests/unit/drivers/test_w1

check_PROGRAMS += tests/unit/drivers/test_host
tests_unit_drivers_test_host_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/drivers/test_host

OWSERVER_TESTS = \
	tests/unit/drivers/test_owserver \
	tests/unit/drivers/test_owserver_address \
	tests/unit/drivers/test_owserver_message \
	tests/unit/drivers/test_owserver_real
check_PROGRAMS += $(OWSERVER_TESTS)
TESTS += $(OWSERVER_TESTS)
tests_unit_drivers_test_owserver_SOURCES = tests/unit/drivers/test_owserver.c \
	tests/unit/drivers/owserver_peer.c tests/unit/drivers/owserver_peer.h
tests_unit_drivers_test_owserver_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_owserver_address_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_owserver_message_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_owserver_real_SOURCES = tests/unit/drivers/test_owserver_real.c \
	tests/unit/drivers/owserver_peer.c tests/unit/drivers/owserver_peer.h
tests_unit_drivers_test_owserver_real_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)

if WITH_MODBUS
MODBUS_TESTS = \
	tests/unit/drivers/test_modbus_address \
	tests/unit/drivers/test_modbus_plan \
	tests/unit/drivers/test_modbus_read \
	tests/unit/drivers/test_modbus_rtu \
	tests/unit/drivers/test_modbus_rtutcp \
	tests/unit/drivers/test_modbus_tcp
check_PROGRAMS += $(MODBUS_TESTS)
TESTS += $(MODBUS_TESTS)
tests_unit_drivers_test_modbus_address_CPPFLAGS = $(AM_CPPFLAGS) $(MODBUS_CFLAGS)
tests_unit_drivers_test_modbus_address_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_modbus_plan_CPPFLAGS = $(AM_CPPFLAGS) $(MODBUS_CFLAGS)
tests_unit_drivers_test_modbus_plan_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_modbus_read_SOURCES = tests/unit/drivers/test_modbus_read.c \
	tests/unit/drivers/modbus_fake.c tests/unit/drivers/modbus_fake.h
tests_unit_drivers_test_modbus_read_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_modbus_rtu_SOURCES = tests/unit/drivers/test_modbus_rtu.c \
	tests/unit/drivers/modbus_fake.c tests/unit/drivers/modbus_fake.h
tests_unit_drivers_test_modbus_rtu_CPPFLAGS = $(AM_CPPFLAGS) $(MODBUS_CFLAGS)
tests_unit_drivers_test_modbus_rtu_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_modbus_rtutcp_SOURCES = tests/unit/drivers/test_modbus_rtutcp.c \
	tests/unit/drivers/modbus_fake.c tests/unit/drivers/modbus_fake.h
tests_unit_drivers_test_modbus_rtutcp_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_drivers_test_modbus_tcp_SOURCES = tests/unit/drivers/test_modbus_tcp.c \
	tests/unit/drivers/modbus_fake.c tests/unit/drivers/modbus_fake.h
tests_unit_drivers_test_modbus_tcp_LDADD = $(DRIVER_LIBS) agent/core/libcore.a $(CMOCKA_LIBS)
endif
