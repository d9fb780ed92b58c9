/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of a mail, as they are when it is sent, and its bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "engine/engine_private.h"
#include "sys/clock.h"

/* A soft break every 75 octets, and each octet may take three. */
#define HEADERS_SIZE      (4096 + MAIL_RECIPIENTS_MAX * (CONF_MAILBOX_SIZE + 4))
#define ENCODED_SIZE(len) (HEADERS_SIZE + (len)*13 / 4)

static void
add_sensor(const struct engine *engine, uint32_t index, struct mail_item *item)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, index);
	const struct private_sensor *own;

	item->location = item->hardware = "";
	if (sensor == NULL)
		return;
	own = &engine->privates[sensor - engine->conf->sensors];
	item->location = sensor->location;
	item->hardware = sensor->hardware_id;
	item->has_now = sensor_has_value(&own->evaluator.quality);
	item->now_milli = own->evaluator.quality.last_good_milli;
	if (own->extremes != NULL)
		item->has_hour = extremes_last_hour(
		    own->extremes, &item->hour_low_milli, &item->hour_high_milli);
}

static struct mail_item *
make_items(const struct engine *engine, size_t count)
{
	const struct mail_row *rows = engine->outbox.mail.rows;
	struct mail_item *items = calloc(count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < count; i++) {
		items[i] = (struct mail_item){
			.record = rows[i].record,
			.raise = rows[i].raise,
			.alarm = rows[i].alarm,
			.was_raised = rows[i].was_raised,
			.age_ms = rows[i].age_ms,
		};
		add_sensor(engine, rows[i].record->sensor, &items[i]);
	}
	return items;
}

static void
name_it(const struct engine *engine, const struct mail_facts *facts, uint32_t lead,
    struct mail_draft *draft)
{
	const char *uuid = engine->agent.uuid, *from = engine->conf->mail.from;
	uint32_t thread = mail_thread(facts);

	mail_id(uuid, lead, 0, from, draft->id, sizeof(draft->id));
	draft->references[0] = '\0';
	if (thread != 0)
		mail_id(uuid, thread, 0, from, draft->references, sizeof(draft->references));
}

int
outbox_mail_draft(struct engine *engine, const struct mail_plan *plan,
    const struct outbox_contact *contact, struct mail_draft *ret_draft)
{
	struct mail_item *items = make_items(engine, plan->count);
	const struct mail_facts facts = {
		.kind = plan->kind,
		.site = engine->conf->agent.site,
		.now_wall_ms = engine->now.wall_ms,
		.east_min = clock_east_min(engine->now.wall_ms),
		.delayed_after_ms = engine->conf->mail.delayed_after_s * INT64_C(1000),
		.items = items,
		.count = plan->count,
		.active = engine->rows,
		.active_count = engine->row_count,
		.sensors = (uint32_t)engine->conf->sensor_count,
		.sensors_in_fault = engine->agent.sensors_in_fault,
		.undelivered = contact->books.undelivered,
	};
	char *body = malloc(MAIL_BODY_SIZE(plan->count));

	if (items == NULL || body == NULL) {
		free(items);
		free(body);
		return -ENOMEM;
	}
	mail_subject(&facts, ret_draft->subject, sizeof(ret_draft->subject));
	mail_body(&facts, body, MAIL_BODY_SIZE(plan->count));
	name_it(engine, &facts, plan->lead, ret_draft);
	ret_draft->body = body;
	free(items);
	return 0;
}

void
outbox_mail_draft_done(struct mail_draft *draft)
{
	free(draft->body);
}

int
outbox_mail_compose(
    const struct engine *engine, const struct mail_draft *draft, struct mail_job *job)
{
	size_t size = ENCODED_SIZE(strlen(draft->body));
	const char *to[MAIL_RECIPIENTS_MAX];
	const struct message message = {
		.from = job->from,
		.to = to,
		.to_count = job->recipient_count,
		.date_wall_ms = engine->now.wall_ms,
		.date_east_min = clock_east_min(engine->now.wall_ms),
		.id = draft->id,
		.references = draft->references[0] != '\0' ? draft->references : NULL,
		.subject = draft->subject,
		.body = draft->body,
	};
	int length;

	for (size_t i = 0; i < job->recipient_count; i++)
		to[i] = job->recipients[i].address;
	job->bytes = malloc(size);
	if (job->bytes == NULL)
		return -ENOMEM;
	length = message_write(&message, job->bytes, size);
	if (length < 0)
		return length;
	job->size = (size_t)length;
	return 0;
}
