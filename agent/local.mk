# SPDX-License-Identifier: BSD-2-Clause
sbin_PROGRAMS += envsensord
envsensord_SOURCES = \
	agent/attend.c agent/attend.h \
	agent/main.c \
	agent/options.c agent/options.h
envsensord_LDADD = \
	agent/snmp/libsnmp.a \
	agent/engine/libengine.a \
	agent/bus/libbus.a \
	agent/store/libstore.a \
	agent/conf/libconf.a \
	drivers/libdrivers.a \
	agent/sys/libsys.a \
	agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(MODBUS_LIBS) $(SYSTEMD_LIBS)
