# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/sys/libsys.a
agent_sys_libsys_a_SOURCES = \
	agent/sys/chan.c agent/sys/chan.h \
	agent/sys/child.c agent/sys/child.h \
	agent/sys/clock.c agent/sys/clock.h \
	agent/sys/daemonize.c agent/sys/daemonize.h \
	agent/sys/datagram.c agent/sys/datagram.h \
	agent/sys/journal.c agent/sys/journal.h \
	agent/sys/lock.c agent/sys/lock.h \
	agent/sys/log.c agent/sys/log.h \
	agent/sys/log_limit.c agent/sys/log_limit.h \
	agent/sys/network.c agent/sys/network.h \
	agent/sys/replace.c agent/sys/replace.h \
	agent/sys/service.c agent/sys/service.h \
	agent/sys/thread.c agent/sys/thread.h
