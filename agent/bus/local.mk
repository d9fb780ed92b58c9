# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/bus/libbus.a
agent_bus_libbus_a_SOURCES = \
	agent/bus/bus_drivers.c \
	agent/bus/buses.c agent/bus/buses.h \
	agent/bus/plan.c agent/bus/plan.h \
	agent/bus/propose.c agent/bus/propose.h \
	agent/bus/scan.c agent/bus/scan.h \
	agent/bus/worker.c agent/bus/worker.h
