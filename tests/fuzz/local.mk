# SPDX-License-Identifier: BSD-2-Clause
# Parsers of what comes from outside, tried with much that nobody would say.
check_PROGRAMS += tests/fuzz/fuzz_owserver
tests_fuzz_fuzz_owserver_SOURCES = \
	tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c \
	tests/fuzz/fuzz_owserver.c
tests_fuzz_fuzz_owserver_LDADD = $(DRIVER_LIBS) agent/core/libcore.a
TESTS += tests/fuzz/fuzz_owserver
EXTRA_DIST += \
	tests/fuzz/corpus/owserver/directory \
	tests/fuzz/corpus/owserver/error \
	tests/fuzz/corpus/owserver/other-protocol \
	tests/fuzz/corpus/owserver/path \
	tests/fuzz/corpus/owserver/present \
	tests/fuzz/corpus/owserver/still-working \
	tests/fuzz/corpus/owserver/uncached-directory \
	tests/fuzz/corpus/owserver/value \
	tests/fuzz/corpus/owserver/value-exponent
if WITH_MAIL
check_PROGRAMS += tests/fuzz/fuzz_smtp
tests_fuzz_fuzz_smtp_SOURCES = \
	tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c \
	tests/fuzz/fuzz_smtp.c
tests_fuzz_fuzz_smtp_LDADD = agent/smtp/libsmtp.a agent/smtp/libprotocol.a agent/core/libcore.a
TESTS += tests/fuzz/fuzz_smtp
endif
EXTRA_DIST += \
	tests/fuzz/corpus/smtp/auth \
	tests/fuzz/corpus/smtp/ehlo \
	tests/fuzz/corpus/smtp/greeting \
	tests/fuzz/corpus/smtp/leaving \
	tests/fuzz/corpus/smtp/message \
	tests/fuzz/corpus/smtp/refusal \
	tests/fuzz/corpus/smtp/relay \
	tests/fuzz/corpus/smtp/told
