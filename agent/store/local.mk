# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/store/libstore.a
agent_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
agent_store_libstore_a_SOURCES = \
	agent/store/alarms.c \
	agent/store/deliveries.c \
	agent/store/away.c \
	agent/store/care.c \
	agent/store/check.c \
	agent/store/copy.c \
	agent/store/events.c \
	agent/store/files.c \
	agent/store/identity.c \
	agent/store/meta.c \
	agent/store/numbers.c \
	agent/store/salvage.c \
	agent/store/schema.c \
	agent/store/settings.c \
	agent/store/state.c \
	agent/store/store.c agent/store/store.h agent/store/store_private.h
