# SPDX-License-Identifier: BSD-2-Clause
drivers_libdrivers_a_SOURCES += \
	drivers/w1/w1.c \
	drivers/w1/w1_text.c drivers/w1/w1_text.h
