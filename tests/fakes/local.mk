# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += tests/fakes/owserver_fake.py
EXTRA_DIST += tests/fakes/smtp_fake.py
EXTRA_DIST += tests/fakes/smtp_sink.py
check_PROGRAMS += tests/fakes/modbus-slave
tests_fakes_modbus_slave_SOURCES = \
	tests/fakes/modbus_slave.c tests/fakes/modbus_slave.h \
	tests/fakes/modbus_slave_frames.c \
	tests/fakes/modbus_slave_listen.c \
	tests/fakes/modbus_slave_main.c
