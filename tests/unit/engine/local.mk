# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/engine/test_engine tests/unit/engine/test_engine_thread
engine_test_libs = agent/engine/libengine.a agent/store/libstore.a agent/conf/libconf.a \
	agent/sys/libsys.a agent/core/libcore.a $(SQLITE_LIBS) $(CONFUSE_LIBS) $(CMOCKA_LIBS)
ENGINE_BENCH = tests/unit/engine/engine_bench.c tests/unit/engine/engine_bench.h \
	tests/unit/fixture.c tests/unit/fixture.h
tests_unit_engine_test_engine_SOURCES = tests/unit/engine/test_engine.c $(ENGINE_BENCH)
tests_unit_engine_test_engine_LDADD = $(engine_test_libs)
tests_unit_engine_test_engine_thread_SOURCES = tests/unit/engine/test_engine_thread.c \
	tests/unit/fixture.c tests/unit/fixture.h
tests_unit_engine_test_engine_thread_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine tests/unit/engine/test_engine_thread

check_PROGRAMS += tests/unit/engine/test_engine_alarm
tests_unit_engine_test_engine_alarm_SOURCES = tests/unit/engine/test_engine_alarm.c \
	$(ENGINE_BENCH)
tests_unit_engine_test_engine_alarm_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_alarm
check_PROGRAMS += tests/unit/engine/test_summary
tests_unit_engine_test_summary_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_summary

OUTBOX_BENCH = tests/unit/engine/outbox_bench.c tests/unit/engine/outbox_bench.h \
	tests/unit/fixture.c tests/unit/fixture.h
check_PROGRAMS += tests/unit/engine/test_outbox
tests_unit_engine_test_outbox_SOURCES = tests/unit/engine/test_outbox.c $(OUTBOX_BENCH)
tests_unit_engine_test_outbox_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox
check_PROGRAMS += tests/unit/engine/test_outbox_limits
tests_unit_engine_test_outbox_limits_SOURCES = tests/unit/engine/test_outbox_limits.c \
	$(OUTBOX_BENCH)
tests_unit_engine_test_outbox_limits_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_limits
MAIL_BENCH = tests/unit/engine/mail_bench.c tests/unit/engine/mail_bench.h $(OUTBOX_BENCH)
check_PROGRAMS += tests/unit/engine/test_outbox_mail
tests_unit_engine_test_outbox_mail_SOURCES = tests/unit/engine/test_outbox_mail.c $(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail
check_PROGRAMS += tests/unit/engine/test_outbox_mail_time
tests_unit_engine_test_outbox_mail_time_SOURCES = tests/unit/engine/test_outbox_mail_time.c \
	$(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_time_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail_time
check_PROGRAMS += tests/unit/engine/test_outbox_mail_asked
tests_unit_engine_test_outbox_mail_asked_SOURCES = tests/unit/engine/test_outbox_mail_asked.c \
	$(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_asked_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail_asked
# The database in trouble: below SQLite, and with the clock's word in the hands of the test.
storage_test_sources = tests/unit/engine/engine_life.c tests/unit/engine/engine_life.h \
	tests/unit/store/failing_vfs.c tests/unit/store/failing_vfs.h \
	tests/unit/store/trouble.c tests/unit/store/trouble.h $(ENGINE_BENCH)
check_PROGRAMS += tests/unit/engine/test_engine_care
tests_unit_engine_test_engine_care_SOURCES = tests/unit/engine/test_engine_care.c \
	$(storage_test_sources)
tests_unit_engine_test_engine_care_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_engine_test_engine_care_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_is_synchronised
tests_unit_engine_test_engine_care_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_care

check_PROGRAMS += tests/unit/engine/test_engine_failing
tests_unit_engine_test_engine_failing_SOURCES = tests/unit/engine/test_engine_failing.c \
	$(storage_test_sources)
tests_unit_engine_test_engine_failing_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_engine_test_engine_failing_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_failing

check_PROGRAMS += tests/unit/engine/test_engine_memory
tests_unit_engine_test_engine_memory_SOURCES = tests/unit/engine/test_engine_memory.c \
	tests/unit/store/failing_memory.c tests/unit/store/failing_memory.h \
	$(storage_test_sources)
tests_unit_engine_test_engine_memory_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_engine_test_engine_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=reallocarray,--wrap=strdup,--wrap=asprintf
tests_unit_engine_test_engine_memory_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_memory
check_PROGRAMS += tests/unit/engine/test_engine_settings
tests_unit_engine_test_engine_settings_SOURCES = tests/unit/engine/test_engine_settings.c \
	$(ENGINE_BENCH) tests/unit/conf/mock_drivers.c tests/unit/conf/mock_drivers.h \
	tests/unit/store/trouble.c tests/unit/store/trouble.h
tests_unit_engine_test_engine_settings_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_engine_test_engine_settings_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_settings
change_bench = tests/unit/engine/change_bench.c tests/unit/engine/change_bench.h $(ENGINE_BENCH)
check_PROGRAMS += tests/unit/engine/test_engine_change tests/unit/engine/test_engine_rows
tests_unit_engine_test_engine_change_SOURCES = tests/unit/engine/test_engine_change.c \
	$(change_bench)
tests_unit_engine_test_engine_change_LDADD = $(engine_test_libs)
tests_unit_engine_test_engine_rows_SOURCES = tests/unit/engine/test_engine_rows.c $(change_bench)
tests_unit_engine_test_engine_rows_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_change tests/unit/engine/test_engine_rows
check_PROGRAMS += tests/unit/engine/test_outbox_mail_limits
tests_unit_engine_test_outbox_mail_limits_SOURCES = \
	tests/unit/engine/test_outbox_mail_limits.c $(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_limits_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail_limits
check_PROGRAMS += tests/unit/engine/test_outbox_mail_wake
tests_unit_engine_test_outbox_mail_wake_SOURCES = \
	tests/unit/engine/test_outbox_mail_wake.c $(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_wake_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail_wake

check_PROGRAMS += tests/unit/engine/test_engine_log
tests_unit_engine_test_engine_log_SOURCES = tests/unit/engine/test_engine_log.c \
	$(storage_test_sources)
tests_unit_engine_test_engine_log_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_engine_test_engine_log_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=log_at
tests_unit_engine_test_engine_log_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_engine_log
check_PROGRAMS += tests/unit/engine/test_outbox_mail_late
tests_unit_engine_test_outbox_mail_late_SOURCES = \
	tests/unit/engine/test_outbox_mail_late.c $(MAIL_BENCH)
tests_unit_engine_test_outbox_mail_late_LDADD = $(engine_test_libs)
TESTS += tests/unit/engine/test_outbox_mail_late
