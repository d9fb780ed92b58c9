# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/core/test_codec
tests_unit_core_test_codec_LDADD = agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/core/test_codec
check_PROGRAMS += tests/unit/core/test_err
tests_unit_core_test_err_LDADD = agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/core/test_err
check_PROGRAMS += tests/unit/core/test_reading
tests_unit_core_test_reading_LDADD = agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/core/test_reading
check_PROGRAMS += tests/unit/core/test_text
tests_unit_core_test_text_LDADD = agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/core/test_text
check_PROGRAMS += tests/unit/core/test_units
tests_unit_core_test_units_LDADD = agent/core/libcore.a $(CMOCKA_LIBS)
TESTS += tests/unit/core/test_units
