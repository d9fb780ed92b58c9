# SPDX-License-Identifier: BSD-2-Clause
drivers_libdrivers_a_SOURCES += \
	drivers/owserver/address.c \
	drivers/owserver/directory.c \
	drivers/owserver/link.c \
	drivers/owserver/message.c drivers/owserver/message.h \
	drivers/owserver/owserver.c \
	drivers/owserver/owserver_driver.h \
	drivers/owserver/value.c
