# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/ctl/test_answers
TESTS += tests/unit/ctl/test_answers
tests_unit_ctl_test_answers_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_ctl_test_answers_SOURCES = tests/unit/ctl/test_answers.c \
	agent/ctl/act.c agent/ctl/client.c agent/ctl/sheet.c agent/ctl/target.c agent/ctl/view.c
tests_unit_ctl_test_answers_LDADD = agent/conf/libconf.a agent/core/libcore.a $(NETSNMP_LIBS) \
	$(CMOCKA_LIBS)
