/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_FUZZ_BENCH_H
#define TESTS_FUZZ_FUZZ_BENCH_H

#include "engine/engine.h"

/*
 * The real engine on a real database in fuzz_folder(), whose carriers take all at once.  Its
 * configuration: bus 1, three temperature sensors that alarm at 27 and 30, relay 1 and 2, contact
 * 1.  Addresses with a "!" are bad.
 */
struct fuzz_bench {
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	size_t out_count; /* deliveries that were taken and not answered yet */
	uint32_t out[128];
};

extern const struct conf_drivers fuzz_drivers;
extern const struct moment *fuzz_clock; /* what sys/clock.h tells: the bench's */

/* Of the first moment; a bench that was closed may be opened again, later. */
void fuzz_bench_init(struct fuzz_bench *bench);

/* What a start may fail with.  fuzz_bench_close in any case. */
int fuzz_bench_open(struct fuzz_bench *bench, struct err *err);
void fuzz_bench_close(struct fuzz_bench *bench);

/* A turn so much later, with what the clock sets off, and all that is answered then. */
void fuzz_bench_pass(struct fuzz_bench *bench, int64_t ms);

/* Both channels work, from the next turn on. */
void fuzz_bench_connect(struct fuzz_bench *bench);

/* All sensors read that, a second later. */
void fuzz_bench_read(struct fuzz_bench *bench, int32_t milli);

#endif
