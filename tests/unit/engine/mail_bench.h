/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_MAIL_BENCH_H
#define TESTS_UNIT_ENGINE_MAIL_BENCH_H

#include "tests/unit/engine/outbox_bench.h"

/* What tests of channel mail have in common.  Contact "ops" gets all, "boss" what is critical; one
 * relay, or two. */
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

struct conf *mail_conf(unsigned sensors);
struct conf *two_relays_conf(unsigned sensors);

/* With sensors, both channels up; what channel snmp gets is accepted. */
void mail_begin(struct bench *bench, unsigned sensors);

/* As after kill -9; sensor 1 goes on with that value, the others with 20. */
void mail_restart(struct bench *bench, int64_t milli);

/* How the n-th mail's subject begins, read as people see it. */
void mail_assert_subject(const struct bench *bench, size_t n, const char *wanted);

const struct contact_view *mail_contact(struct bench *bench, size_t n);

#endif
