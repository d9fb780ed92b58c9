/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_SIM_SIM_SCRIPT_H
#define DRIVERS_SIM_SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/reading.h"

/*
 * A script: what each address of a simulated bus answers, read after read.
 *
 *	# address     one word for each read
 *	inlet         21.5 21.6 silent 22      the last word is held
 *	"cold room"   -18 -17.5 repeat         from the start again
 *	rack/outlet   hang:5000 24.0
 *
 * A word is a decimal number with up to three decimals, or silent, badReply, deviceError,
 * badAddress, nan, lost, hang:MS.  A # at the start of a word begins a comment.
 */
struct sim_script;

struct sim_step {
	struct reading reading;
	uint32_t hang_ms; /* to be stuck before the reading */
	bool is_lost;     /* the whole bus: no reading */
};

#define SIM_SCRIPT_MAX_BYTES (1024 * 1024)

/* -EINVAL: "file:line: what is wrong, what is allowed"; or why the file cannot be read. */
int sim_script_load(const char *path, struct sim_script **ret_script, struct err *err);
void sim_script_free(struct sim_script *script); /* copes with NULL */

/* False if the file at `path` was changed, replaced or removed since it was loaded. */
bool sim_script_is_current(const struct sim_script *script, const char *path);

/* The next word of an address. False: the script does not know it. */
bool sim_script_next(struct sim_script *script, const char *address, struct sim_step *ret_step);

/* The n-th address, in the order of bytes; NULL behind the last. */
const char *sim_script_address(const struct sim_script *script, size_t n);

#endif
