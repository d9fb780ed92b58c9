/* SPDX-License-Identifier: BSD-2-Clause */
/* Which contacts an event is told to by mail. */
#include <errno.h>
#include <string.h>

#include "core/route.h"
#include "engine/engine_private.h"

/* It has been told of this alarm, or is going to be. */
static bool
knows(const struct engine *engine, const struct conf_contact *contact, uint32_t alarm_id)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count && alarm_id != 0; i++) {
		const struct delivery *delivery = &outbox->rows[i].delivery;

		if (delivery->alarm_id == alarm_id && delivery->channel == CHANNEL_MAIL &&
		    (delivery->state == DELIVERY_DELIVERED || !delivery_is_final(delivery)) &&
		    strcmp(delivery->destination, contact->name) == 0)
			return true;
	}
	return false;
}

/* A bus concerns whom one of its sensors does. */
static bool
is_concerned_by_bus(const struct conf *conf, const struct conf_contact *contact, const char *bus)
{
	for (size_t i = 0; i < conf->sensor_count; i++)
		if (strcmp(conf->sensors[i].bus, bus) == 0 &&
		    route_is_concerned(contact->sensors, conf->sensors[i].name))
			return true;
	return route_is_concerned(contact->sensors, "");
}

static bool
is_concerned(
    const struct conf *conf, const struct conf_contact *contact, const struct record *record)
{
	if (record->alarm_kind == ALARM_BUS)
		return is_concerned_by_bus(conf, contact, record->source);
	return route_is_concerned(contact->sensors, record->sensor != 0 ? record->source : NULL);
}

static bool
is_for(const struct engine *engine, const struct conf_contact *contact, const struct record *record)
{
	const struct route_contact asked = {
		.is_enabled = contact->is_enabled,
		.is_concerned = is_concerned(engine->conf, contact, record),
		.wants_clears = contact->wants_clears,
		.wants_heartbeat = contact->wants_heartbeat,
		.is_told = knows(engine, contact, record->alarm_id),
		.min_severity = contact->min_severity,
	};

	if (record->kind == EVENT_TEST)
		return contact->is_enabled &&
		       (record->numbers[0] == 0 || record->numbers[0] == contact->index);
	/* The notification that the agent is alive has its own time; ours is not for SNMP. */
	if (record->kind == EVENT_HEARTBEAT && record->channel != CHANNEL_SNMP)
		return false;
	return route_is_for(record, &asked);
}

int
outbox_mail_route(struct engine *engine, struct outbox_channel *channel,
    const struct record *record, uint32_t step)
{
	const struct conf *conf = engine->conf;
	int r = 0;

	if (!outbox_mail_is_wanted(engine))
		return 0;
	for (size_t i = 0; i < conf->contact_count && r == 0; i++)
		if (is_for(engine, &conf->contacts[i], record))
			r = outbox_add(engine, channel, record, conf->contacts[i].name, step);
	return r;
}

/* ---- what was lost ---- */

/* Those of which the contact is to know that it does not know them. */
void
outbox_mail_lost(struct engine *engine, const struct outbox_row *row)
{
	const struct conf_contact *conf = outbox_contact_named(engine, row->delivery.destination);
	struct outbox_contact *contact;

	if (conf == NULL ||
	    (row->delivery.result != RESULT_EXPIRED && row->delivery.result != RESULT_QUEUE_FULL))
		return;
	contact = outbox_contact(engine, conf);
	if (contact == NULL)
		return;
	contact->books.undelivered++;
	contact->is_changed = true;
	engine->has_changed = true;
}

static bool
has_backlog(const struct engine *engine, const char *destination)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct outbox_row *row = &outbox->rows[i];

		if (row->delivery.channel == CHANNEL_MAIL &&
		    row->record.kind == EVENT_DELIVERY_FAILED &&
		    row->record.channel == CHANNEL_MAIL && !delivery_is_final(&row->delivery) &&
		    strcmp(row->delivery.destination, destination) == 0)
			return true;
	}
	return false;
}

int
outbox_mail_route_own(
    struct engine *engine, struct outbox_channel *channel, const struct record *record)
{
	const struct conf_contact *contact = outbox_contact_named(engine, record->source);

	if (record->kind != EVENT_DELIVERY_FAILED || record->channel != CHANNEL_MAIL ||
	    contact == NULL || !contact->is_enabled || !outbox_mail_is_wanted(engine) ||
	    (record->numbers[1] != RESULT_EXPIRED && record->numbers[1] != RESULT_QUEUE_FULL) ||
	    has_backlog(engine, contact->name))
		return 0;
	return outbox_add(engine, channel, record, contact->name, 0);
}
