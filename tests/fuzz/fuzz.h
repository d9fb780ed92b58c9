/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * A fuzzer is one file: it defines these two, and a program of it and fuzz_main.c is a test of
 * make check, which tries the corpus and what comes of it by chance, the same in each run.  For
 * days of it, with what libFuzzer knows:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -I agent -I . -I BUILD \
 *       tests/fuzz/fuzz_NAME.c SOURCES -o fuzz && ./fuzz tests/fuzz/corpus/NAME
 */
extern const char fuzz_corpus[]; /* its folder in tests/fuzz/corpus */

/* Ends the program if something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
