# SPDX-License-Identifier: BSD-2-Clause
sbin_PROGRAMS += envsensord
envsensord_SOURCES = agent/main.c
envsensord_LDADD = agent/core/libcore.a
