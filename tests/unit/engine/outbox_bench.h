/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_OUTBOX_BENCH_H
#define TESTS_UNIT_ENGINE_OUTBOX_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

/*
 * The real engine on a real database with an imitated carrier of channel snmp, whose every job is
 * kept.  Time is an argument; a restart is one as after kill -9, at whatever point.
 */
#define BENCH_JOBS  20000
#define BENCH_MAILS 2000

struct bench {
	char folder[32];
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	struct conf *(*make_conf)(unsigned sensors); /* for restarts */
	unsigned sensors;
	const struct snapshot *seen;
	int64_t report_ms; /* of the bus, with nothing in it */

	struct delivery_job jobs[BENCH_JOBS];
	size_t job_count;
	size_t answered; /* of them, by answer() */
	unsigned places; /* how many jobs the carrier takes unanswered */
	bool answers;    /* at once, in the same turn */
	int still;       /* enum channel: its carrier stands still; 0: none does */

	/* the mailer */
	struct mail_job *mails[BENCH_MAILS];
	size_t mail_count, mail_answered, check_count;
	size_t mail_places;
	struct chan *replies;
	size_t mails_by_conf; /* that had left when the last configuration was told */
	bool relay_answers;   /* mails are dealt with at once, as that: */
	enum result relay_result;
	enum result_class relay_class;
	const char *relay_phase; /* in which they end */
	bool relay_hangs_up;     /* instead of what it says of a recipient */
};

int bench_set_up(void **state);
int bench_tear_down(void **state);

/* Sensors s0001.. that alarm at the first sample: critical at 30, warning at 27. */
struct conf *bench_conf(unsigned sensors);
void bench_configure(struct bench *bench, struct conf *conf);

/* With sensors, the agent's start told, the channel up: the usual beginning.  All jobs so far are
 * forgotten. */
void bench_begin(struct bench *bench, unsigned sensors);

/* As after kill -9, with the same sensors; the channel is down. */
void bench_restart(struct bench *bench);

void bench_turn(struct bench *bench);
void bench_pass(struct bench *bench, int64_t ms); /* turns and ticks as the engine wants them */

/* Sensors 1..count read that much; a turn. */
void bench_reads(struct bench *bench, unsigned count, int64_t milli);
void bench_reads_from(struct bench *bench, unsigned first, unsigned count, int64_t milli);

void bench_up(struct bench *bench, bool is_up);

/* The carrier answers the oldest job that is not answered; a turn. */
void bench_answer(struct bench *bench, enum result result, enum result_class class);
void bench_accept_all(struct bench *bench); /* what comes meanwhile, too */

/* The mailer is there, or is gone. */
void bench_mailer(struct bench *bench, bool is_up);

/* The oldest mail that is not answered: the leave to send its final dot, which is the engine's
 * answer; how it ended for all of its recipients, or for one. */
int bench_mail_go(struct bench *bench);
void bench_mail_answer(struct bench *bench, enum result result, enum result_class class);
void bench_mail_answer_one(
    struct bench *bench, size_t recipient, enum result result, enum result_class class);

/* All is taken, now and from now on. */
void bench_mail_accept(struct bench *bench);

/* A header of the n-th mail as it stands there, or "". */
const char *bench_header(const struct bench *bench, size_t n, const char *name);
const struct delivery *bench_mail_row(struct bench *bench, uint32_t seq, const char *contact);

const struct snapshot *bench_look(struct bench *bench);
const struct delivery *bench_row(struct bench *bench, uint32_t seq); /* the last of that event */
const struct channel_view *bench_channel(struct bench *bench);
const struct record *bench_event(struct bench *bench, uint32_t seq);

/* No row is lost: each one that was accepted waits or has ended once. */
void bench_assert_books(struct bench *bench);

/* The jobs from `first` on are of events seq, seq + 1 ... */
void bench_assert_jobs(struct bench *bench, size_t first, const uint32_t *seqs, size_t count);
#define ASSERT_JOBS(bench, first, ...)                                     \
	bench_assert_jobs(bench, first, (const uint32_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* The disk takes nothing any more, or does again. */
void bench_fill_disk(bool is_full);

#endif
