# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/store/test_store
tests_unit_store_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_store_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_store

check_PROGRAMS += tests/unit/store/test_history
tests_unit_store_test_history_SOURCES = tests/unit/store/test_history.c \
	tests/unit/store/state_folder.c tests/unit/store/state_folder.h
tests_unit_store_test_history_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_history_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_history

check_PROGRAMS += tests/unit/store/test_settings
tests_unit_store_test_settings_SOURCES = tests/unit/store/test_settings.c \
	tests/unit/store/state_folder.c tests/unit/store/state_folder.h
tests_unit_store_test_settings_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_settings_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_settings

check_PROGRAMS += tests/unit/store/test_deliveries
tests_unit_store_test_deliveries_SOURCES = tests/unit/store/test_deliveries.c \
	tests/unit/store/state_folder.c tests/unit/store/state_folder.h
tests_unit_store_test_deliveries_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_deliveries_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_deliveries
check_PROGRAMS += tests/unit/store/test_care
tests_unit_store_test_care_SOURCES = tests/unit/store/test_care.c \
	tests/unit/store/state_folder.c tests/unit/store/state_folder.h
tests_unit_store_test_care_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_care_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_care

check_PROGRAMS += tests/unit/store/test_failing
tests_unit_store_test_failing_SOURCES = tests/unit/store/test_failing.c \
	tests/unit/store/failing_vfs.c tests/unit/store/failing_vfs.h \
	tests/unit/store/state_folder.c tests/unit/store/state_folder.h
tests_unit_store_test_failing_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_failing_LDADD = agent/store/libstore.a agent/sys/libsys.a \
	agent/core/libcore.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/store/test_failing
