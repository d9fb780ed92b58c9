# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/tools/column-dump
tests_tools_column_dump_LDADD = agent/snmp/libsnmp.a agent/engine/libengine.a \
	agent/store/libstore.a agent/conf/libconf.a agent/sys/libsys.a agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS)
# Run by docs/local.mk in the build itself.
noinst_PROGRAMS += tests/tools/gen-conf-man
tests_tools_gen_conf_man_SOURCES = tests/tools/gen-conf-man.c
tests_tools_gen_conf_man_CPPFLAGS = $(AM_CPPFLAGS) -DDATA_DIR='"$(pkgdatadir)"'
tests_tools_gen_conf_man_LDADD = agent/conf/libconf.a agent/core/libcore.a
EXTRA_DIST += tests/tools/mib-dump
# For scripts/bench: a peer to compare with, and a manager that asks for several columns at once.
check_PROGRAMS += tests/tools/bare-subagent tests/tools/bulk-get
tests_tools_bare_subagent_SOURCES = tests/tools/bare-subagent.c
tests_tools_bare_subagent_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_tools_bare_subagent_LDADD = $(NETSNMP_LIBS)
tests_tools_bulk_get_SOURCES = tests/tools/bulk-get.c
tests_tools_bulk_get_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_tools_bulk_get_LDADD = $(NETSNMP_LIBS)
check_PROGRAMS += tests/tools/table-thief
tests_tools_table_thief_SOURCES = tests/tools/table-thief.c
tests_tools_table_thief_LDADD = $(NETSNMP_LIBS)
# The evaluator by text, for tests/system/alarm-replay and for whoever has another model.
check_PROGRAMS += tests/tools/alarm-replay
tests_tools_alarm_replay_SOURCES = tests/tools/alarm-replay.c \
	tests/tools/replay.c tests/tools/replay.h
tests_tools_alarm_replay_LDADD = agent/core/libcore.a
check_PROGRAMS += tests/tools/mail-compose
tests_tools_mail_compose_SOURCES = tests/tools/mail-compose.c
tests_tools_mail_compose_LDADD = agent/core/libcore.a
check_PROGRAMS += tests/tools/mail-samples
tests_tools_mail_samples_SOURCES = tests/tools/mail-samples.c \
	tests/tools/mail_samples.c tests/tools/mail_samples.h
tests_tools_mail_samples_LDADD = agent/core/libcore.a
if WITH_MAIL
# The mailer without an engine, for tests/system/test_mailer.py.
check_PROGRAMS += tests/tools/mailer-drive
tests_tools_mailer_drive_SOURCES = tests/tools/mailer-drive.c
tests_tools_mailer_drive_LDADD = agent/mail/libmail.a agent/engine/libengine.a \
	agent/store/libstore.a agent/smtp/libprotocol.a agent/conf/libconf.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CONFUSE_LIBS)
endif
