# SPDX-License-Identifier: BSD-2-Clause
sbin_PROGRAMS += envsensord
envsensord_SOURCES = \
	agent/attend.c agent/attend.h \
	agent/main.c \
	agent/options.c agent/options.h \
	agent/postman.h
envsensord_LDADD =
if WITH_MAIL
envsensord_SOURCES += agent/postman.c
envsensord_LDADD += agent/mail/libmail.a agent/smtp/libprotocol.a
else
envsensord_SOURCES += agent/postman_none.c
endif
envsensord_LDADD += \
	agent/snmp/libsnmp.a \
	agent/engine/libengine.a \
	agent/bus/libbus.a \
	agent/store/libstore.a \
	agent/conf/libconf.a \
	drivers/libdrivers.a \
	agent/sys/libsys.a \
	agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(MODBUS_LIBS)
