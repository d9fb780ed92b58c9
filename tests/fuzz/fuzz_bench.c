/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz_bench.h"

#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/fixture.h"

#define START   INT64_C(5000000)
#define SENSORS 3

const struct moment *fuzz_clock;

/* ---- drivers ---- */

static int
check_bus(const struct conf_bus *bus, struct err *err)
{
	(void)bus, (void)err;
	return 0;
}

static int
check_address(const struct conf_bus *bus, const char *address, char *hardware_id, size_t size,
    struct err *err)
{
	(void)bus;
	text_copy(hardware_id, size, address);
	return strchr(address, '!') == NULL ? 0 : err_set(err, -EINVAL, "bad address");
}

const struct conf_drivers fuzz_drivers = {
	.check_bus = check_bus,
	.check_address = check_address,
};

/* ---- the configuration ---- */

static void
add_mail(struct conf *conf)
{
	static const char *const hosts[] = { "mail.example.org", "backup.example.org" };
	struct conf_contact *contact = conf_add_contact(conf);

	MUST(contact != NULL);
	text_copy(contact->name, sizeof(contact->name), "ops");
	text_copy(contact->address, sizeof(contact->address), "ops@example.org");
	for (size_t i = 0; i < FUZZ_COUNT(hosts); i++) {
		struct conf_relay *relay = conf_add_relay(conf);

		MUST(relay != NULL);
		relay->rank = (uint32_t)i + 1;
		text_copy(relay->host, sizeof(relay->host), hosts[i]);
	}
	conf->mail.is_enabled = true;
	conf->mail.allow_secret_set = true;
	text_copy(conf->mail.from, sizeof(conf->mail.from), "sensors@example.org");
	text_copy(conf->mail.allow_recipients, sizeof(conf->mail.allow_recipients), "example.org");
}

static struct conf *
make_conf(void)
{
	static const char *const names[SENSORS] = { "inlet", "outlet", "hall" };
	struct conf *conf = fixture_conf("", 1000);

	for (size_t i = 0; i < SENSORS; i++) {
		struct conf_sensor *sensor = fixture_sensor(conf, 0, names[i]);

		sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
		sensor->limit_milli[LIMIT_HIGH_CRITICAL] = 30000;
		sensor->limits_enabled =
		    LIMIT_BIT(LIMIT_HIGH_WARNING) | LIMIT_BIT(LIMIT_HIGH_CRITICAL);
		sensor->on_delay_ms = 0;
		sensor->off_delay_ms = 0;
		sensor->min_samples = 1;
		sensor->latch = i == 1;
	}
	add_mail(conf);
	return conf;
}

/* ---- carriers ---- */

static bool
take(struct fuzz_bench *bench, uint32_t delivery)
{
	if (delivery == 0)
		return true;
	if (bench->out_count == FUZZ_COUNT(bench->out))
		return false;
	bench->out[bench->out_count++] = delivery;
	return true;
}

static bool
deliver(void *context, enum channel channel, const struct delivery_job *job)
{
	MUST(channel == CHANNEL_SNMP);
	return take(context, job->delivery);
}

static bool
mail(void *context, struct mail_job *job)
{
	struct fuzz_bench *bench = context;

	if (bench->out_count + job->recipient_count > FUZZ_COUNT(bench->out))
		return false;
	MUST(job->recipient_count == 0 || job->size > 0);
	for (size_t i = 0; i < job->recipient_count; i++)
		take(bench, job->recipients[i].delivery);
	mail_job_free(job);
	return true;
}

static void
post(struct fuzz_bench *bench, enum engine_message kind, const void *data, size_t size)
{
	struct chan_message message = { .kind = kind, .data = malloc(size) };

	MUST(message.data != NULL);
	memcpy(message.data, data, size);
	engine_step(bench->engine, &message, &bench->now);
}

static void
answer_all(struct fuzz_bench *bench)
{
	while (bench->out_count > 0) {
		struct delivery_outcome outcome = {
			.delivery = bench->out[--bench->out_count],
			.result = RESULT_OK,
			.class = RESULT_DONE,
			.relay = "mail.example.org",
		};

		post(bench, ENGINE_OUTCOME, &outcome, sizeof(outcome));
	}
}

/* ---- life ---- */

void
fuzz_bench_init(struct fuzz_bench *bench)
{
	*bench = (struct fuzz_bench){
		.now = { .boot_id = "boot", .boottime_ms = START, .wall_ms = 1700000000000 },
	};
	fuzz_clock = &bench->now;
}

int
fuzz_bench_open(struct fuzz_bench *bench, struct err *err)
{
	const struct engine_effects effects = {
		.deliver = deliver,
		.mail = mail,
		.context = bench,
		.drivers = &fuzz_drivers,
	};
	int r = store_open(fuzz_folder(), &bench->store, err);

	if (r < 0)
		return r;
	MUST(hub_new(&bench->hub) == 0);
	MUST(engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine) == 0);
	return engine_configure(bench->engine, make_conf(), &bench->now, err);
}

void
fuzz_bench_close(struct fuzz_bench *bench)
{
	engine_free(bench->engine);
	hub_free(bench->hub);
	store_close(bench->store);
	bench->engine = NULL;
	bench->hub = NULL;
	bench->store = NULL;
	bench->out_count = 0;
}

void
fuzz_bench_pass(struct fuzz_bench *bench, int64_t ms)
{
	bench->now.boottime_ms += ms;
	bench->now.wall_ms += ms;
	engine_tick(bench->engine, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	if (bench->out_count > 0) {
		answer_all(bench);
		engine_turn_end(bench->engine, &bench->now);
	}
}

void
fuzz_bench_connect(struct fuzz_bench *bench)
{
	for (enum channel channel = CHANNEL_SNMP; channel <= CHANNEL_COUNT; channel++) {
		const struct channel_news news = { channel, true };

		post(bench, ENGINE_CHANNEL, &news, sizeof(news));
	}
}

void
fuzz_bench_read(struct fuzz_bench *bench, int32_t milli)
{
	size_t size = sizeof(struct bus_report) + SENSORS * sizeof(struct sample);
	struct bus_report *report = calloc(1, size);
	struct chan_message message = { .kind = ENGINE_REPORT, .data = report };

	MUST(report != NULL);
	bench->now.boottime_ms += 1000;
	bench->now.wall_ms += 1000;
	report->bus = 1;
	report->generation = 1000000; /* of whichever configuration */
	report->state = BUS_UP;
	report->count = SENSORS;
	for (uint32_t i = 0; i < SENSORS; i++)
		report->samples[i] = (struct sample){ i + 1,
			reading_good((struct raw){ .kind = RAW_MILLI, .i = milli }),
			bench->now.boottime_ms };
	engine_step(bench->engine, &message, &bench->now);
	fuzz_bench_pass(bench, 0);
}
