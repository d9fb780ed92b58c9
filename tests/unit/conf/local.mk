# SPDX-License-Identifier: BSD-2-Clause
conf_tests = \
	tests/unit/conf/test_change_text \
	tests/unit/conf/test_conf \
	tests/unit/conf/test_conf_check \
	tests/unit/conf/test_conf_entity \
	tests/unit/conf/test_conf_device \
	tests/unit/conf/test_conf_file \
	tests/unit/conf/test_conf_mail \
	tests/unit/conf/test_conf_print \
	tests/unit/conf/test_conf_scan \
	tests/unit/conf/test_field \
	tests/unit/conf/test_overlay \
	tests/unit/conf/test_profiles \
	tests/unit/conf/test_schema
check_PROGRAMS += $(conf_tests)
TESTS += $(conf_tests)
conf_test_libs = agent/conf/libconf.a agent/core/libcore.a $(CMOCKA_LIBS)
mock_drivers = tests/unit/conf/mock_drivers.c tests/unit/conf/mock_drivers.h
conf_folder = tests/unit/conf/conf_folder.c tests/unit/conf/conf_folder.h $(mock_drivers)
tests_unit_conf_test_change_text_LDADD = $(conf_test_libs)
tests_unit_conf_test_conf_LDADD = $(conf_test_libs)
tests_unit_conf_test_conf_check_SOURCES = tests/unit/conf/test_conf_check.c $(mock_drivers)
tests_unit_conf_test_conf_check_LDADD = $(conf_test_libs)
tests_unit_conf_test_conf_entity_LDADD = $(conf_test_libs)
tests_unit_conf_test_conf_device_SOURCES = tests/unit/conf/test_conf_device.c $(conf_folder)
tests_unit_conf_test_conf_device_LDADD = $(conf_test_libs) $(CONFUSE_LIBS)
tests_unit_conf_test_conf_file_SOURCES = tests/unit/conf/test_conf_file.c $(conf_folder)
tests_unit_conf_test_conf_file_LDADD = $(conf_test_libs) $(CONFUSE_LIBS)
tests_unit_conf_test_conf_mail_SOURCES = tests/unit/conf/test_conf_mail.c $(conf_folder)
tests_unit_conf_test_conf_mail_LDADD = $(conf_test_libs) $(CONFUSE_LIBS)
tests_unit_conf_test_conf_print_SOURCES = tests/unit/conf/test_conf_print.c $(mock_drivers)
tests_unit_conf_test_conf_print_LDADD = $(conf_test_libs) $(CONFUSE_LIBS)
tests_unit_conf_test_conf_scan_LDADD = $(conf_test_libs)
tests_unit_conf_test_field_LDADD = $(conf_test_libs)
tests_unit_conf_test_overlay_SOURCES = tests/unit/conf/test_overlay.c $(mock_drivers)
tests_unit_conf_test_overlay_LDADD = $(conf_test_libs)
tests_unit_conf_test_profiles_LDADD = $(conf_test_libs) $(CONFUSE_LIBS)
tests_unit_conf_test_schema_LDADD = $(conf_test_libs)
