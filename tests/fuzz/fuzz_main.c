/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define SEEDS_MAX 64
#define SEED_MAX  4096
#define INPUT_MAX (2 * SEED_MAX)
#define CHANGES   6

struct seed {
	size_t size;
	uint8_t bytes[SEED_MAX];
};

static struct seed seeds[SEEDS_MAX];
static size_t seed_count;

/* xorshift64*: the same numbers everywhere, always. */
static uint32_t
random_below(uint32_t limit)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % limit;
}

static void
seed_read(const char *folder, const char *name)
{
	struct seed *seed = &seeds[seed_count];
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file == NULL || seed_count == SEEDS_MAX) {
		perror(path);
		exit(1);
	}
	seed->size = fread(seed->bytes, 1, sizeof(seed->bytes), file);
	seed_count++;
	fclose(file);
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
seeds_read(void)
{
	const char *srcdir = getenv("ENVSENSOR_SRCDIR");
	struct dirent **entries;
	char folder[2048];
	int count;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir == NULL ? "." : srcdir,
	    fuzz_target.name);
	count = scandir(folder, &entries, is_seed, alphasort);
	if (count <= 0) {
		perror(folder);
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		seed_read(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* In memory of just its size, so that a sanitizer sees what reads beyond it. */
static void
try_input(const uint8_t *bytes, size_t size)
{
	uint8_t *input = malloc(size > 0 ? size : 1);

	if (input == NULL)
		exit(1);
	memcpy(input, bytes, size);
	LLVMFuzzerTestOneInput(input, size);
	free(input);
}

enum change {
	CHANGE_BIT,
	CHANGE_BYTE,
	CHANGE_EDGE, /* a number at the edge of a range, in network order */
	CHANGE_CUT,
	CHANGE_REPEAT,
	CHANGE_APPEND,
	CHANGE_KINDS,
};

static void
change_edge(uint8_t *bytes, size_t size)
{
	static const uint8_t edges[][4] = { { 0, 0, 0, 0 }, { 0xff, 0xff, 0xff, 0xff },
		{ 0x7f, 0xff, 0xff, 0xff }, { 0x80, 0, 0, 0 }, { 0, 0, 0, 1 }, { 0, 0, 1, 0 },
		{ 0, 1, 0, 0 }, { 0xff, 0xff, 0xff, 0xfe } };
	size_t at;

	if (size < 4)
		return;
	at = random_below((uint32_t)(size - 3));
	if (random_below(4) > 0)
		at -= at % 4;
	memcpy(bytes + at, edges[random_below(sizeof(edges) / sizeof(edges[0]))], 4);
}

static size_t
change_repeat(uint8_t *bytes, size_t size, size_t at)
{
	size_t count = 1 + random_below((uint32_t)(size - at));

	if (size + count > INPUT_MAX)
		return size;
	memmove(bytes + at + count, bytes + at, size - at);
	return size + count;
}

static size_t
change_append(uint8_t *bytes, size_t size)
{
	const struct seed *other = &seeds[random_below((uint32_t)seed_count)];

	if (size + other->size > INPUT_MAX)
		return size;
	memcpy(bytes + size, other->bytes, other->size);
	return size + other->size;
}

static size_t
change_input(uint8_t *bytes, size_t size)
{
	enum change change = random_below(CHANGE_KINDS);
	size_t at;

	if (size == 0)
		return change_append(bytes, size);
	at = random_below((uint32_t)size);
	switch (change) {
	case CHANGE_BIT:
		bytes[at] ^= (uint8_t)(1 << random_below(8));
		return size;
	case CHANGE_BYTE:
		bytes[at] = (uint8_t)random_below(256);
		return size;
	case CHANGE_EDGE:
		change_edge(bytes, size);
		return size;
	case CHANGE_CUT:
		return at;
	case CHANGE_REPEAT:
		return change_repeat(bytes, size, at);
	case CHANGE_APPEND:
		return change_append(bytes, size);
	case CHANGE_KINDS:
		break;
	}
	return size;
}

/* The seeds and what is left of them where they are cut: everywhere, if that is no more than the
 * runs by chance. */
static void
try_seeds(void)
{
	size_t total = 0, step;

	for (size_t i = 0; i < seed_count; i++)
		total += seeds[i].size;
	step = 1 + total / (size_t)fuzz_target.runs;
	for (size_t i = 0; i < seed_count; i++) {
		try_input(seeds[i].bytes, seeds[i].size);
		for (size_t size = 0; size < seeds[i].size; size += step)
			try_input(seeds[i].bytes, size);
	}
}

static void
try_chance(void)
{
	const struct seed *seed = &seeds[random_below((uint32_t)seed_count)];
	static uint8_t bytes[INPUT_MAX];
	size_t size = seed->size;

	memcpy(bytes, seed->bytes, size);
	for (uint32_t left = 1 + random_below(CHANGES); left > 0; left--)
		size = change_input(bytes, size);
	try_input(bytes, size);
}

int
main(void)
{
	seeds_read();
	try_seeds();
	for (long run = 0; run < fuzz_target.runs; run++)
		try_chance();
	printf("%zu seeds, %ld changed ones\n", seed_count, fuzz_target.runs);
	return 0;
}
