/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_TOOLS_MAIL_SAMPLES_H
#define TESTS_TOOLS_MAIL_SAMPLES_H

#include "core/mail_text.h"

/* One mail of each sort, as facts. */
struct mail_sample {
	const char *what;
	struct mail_facts facts;
};

/* NULL behind the last; the next call overwrites it. */
const struct mail_sample *mail_sample(size_t n);

#endif
