# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += drivers/libdrivers.a
drivers_libdrivers_a_SOURCES = drivers/driver.h drivers/host.c drivers/host.h drivers/registry.c
drivers_libdrivers_a_CPPFLAGS = $(AM_CPPFLAGS)
DRIVER_LIBS = drivers/libdrivers.a
include drivers/owserver/local.mk
include drivers/profiles/local.mk
include drivers/sim/local.mk
include drivers/w1/local.mk
if WITH_MODBUS
include drivers/modbus/local.mk
endif
