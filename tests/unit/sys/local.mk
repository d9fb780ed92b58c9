# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += \
	tests/unit/sys/test_chan \
	tests/unit/sys/test_clock \
	tests/unit/sys/test_daemonize \
	tests/unit/sys/test_lock \
	tests/unit/sys/test_log \
	tests/unit/sys/test_network \
	tests/unit/sys/test_thread
sys_test_libs = agent/sys/libsys.a agent/core/libcore.a $(CMOCKA_LIBS)
tests_unit_sys_test_chan_LDADD = $(sys_test_libs)
tests_unit_sys_test_clock_LDADD = $(sys_test_libs)
tests_unit_sys_test_clock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
tests_unit_sys_test_daemonize_LDADD = $(sys_test_libs)
tests_unit_sys_test_lock_LDADD = $(sys_test_libs)
tests_unit_sys_test_log_LDADD = $(sys_test_libs)
tests_unit_sys_test_network_LDADD = $(sys_test_libs)
tests_unit_sys_test_thread_LDADD = $(sys_test_libs)
TESTS += \
	tests/unit/sys/test_chan \
	tests/unit/sys/test_clock \
	tests/unit/sys/test_daemonize \
	tests/unit/sys/test_lock \
	tests/unit/sys/test_log \
	tests/unit/sys/test_network \
	tests/unit/sys/test_thread

check_PROGRAMS += tests/unit/sys/test_replace
tests_unit_sys_test_replace_LDADD = $(sys_test_libs)
TESTS += tests/unit/sys/test_replace

check_PROGRAMS += tests/unit/sys/test_child
tests_unit_sys_test_child_LDADD = $(sys_test_libs)
TESTS += tests/unit/sys/test_child

check_PROGRAMS += tests/unit/sys/test_log_limit
tests_unit_sys_test_log_limit_LDADD = $(sys_test_libs)
TESTS += tests/unit/sys/test_log_limit

check_PROGRAMS += tests/unit/sys/test_journal
tests_unit_sys_test_journal_LDADD = $(sys_test_libs)
TESTS += tests/unit/sys/test_journal

check_PROGRAMS += tests/unit/sys/test_service
tests_unit_sys_test_service_LDADD = $(sys_test_libs)
TESTS += tests/unit/sys/test_service
