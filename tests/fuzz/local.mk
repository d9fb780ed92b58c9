# SPDX-License-Identifier: BSD-2-Clause
# What reads from outside, tried with much that nobody would say.  With libFuzzer (scripts/fuzz) its
# main takes the place of ours.
fuzz_common = tests/fuzz/fuzz.h tests/fuzz/fuzz.c
if !WITH_LIBFUZZER
fuzz_common += tests/fuzz/fuzz_main.c
endif
fuzz_bench = tests/fuzz/fuzz_bench.c tests/fuzz/fuzz_bench.h tests/fuzz/fuzz_sys.c \
	tests/unit/fixture.c tests/unit/fixture.h
fuzz_bench_libs = agent/snmp/libsnmp.a agent/engine/libengine.a agent/store/libstore.a \
	agent/conf/libconf.a agent/sys/libsys.a agent/core/libcore.a \
	$(NETSNMP_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS)
fuzz_programs = \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_get \
	tests/fuzz/fuzz_kept \
	tests/fuzz/fuzz_mail \
	tests/fuzz/fuzz_owserver \
	tests/fuzz/fuzz_set \
	tests/fuzz/fuzz_setting \
	tests/fuzz/fuzz_store \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_w1
if WITH_MODBUS
fuzz_programs += tests/fuzz/fuzz_modbus
endif
if WITH_MAIL
fuzz_programs += tests/fuzz/fuzz_smtp
endif
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(fuzz_common)
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS) agent/bus/libbus.a agent/conf/libconf.a $(DRIVER_LIBS) \
	agent/sys/libsys.a agent/core/libcore.a $(CONFUSE_LIBS)
tests_fuzz_fuzz_get_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_fuzz_fuzz_get_SOURCES = tests/fuzz/fuzz_get.c tests/fuzz/fuzz_snmp.c tests/fuzz/fuzz_snmp.h \
	$(fuzz_bench) $(fuzz_common)
tests_fuzz_fuzz_get_LDADD = $(FUZZ_LIBS) $(fuzz_bench_libs)
tests_fuzz_fuzz_kept_SOURCES = tests/fuzz/fuzz_kept.c $(fuzz_common)
tests_fuzz_fuzz_kept_LDADD = $(FUZZ_LIBS) agent/core/libcore.a
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz_mail.c $(fuzz_common)
tests_fuzz_fuzz_mail_LDADD = $(FUZZ_LIBS) agent/core/libcore.a
tests_fuzz_fuzz_modbus_CPPFLAGS = $(AM_CPPFLAGS) $(MODBUS_CFLAGS)
tests_fuzz_fuzz_modbus_SOURCES = tests/fuzz/fuzz_modbus.c $(fuzz_common)
tests_fuzz_fuzz_modbus_LDADD = $(FUZZ_LIBS) $(DRIVER_LIBS) agent/core/libcore.a
tests_fuzz_fuzz_owserver_SOURCES = tests/fuzz/fuzz_owserver.c $(fuzz_common)
tests_fuzz_fuzz_owserver_LDADD = $(FUZZ_LIBS) $(DRIVER_LIBS) agent/core/libcore.a
tests_fuzz_fuzz_set_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_fuzz_fuzz_set_SOURCES = tests/fuzz/fuzz_set.c tests/fuzz/fuzz_snmp.c tests/fuzz/fuzz_snmp.h \
	$(fuzz_bench) $(fuzz_common)
tests_fuzz_fuzz_set_LDADD = $(FUZZ_LIBS) $(fuzz_bench_libs)
tests_fuzz_fuzz_setting_SOURCES = tests/fuzz/fuzz_setting.c $(fuzz_common)
tests_fuzz_fuzz_setting_LDADD = $(FUZZ_LIBS) agent/conf/libconf.a agent/core/libcore.a
tests_fuzz_fuzz_smtp_SOURCES = tests/fuzz/fuzz_smtp.c $(fuzz_common)
tests_fuzz_fuzz_smtp_LDADD = $(FUZZ_LIBS) agent/smtp/libsmtp.a agent/smtp/libprotocol.a \
	agent/core/libcore.a
tests_fuzz_fuzz_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_fuzz_fuzz_store_SOURCES = tests/fuzz/fuzz_store.c $(fuzz_bench) $(fuzz_common)
tests_fuzz_fuzz_store_LDADD = $(FUZZ_LIBS) $(fuzz_bench_libs)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(fuzz_common)
tests_fuzz_fuzz_text_LDADD = $(FUZZ_LIBS) agent/core/libcore.a
tests_fuzz_fuzz_w1_SOURCES = tests/fuzz/fuzz_w1.c $(fuzz_common)
tests_fuzz_fuzz_w1_LDADD = $(FUZZ_LIBS) $(DRIVER_LIBS) agent/core/libcore.a

# all that lies there
EXTRA_DIST += tests/fuzz/corpus
