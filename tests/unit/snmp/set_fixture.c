/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/snmp/set_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "snmp/tables.h"
#include "tests/unit/fixture.h"

struct snapshot snapshot;

/* Addresses with a "!" are bad. */
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

static const struct conf_drivers drivers = {
	.check_bus = check_bus,
	.check_address = check_address,
};

static void
add_mail(struct conf *conf)
{
	struct conf_relay *relay = conf_add_relay(conf);
	struct conf_contact *contact;

	assert_non_null(relay);
	relay->index = 3;
	text_copy(relay->host, sizeof(relay->host), "mail.example.org");
	text_copy(relay->user, sizeof(relay->user), "sensors");
	text_copy(relay->password, sizeof(relay->password), "secret");
	for (uint32_t index = 3; index <= 7; index += 4) {
		contact = conf_add_contact(conf);
		assert_non_null(contact);
		contact->index = index;
		text_copy(contact->name, sizeof(contact->name), index == 3 ? "three" : "seven");
		text_copy(contact->address, sizeof(contact->address), "ops@example.org");
	}
	text_copy(conf->mail.from, sizeof(conf->mail.from), "sensors@example.org");
	text_copy(conf->mail.allow_recipients, sizeof(conf->mail.allow_recipients), "example.org");
	conf->mail.allow_secret_set = true;
}

int
set_fixture_up(void **state)
{
	struct conf *conf = fixture_conf("", 1000);

	(void)state;
	fixture_sensor(conf, 3, "three");
	fixture_sensor(conf, 7, "seven");
	for (size_t i = 0; i < 2; i++) {
		conf->sensors[i].limit_milli[LIMIT_HIGH_WARNING] = 27000;
		conf->sensors[i].limits_enabled = LIMIT_BIT(LIMIT_HIGH_WARNING);
	}
	add_mail(conf);
	conf_seal(conf);
	snapshot = (struct snapshot){
		.conf = conf, .alarms = alarms_new(2), .deliveries = deliveries_new(3)
	};
	snapshot.deliveries->channel_count = 1;
	snapshot.deliveries->channels[0] = (struct channel_view){ .channel = CHANNEL_SNMP };
	snapshot.deliveries->rows[0] = (struct delivery){ .id = 4, .state = DELIVERY_DELIVERED };
	snapshot.deliveries->rows[1] = (struct delivery){ .id = 6, .state = DELIVERY_DEFERRED };
	snapshot.deliveries->rows[2] = (struct delivery){ .id = 8, .state = DELIVERY_IN_DOUBT };
	snapshot.agent.config_lock = 41;
	snapshot.agent.next_sensor_index = 12;
	snapshot.agent.next_relay_index = 12;
	snapshot.agent.next_contact_index = 12;
	snapshot.alarms->rows[0].alarm = (struct alarm){ .id = 5, .state = ALARM_LATCHED };
	snapshot.alarms->rows[1].alarm = (struct alarm){ .id = 9, .state = ALARM_ACTIVE };
	return 0;
}

int
set_fixture_down(void **state)
{
	(void)state;
	conf_unref(snapshot.conf);
	free(snapshot.alarms);
	free(snapshot.deliveries);
	return 0;
}

/* ---- one PDU ---- */

struct txn *
begin(void)
{
	struct txn *txn = txn_new(&snapshot, &drivers, NOW);

	assert_non_null(txn);
	return txn;
}

struct set_varbind
varbind(const struct table *table, unsigned column, uint32_t index)
{
	return (struct set_varbind){
		.table = table, .column = column, .has_index = true, .index = index
	};
}

struct set_varbind
number(
    const struct table *table, unsigned column, uint32_t index, enum value_type type, int64_t value)
{
	struct set_varbind one = varbind(table, column, index);

	one.has_type = true;
	one.type = type;
	one.integer = value;
	return one;
}

struct set_varbind
octets(const struct table *table, unsigned column, uint32_t index, const char *value, size_t length)
{
	struct set_varbind one = varbind(table, column, index);

	one.has_type = true;
	one.type = VALUE_OCTETS;
	one.octets = value;
	one.length = length;
	return one;
}

struct set_varbind
text(const struct table *table, unsigned column, uint32_t index, const char *value)
{
	return octets(table, column, index, value, strlen(value));
}

/* Of varbinds up to one without a table: the first error of each phase, and whose it is. */
enum set_error
judge(struct txn *txn, const struct set_varbind *varbinds, unsigned *ret_number)
{
	struct err err;

	for (unsigned i = 0; varbinds[i].table != NULL; i++) {
		struct set_varbind one = varbinds[i];
		enum set_error error;

		one.number = i + 1;
		error = txn_add(txn, &one);
		if (error != SET_OK) {
			*ret_number = i + 1;
			return error;
		}
	}
	return txn_check(txn, ret_number, &err);
}
