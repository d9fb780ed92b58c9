# SPDX-License-Identifier: BSD-2-Clause
drivers_libdrivers_a_SOURCES += \
	drivers/sim/sim.c \
	drivers/sim/sim_script.c drivers/sim/sim_script.h
