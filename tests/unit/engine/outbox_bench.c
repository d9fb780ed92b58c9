/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/outbox_bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/text.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

#define START 5000000

/* ---- the carrier ---- */

static void
post(struct bench *bench, enum engine_message kind, const void *data, size_t size)
{
	struct chan_message message = { .kind = kind, .data = malloc(size) };

	assert_non_null(message.data);
	memcpy(message.data, data, size);
	engine_step(bench->engine, &message, &bench->now);
}

static bool
take_job(void *context, enum channel channel, const struct delivery_job *job)
{
	struct bench *bench = context;
	size_t out = bench->job_count - bench->answered;

	assert_int_equal(channel, CHANNEL_SNMP);
	assert_true(bench->job_count < BENCH_JOBS);
	if (out >= bench->places && !bench->answers)
		return false;
	bench->jobs[bench->job_count++] = *job;
	return true;
}

static void
post_outcome(struct bench *bench, enum result result, enum result_class class)
{
	struct delivery_outcome outcome = {
		.result = result,
		.class = class,
		.code = 264, /* what an AgentX master says is none of the MIB's business */
		.relay = "unix:/master",
	};

	assert_true(bench->answered < bench->job_count);
	outcome.delivery = bench->jobs[bench->answered++].delivery;
	if (outcome.delivery != 0)
		post(bench, ENGINE_OUTCOME, &outcome, sizeof(outcome));
}

void
bench_answer(struct bench *bench, enum result result, enum result_class class)
{
	post_outcome(bench, result, class);
	bench_turn(bench);
}

static void
answer_at_once(struct bench *bench)
{
	while (bench->answers && bench->answered < bench->job_count) {
		while (bench->answered < bench->job_count)
			post_outcome(bench, RESULT_OK, RESULT_DONE);
		engine_turn_end(bench->engine, &bench->now);
	}
}

void
bench_accept_all(struct bench *bench)
{
	bench->answers = true;
	answer_at_once(bench);
	bench->answers = false;
}

void
bench_up(struct bench *bench, bool is_up)
{
	const struct channel_news news = { CHANNEL_SNMP, is_up };

	/* as the contract wants it: what is out is in doubt first */
	while (!is_up && bench->answered < bench->job_count)
		post_outcome(bench, RESULT_MASTER_UNAVAILABLE, RESULT_IN_DOUBT);
	post(bench, ENGINE_CHANNEL, &news, sizeof(news));
	bench_turn(bench);
}

/* ---- the mailer ---- */

static bool
take_mail(void *context, struct mail_job *job)
{
	struct bench *bench = context;

	if (job->recipient_count == 0) {
		bench->check_count++;
		mail_job_free(job);
		return true;
	}
	assert_true(bench->mail_count < BENCH_MAILS);
	if (bench->mail_count - bench->mail_answered >= bench->mail_places)
		return false;
	bench->mails[bench->mail_count++] = job;
	return true;
}

static void
take_conf(void *context, const struct conf *conf)
{
	struct bench *bench = context;

	(void)conf;
	bench->mails_by_conf = bench->mail_count;
}

void
bench_mailer(struct bench *bench, bool is_up)
{
	const struct channel_news news = { CHANNEL_MAIL, is_up };

	post(bench, ENGINE_CHANNEL, &news, sizeof(news));
	bench_turn(bench);
}

int
bench_mail_go(struct bench *bench)
{
	struct mail_go_request *request = calloc(1, sizeof(*request));
	struct chan_message message = { .kind = ENGINE_MAIL_GO, .data = request };

	assert_non_null(request);
	request->request = (struct chan_request){ .id = 7, .replies = bench->replies };
	request->job = bench->mails[bench->mail_answered]->id;
	engine_step(bench->engine, &message, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	assert_true(chan_get(bench->replies, 0, &message));
	return message.kind;
}

void
bench_mail_answer_one(
    struct bench *bench, size_t recipient, enum result result, enum result_class class)
{
	const struct mail_job *job = bench->mails[bench->mail_answered];
	bool is_of_recipient = result == RESULT_RECIPIENT_UNAVAILABLE && !bench->relay_hangs_up;
	const struct delivery_outcome outcome = {
		.delivery = job->recipients[recipient].delivery,
		.result = result,
		.class = class,
		.code = class == RESULT_DONE ? 250
		        : is_of_recipient    ? 450
		                             : 0,
		.phase = bench->relay_phase,
		.relay = "mail.example.org",
	};

	post(bench, ENGINE_OUTCOME, &outcome, sizeof(outcome));
	if (recipient + 1 == job->recipient_count)
		bench->mail_answered++;
}

void
bench_mail_answer(struct bench *bench, enum result result, enum result_class class)
{
	const struct mail_job *job = bench->mails[bench->mail_answered];

	assert_true(bench->mail_answered < bench->mail_count);
	for (size_t i = 0; i < job->recipient_count; i++)
		bench_mail_answer_one(bench, i, result, class);
	engine_turn_end(bench->engine, &bench->now);
}

static void
deal_with_mails(struct bench *bench)
{
	while (bench->relay_answers && bench->mail_answered < bench->mail_count) {
		if (bench->relay_class == RESULT_DONE)
			assert_int_equal(bench_mail_go(bench), 0);
		bench_mail_answer(bench, bench->relay_result, bench->relay_class);
	}
}

void
bench_mail_accept(struct bench *bench)
{
	bench->relay_answers = true;
	bench->relay_result = RESULT_OK;
	bench->relay_class = RESULT_DONE;
	deal_with_mails(bench);
}

const char *
bench_header(const struct bench *bench, size_t n, const char *name)
{
	static char value[1024];
	const char *from;
	char wanted[32], *to = value;

	assert_true(n < bench->mail_count);
	snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
	from = strstr(bench->mails[n]->bytes, wanted);
	if (from != NULL)
		from += strlen(wanted);
	/* a folded one as one line */
	while (
	    from != NULL && to < value + sizeof(value) - 1 && (*from != '\r' || from[2] == ' ')) {
		if (*from == '\r')
			from += 2;
		*to++ = *from++;
	}
	*to = '\0';
	return value;
}

const struct delivery *
bench_mail_row(struct bench *bench, uint32_t seq, const char *contact)
{
	const struct deliveries *deliveries = bench_look(bench)->deliveries;

	for (size_t i = deliveries->count; i-- > 0;)
		if (deliveries->rows[i].seq == seq && deliveries->rows[i].channel == CHANNEL_MAIL &&
		    strcmp(deliveries->rows[i].destination, contact) == 0)
			return &deliveries->rows[i];
	fail_msg("there is no delivery of event %u to %s", (unsigned)seq, contact);
	return NULL;
}

/* ---- life ---- */

static bool
stands_still(void *context, enum channel channel)
{
	const struct bench *bench = context;

	return bench->still == (int)channel;
}

static void
begin(struct bench *bench)
{
	struct engine_effects effects = {
		.conf_in_force = take_conf,
		.deliver = take_job,
		.mail = take_mail,
		.stands_still = stands_still,
		.context = bench,
	};
	struct err err;

	if (store_open(bench->folder, &bench->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(hub_new(&bench->hub), 0);
	assert_int_equal(
	    engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine), 0);
}

static void
end(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = NULL;
	engine_free(bench->engine);
	hub_free(bench->hub);
	store_close(bench->store);
}

int
bench_set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	signal(SIGXFSZ, SIG_IGN);
	text_copy(bench->folder, sizeof(bench->folder), "/tmp/test_outbox.XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->now =
	    (struct moment){ .boot_id = "boot", .boottime_ms = START, .wall_ms = 1700000000000 };
	bench->places = 32;
	bench->mail_places = BENCH_MAILS;
	assert_int_equal(chan_new(4, NULL, &bench->replies), 0);
	bench->make_conf = bench_conf;
	begin(bench);
	*state = bench;
	return 0;
}

int
bench_tear_down(void **state)
{
	struct bench *bench = *state;
	char command[64];

	bench_fill_disk(false);
	end(bench);
	for (size_t i = 0; i < bench->mail_count; i++)
		mail_job_free(bench->mails[i]);
	chan_free(bench->replies);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

struct conf *
bench_conf(unsigned sensors)
{
	struct conf *conf = fixture_quick_conf(sensors);

	for (unsigned i = 0; i < sensors; i++) {
		conf->sensors[i].stale_after_ms = UINT32_MAX;
		conf->sensors[i].reminder_s = 0;
	}
	return conf;
}

void
bench_configure(struct bench *bench, struct conf *conf)
{
	struct err err;

	if (engine_configure(bench->engine, conf, &bench->now, &err) < 0)
		fail_msg("%s", err.text);
	answer_at_once(bench);
}

void
bench_begin(struct bench *bench, unsigned sensors)
{
	bench->sensors = sensors;
	bench_configure(bench, bench->make_conf(sensors));
	bench_up(bench, true);
	bench_accept_all(bench);
	bench->job_count = 0;
	bench->answered = 0;
	bench_reads(bench, sensors, 20000);
}

void
bench_restart(struct bench *bench)
{
	end(bench);
	begin(bench);
	bench->answered = bench->job_count; /* nobody will */
	bench->mail_answered = bench->mail_count;
	bench_configure(bench, bench->make_conf(bench->sensors));
}

void
bench_turn(struct bench *bench)
{
	engine_turn_end(bench->engine, &bench->now);
	answer_at_once(bench);
	deal_with_mails(bench);
}

/* A worker with nothing to do says so. */
static void
idle_report(struct bench *bench)
{
	const struct bus_report report = { .bus = 1, .state = BUS_UP };

	if (bench->now.boottime_ms / REPORT_IDLE_MS != bench->report_ms / REPORT_IDLE_MS)
		post(bench, ENGINE_REPORT, &report, sizeof(report));
	bench->report_ms = bench->now.boottime_ms;
}

/* The next moment at which the engine wants to be called, but not after `until_ms`. */
static int64_t
next_ms(const struct bench *bench, int64_t until_ms)
{
	int64_t send_ms = engine_send_due_ms(bench->engine);
	int64_t next = engine_tick_due_ms(bench->engine);

	if (send_ms < next)
		next = send_ms;
	if (next > until_ms)
		next = until_ms;
	return next < bench->now.boottime_ms ? bench->now.boottime_ms : next;
}

void
bench_pass(struct bench *bench, int64_t ms)
{
	int64_t until_ms = bench->now.boottime_ms + ms;
	unsigned idle = 0; /* turns at one moment: an engine that never sleeps */

	do {
		int64_t next = next_ms(bench, until_ms);

		idle = next == bench->now.boottime_ms ? idle + 1 : 0;
		assert_true(idle < 1000);
		bench->now.wall_ms += next - bench->now.boottime_ms;
		bench->now.boottime_ms = next;
		idle_report(bench);
		if (engine_tick_due_ms(bench->engine) <= next)
			engine_tick(bench->engine, &bench->now);
		bench_turn(bench);
	} while (
	    bench->now.boottime_ms < until_ms || engine_send_due_ms(bench->engine) <= until_ms);
}

void
bench_reads(struct bench *bench, unsigned count, int64_t milli)
{
	bench_reads_from(bench, 1, count, milli);
}

void
bench_reads_from(struct bench *bench, unsigned first, unsigned count, int64_t milli)
{
	struct chan_message message = {
		.kind = ENGINE_REPORT,
		.data = fixture_report(first, count, fixture_milli(milli), bench->now.boottime_ms),
	};

	engine_step(bench->engine, &message, &bench->now);
	bench_turn(bench);
}

/* ---- what is seen ---- */

const struct snapshot *
bench_look(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = hub_get(bench->hub);
	return bench->seen;
}

const struct delivery *
bench_row(struct bench *bench, uint32_t seq)
{
	const struct deliveries *deliveries = bench_look(bench)->deliveries;

	for (size_t i = deliveries->count; i-- > 0;)
		if (deliveries->rows[i].seq == seq && deliveries->rows[i].channel == CHANNEL_SNMP)
			return &deliveries->rows[i];
	fail_msg("there is no delivery of event %u", (unsigned)seq);
	return NULL;
}

const struct channel_view *
bench_channel(struct bench *bench)
{
	const struct deliveries *deliveries = bench_look(bench)->deliveries;

	assert_int_equal(deliveries->channels[0].channel, CHANNEL_SNMP);
	return &deliveries->channels[0];
}

const struct record *
bench_event(struct bench *bench, uint32_t seq)
{
	const struct event_view *view = bench_look(bench)->events;

	if (seq < view->first_seq || seq > view->last_seq)
		fail_msg("there is no event %u, the last is %u", seq, view->last_seq);
	return event_view_at(view, seq - view->first_seq);
}

void
bench_assert_books(struct bench *bench)
{
	const struct channel_view *channel = bench_channel(bench);
	const struct delivery_books *books = &channel->books;

	assert_int_equal(books->accepted, books->delivered + books->expired + books->failed +
					      books->superseded + channel->pending);
}

void
bench_assert_jobs(struct bench *bench, size_t first, const uint32_t *seqs, size_t count)
{
	for (size_t i = 0; i < count && first + i < bench->job_count; i++)
		if (bench->jobs[first + i].record.seq != seqs[i])
			fail_msg("job %zu is of event %u, not %u", first + i,
			    (unsigned)bench->jobs[first + i].record.seq, (unsigned)seqs[i]);
	assert_int_equal(bench->job_count, first + count);
}

void
bench_fill_disk(bool is_full)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = is_full ? 1 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
