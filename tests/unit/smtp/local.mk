# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/smtp/test_protocol
tests_unit_smtp_test_protocol_LDADD = agent/smtp/libprotocol.a agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/smtp/test_protocol
check_PROGRAMS += tests/unit/smtp/test_body
tests_unit_smtp_test_body_LDADD = agent/smtp/libsmtp.a $(CMOCKA_LIBS)
TESTS += tests/unit/smtp/test_body
