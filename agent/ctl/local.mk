# SPDX-License-Identifier: BSD-2-Clause
bin_PROGRAMS += envsensorctl
envsensorctl_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS) -DSBIN_DIR='"$(sbindir)"'
envsensorctl_SOURCES = \
	agent/ctl/act.c \
	agent/ctl/change.c \
	agent/ctl/client.c agent/ctl/client.h \
	agent/ctl/ctl.h \
	agent/ctl/list.c \
	agent/ctl/local.c \
	agent/ctl/main.c \
	agent/ctl/sheet.c agent/ctl/sheet.h \
	agent/ctl/target.c agent/ctl/target.h \
	agent/ctl/view.c agent/ctl/view.h
envsensorctl_LDADD = agent/conf/libconf.a agent/core/libcore.a $(NETSNMP_LIBS)
