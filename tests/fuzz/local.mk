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
