/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * A fuzzer is one file, fuzz_NAME.c: it defines these two, and a program of it and fuzz_main.c is a
 * test of make check, which tries the corpus (its folder corpus/NAME) and what comes of it by
 * chance, the same in each run.  scripts/fuzz links it with libFuzzer instead.
 */
extern const struct fuzz_target {
	const char *name;
	long runs; /* by chance: not more than a second or two */
} fuzz_target;

/* Ends the program if something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MUST(condition)        \
	((condition) ? (void)0 \
		     : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

/* ---- an input that is not text: what stands for choices, numbers and texts ---- */

struct fuzz_input {
	const uint8_t *at, *end;
};

/* Behind its end all is 0 and empty. */
bool fuzz_is_over(const struct fuzz_input *input);
unsigned fuzz_byte(struct fuzz_input *input);
unsigned fuzz_below(struct fuzz_input *input, unsigned limit); /* limit: 1 to 256 */
uint32_t fuzz_u32(struct fuzz_input *input);

/* A length in one byte, at most size-1, and as many bytes; what is missing is left out.  There is a
 * NUL behind them, and there may be others.  The length. */
size_t fuzz_octets(struct fuzz_input *input, char *to, size_t size);

/* The same as a string: up to the first NUL. */
const char *fuzz_text(struct fuzz_input *input, char *to, size_t size);

/* ---- folders ---- */

/* One of our own, in memory if there is such a place; it goes with the process.  NUL-terminated,
 * for ever. */
const char *fuzz_folder(void);

/* FOLDER/NAME in a static place for the next one; and a file of that content there. */
const char *fuzz_path(const char *name);
void fuzz_write(const char *path, const void *data, size_t size);

/* All of the folder goes, but not itself. */
void fuzz_empty_folder(void);

#endif
