# SPDX-License-Identifier: BSD-2-Clause
drivers_libdrivers_a_SOURCES += \
	drivers/modbus/address.c \
	drivers/modbus/line.c \
	drivers/modbus/line_dial.c \
	drivers/modbus/line_rtu.c \
	drivers/modbus/line_rtutcp.c \
	drivers/modbus/line_tcp.c \
	drivers/modbus/modbus.c \
	drivers/modbus/modbus_driver.h \
	drivers/modbus/options.c \
	drivers/modbus/pdu.c \
	drivers/modbus/plan.c \
	drivers/modbus/refused.c \
	drivers/modbus/rtu.c
drivers_libdrivers_a_CPPFLAGS += $(MODBUS_CFLAGS)
DRIVER_LIBS += $(MODBUS_LIBS)
