/* SPDX-License-Identifier: BSD-2-Clause */
/* From varbinds to what is to be done. */
#include <errno.h>
#include <string.h>

#include "conf/conf_idle.h"
#include "core/text.h"
#include "snmp/txn_private.h"
#include "snmp/txn_value.h"

#include "config.h"

#ifdef WITH_MAIL
#define HAS_MAIL true
#else
#define HAS_MAIL false
#endif

static struct change_item *
add_item(struct judge *judge, const struct slot *slot, enum change_kind kind)
{
	struct txn *txn = judge->txn;
	struct change_item *item =
	    change_add(change_is_for_good(kind) ? txn->late : txn->change, kind);

	if (item == NULL)
		return NULL;
	item->varbind = slot->varbind.number;
	if (slot->varbind.table->settings != NULL)
		item->object = *slot->varbind.table->settings;
	item->index = slot->varbind.index;
	item->number = slot->varbind.integer;
	return item;
}

static enum set_error
added(struct judge *judge, const struct slot *slot, const struct change_item *item)
{
	return item != NULL ? SET_OK : judge_blame(judge, slot, SET_RESOURCE_UNAVAILABLE);
}

/* ---- rows ---- */

static const struct slot *
row_status_of(const struct txn *txn, const struct slot *slot)
{
	for (size_t i = 0; i < txn->count; i++)
		if (txn->slots[i].operation == OPERATION_ROW_STATUS &&
		    txn->slots[i].varbind.table == slot->varbind.table &&
		    txn->slots[i].varbind.index == slot->varbind.index)
			return &txn->slots[i];
	return NULL;
}

/* The row is there, or this PDU makes it. */
static enum set_error
check_made(struct judge *judge, const struct slot *slot)
{
	const struct slot *status = row_status_of(judge->txn, slot);

	if (txn_has_row(judge->txn, &slot->varbind))
		return SET_OK;
	if (status != NULL &&
	    (status->varbind.integer == ROW_STATUS_CREATE_AND_GO ||
		status->varbind.integer == ROW_STATUS_CREATE_AND_WAIT || status == slot))
		return SET_OK;
	err_set(judge->err, -EINVAL, "there is no row %u, and the SET makes none",
	    (unsigned)slot->varbind.index);
	return judge_blame(judge, slot, SET_INCONSISTENT_NAME);
}

static enum set_error
refuse_row(struct judge *judge, const struct slot *slot, const char *why)
{
	err_set(judge->err, -EINVAL, "row %u %s", (unsigned)slot->varbind.index, why);
	return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
}

static enum set_error
move_row(struct judge *judge, const struct slot *slot, enum row_status status)
{
	struct change_item *item = add_item(judge, slot, CHANGE_MOVE_ROW);

	if (item != NULL)
		item->number = status;
	return added(judge, slot, item);
}

static enum set_error
make_row(struct judge *judge, const struct slot *slot)
{
	struct change_item *item = add_item(judge, slot, CHANGE_MAKE_ROW);

	if (item == NULL)
		return added(judge, slot, item);
	item->number = judge->txn->now_ms;
	if (slot->varbind.integer == ROW_STATUS_CREATE_AND_WAIT)
		return SET_OK;
	return move_row(judge, slot, ROW_STATUS_ACTIVE);
}

/* With what this PDU sets the row has all that an active one needs. */
static bool
becomes_complete(const struct txn *txn, const struct conf_idle *idle)
{
	struct conf_idle after = *idle;
	bool is_complete;

	for (size_t i = 0; i < txn->count; i++) {
		const struct slot *slot = &txn->slots[i];
		struct set_varbind varbind = slot->varbind;

		if (slot->field == NULL || slot->field->object != idle->object ||
		    varbind.index != idle->settings.index)
			continue;
		varbind.octets = slot->octets;
		txn_put_setting(slot->field, &varbind, &after.settings);
	}
	is_complete = conf_idle_is_complete(&after);
	explicit_bzero(&after, sizeof(after)); /* a password may be in it */
	return is_complete;
}

/* RFC 2579, RowStatus.  What is so already is no change. */
static enum set_error
plan_row_status(struct judge *judge, const struct slot *slot)
{
	const struct conf *conf = judge->txn->snapshot->conf;
	enum conf_object object = *slot->varbind.table->settings;
	uint32_t index = slot->varbind.index;
	bool is_there = txn_has_row(judge->txn, &slot->varbind);
	const struct conf_idle *idle = conf_find_idle(conf, object, index);

	switch ((enum row_status)slot->varbind.integer) {
	case ROW_STATUS_ACTIVE:
		if (!is_there)
			return refuse_row(judge, slot, "is not there");
		return idle != NULL ? move_row(judge, slot, ROW_STATUS_ACTIVE) : SET_OK;
	case ROW_STATUS_NOT_IN_SERVICE:
		if (!is_there)
			return refuse_row(judge, slot, "is not there");
		if (idle == NULL)
			return move_row(judge, slot, ROW_STATUS_NOT_IN_SERVICE);
		if (!becomes_complete(judge->txn, idle))
			return refuse_row(judge, slot, "is not ready");
		return SET_OK;
	case ROW_STATUS_CREATE_AND_GO:
	case ROW_STATUS_CREATE_AND_WAIT:
		if (is_there)
			return refuse_row(judge, slot, "is there already");
		return make_row(judge, slot);
	case ROW_STATUS_DESTROY:
		return is_there ? move_row(judge, slot, ROW_STATUS_DESTROY) : SET_OK;
	case ROW_STATUS_NOT_READY:
		break;
	}
	return SET_OK;
}

/* Only of active sensors there is something to do. */
static bool
is_to_be_active(const struct txn *txn, const struct slot *slot)
{
	const struct slot *status = row_status_of(txn, slot);
	enum row_status wanted = ROW_STATUS_ACTIVE;

	if (status != NULL)
		wanted = (enum row_status)status->varbind.integer;
	else if (conf_sensor(txn->snapshot->conf, slot->varbind.index) == NULL)
		wanted = ROW_STATUS_NOT_IN_SERVICE;
	return wanted == ROW_STATUS_ACTIVE || wanted == ROW_STATUS_CREATE_AND_GO;
}

static enum set_error
check_active(struct judge *judge, const struct slot *slot)
{
	if (is_to_be_active(judge->txn, slot))
		return SET_OK;
	return refuse_row(judge, slot, "is not active");
}

/* ---- operations ---- */

static enum set_error
plan_alarm_action(struct judge *judge, const struct slot *slot)
{
	enum { ACTION_NONE = 1, ACTION_ACKNOWLEDGE, ACTION_RESET };
	const struct alarms *alarms = judge->txn->snapshot->alarms;
	struct alarm alarm = alarms->rows[txn_row(judge->txn, &slot->varbind)].alarm;
	bool is_reset = slot->varbind.integer == ACTION_RESET;

	if (slot->varbind.integer == ACTION_NONE)
		return SET_OK;
	if ((is_reset ? alarm_reset(&alarm) : alarm_acknowledge(&alarm)) < 0) {
		err_set(judge->err, -EINVAL, "alarm %u is not one that can be %s",
		    (unsigned)alarm.id, is_reset ? "reset" : "acknowledged");
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	return added(
	    judge, slot, add_item(judge, slot, is_reset ? CHANGE_RESET : CHANGE_ACKNOWLEDGE));
}

static enum set_error
plan_config_lock(struct judge *judge, const struct slot *slot)
{
	if (slot->varbind.integer != judge->txn->snapshot->agent.config_lock) {
		err_set(judge->err, -EINVAL, "envsConfigLock is at %u",
		    (unsigned)judge->txn->snapshot->agent.config_lock);
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	return added(judge, slot, add_item(judge, slot, CHANGE_CONFIG_LOCK));
}

static enum set_error
plan_note(struct judge *judge, const struct slot *slot)
{
	struct change_item *item = add_item(judge, slot, CHANGE_NOTE);

	if (item != NULL)
		text_copy(item->text, sizeof(item->text), slot->octets);
	return added(judge, slot, item);
}

static enum set_error
plan_shelve(struct judge *judge, const struct slot *slot)
{
	enum set_error error = SET_OK;
	struct change_item *item;

	if (slot->varbind.integer != 0)
		error = check_active(judge, slot);
	else if (conf_sensor(judge->txn->snapshot->conf, slot->varbind.index) == NULL ||
		 !is_to_be_active(judge->txn, slot))
		return SET_OK; /* nobody has shelved it, or it goes */
	if (error != SET_OK)
		return error;
	item = add_item(judge, slot, CHANGE_SHELVE);
	if (item != NULL && item->number != 0)
		item->number = judge->txn->now_ms + item->number * 1000;
	return added(judge, slot, item);
}

static enum set_error
plan_reset_extremes(struct judge *judge, const struct slot *slot)
{
	enum { EXTREMES_IDLE = 1, EXTREMES_RESET };

	if (slot->varbind.integer == EXTREMES_IDLE)
		return SET_OK;
	if (check_active(judge, slot) != SET_OK)
		return SET_INCONSISTENT_VALUE;
	return added(judge, slot, add_item(judge, slot, CHANGE_RESET_EXTREMES));
}

static enum set_error
plan_flush(struct judge *judge, const struct slot *slot)
{
	enum { FLUSH_IDLE = 1, FLUSH_FLUSH };

	if (slot->varbind.integer == FLUSH_IDLE)
		return SET_OK;
	return added(judge, slot, add_item(judge, slot, CHANGE_FLUSH));
}

static enum set_error
plan_delivery_action(struct judge *judge, const struct slot *slot)
{
	enum { ACTION_NONE = 1, ACTION_RETRY, ACTION_CANCEL };
	const struct deliveries *deliveries = judge->txn->snapshot->deliveries;
	const struct delivery *delivery = &deliveries->rows[txn_row(judge->txn, &slot->varbind)];
	bool is_retry = slot->varbind.integer == ACTION_RETRY;

	if (slot->varbind.integer == ACTION_NONE)
		return SET_OK;
	if (!delivery_is_waiting(delivery)) {
		err_set(judge->err, -EINVAL, "delivery %u is at its end, or under way",
		    (unsigned)delivery->id);
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	return added(judge, slot, add_item(judge, slot, is_retry ? CHANGE_RETRY : CHANGE_CANCEL));
}

static enum set_error
plan_replay(struct judge *judge, const struct slot *slot)
{
	return added(judge, slot, add_item(judge, slot, CHANGE_REPLAY));
}

/* The contact that was chosen before: what this PDU chooses is judged by itself. */
static bool
is_test_contact_gone(const struct txn *txn)
{
	uint32_t contact = txn->snapshot->agent.test_contact;

	for (size_t i = 0; i < txn->count; i++)
		if (txn->slots[i].operation == OPERATION_MAIL_TEST_CONTACT)
			return false;
	return contact != 0 && conf_contact(txn->snapshot->conf, contact) == NULL;
}

static enum set_error
plan_mail_test(struct judge *judge, const struct slot *slot)
{
	enum { TEST_IDLE = 1, TEST_SEND };

	if (slot->varbind.integer == TEST_IDLE)
		return SET_OK;
	if (!HAS_MAIL) {
		err_set(judge->err, -EINVAL, "mail is left out of this build");
		return judge_blame(judge, slot, SET_RESOURCE_UNAVAILABLE);
	}
	if (is_test_contact_gone(judge->txn)) {
		err_set(judge->err, -EINVAL, "the contact of envsMailTestContact is gone");
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	if (add_item(judge, slot, CHANGE_ASK_TEST) == NULL)
		return judge_blame(judge, slot, SET_RESOURCE_UNAVAILABLE);
	return added(judge, slot, add_item(judge, slot, CHANGE_TEST_MAIL));
}

static enum set_error
plan_mail_test_contact(struct judge *judge, const struct slot *slot)
{
	uint32_t contact = (uint32_t)slot->varbind.integer;

	if (contact != 0 && conf_contact(judge->txn->snapshot->conf, contact) == NULL) {
		err_set(judge->err, -EINVAL, "there is no contact %u", (unsigned)contact);
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	if (contact == judge->txn->snapshot->agent.test_contact)
		return SET_OK;
	return added(judge, slot, add_item(judge, slot, CHANGE_TEST_CONTACT));
}

static enum set_error (*const plans[])(struct judge *judge, const struct slot *slot) = {
	[OPERATION_CONFIG_LOCK] = plan_config_lock,
	[OPERATION_ALARM_ACTION] = plan_alarm_action,
	[OPERATION_ALARM_NOTE] = plan_note,
	[OPERATION_SHELVE] = plan_shelve,
	[OPERATION_RESET_EXTREMES] = plan_reset_extremes,
	[OPERATION_ROW_STATUS] = plan_row_status,
	[OPERATION_FLUSH] = plan_flush,
	[OPERATION_DELIVERY_ACTION] = plan_delivery_action,
	[OPERATION_REPLAY] = plan_replay,
	[OPERATION_MAIL_TEST] = plan_mail_test,
	[OPERATION_MAIL_TEST_CONTACT] = plan_mail_test_contact,
};

/* ---- settings ---- */

static struct change_item *
add_setting(
    struct judge *judge, const struct slot *slot, const struct field *field, const void *settings)
{
	struct change_item *item = add_item(judge, slot, CHANGE_SETTING);

	if (item == NULL)
		return NULL;
	item->field = field;
	field_store(field, settings, item->text, sizeof(item->text));
	return item;
}

static bool
is_set(const struct txn *txn, const struct field *field, uint32_t index)
{
	for (size_t i = 0; i < txn->count; i++)
		if (txn->slots[i].field == field && txn->slots[i].varbind.index == index)
			return true;
	return false;
}

static bool
is_planned(const struct change *change, const struct field *field, uint32_t index)
{
	for (size_t i = 0; i < change->count; i++)
		if (change->items[i].field == field && change->items[i].index == index)
			return true;
	return false;
}

/* A password is sent to no other server and over no other kind of connection than it was given
 * for, unless the PDU itself gives it; the token of a command of the file never is. */
static enum set_error
erase_password(struct judge *judge, const struct slot *slot)
{
	static const struct conf_relay none;
	const struct field *field = schema_find(CONF_RELAY, "password");
	const struct conf_relay *now;

	if (slot->field->object != CONF_RELAY ||
	    (strcmp(slot->field->key, "host") != 0 && strcmp(slot->field->key, "security") != 0))
		return SET_OK;
	now = conf_settings(judge->txn->snapshot->conf, CONF_RELAY, slot->varbind.index);
	if (now != NULL && now->token_command[0] != '\0')
		return refuse_row(judge, slot, "has a token-command: the file alone moves it");
	if (now == NULL || now->password[0] == '\0' ||
	    is_set(judge->txn, field, slot->varbind.index) ||
	    is_planned(judge->txn->change, field, slot->varbind.index))
		return SET_OK;
	return added(judge, slot, add_setting(judge, slot, field, &none));
}

/* What is so already is no change. */
static enum set_error
plan_setting(struct judge *judge, const struct slot *slot)
{
	const void *now =
	    conf_settings(judge->txn->snapshot->conf, slot->field->object, slot->varbind.index);
	struct set_varbind varbind = slot->varbind;
	union scratch scratch = { 0 };
	enum set_error error;

	varbind.octets = slot->octets;
	txn_put_setting(slot->field, &varbind, &scratch);
	if (now != NULL && field_is_equal(slot->field, now, &scratch))
		return SET_OK;
	error = added(judge, slot, add_setting(judge, slot, slot->field, &scratch));
	explicit_bzero(&scratch, sizeof(scratch));
	return error == SET_OK ? erase_password(judge, slot) : error;
}

/* Setting a limit enables it, unless the PDU itself says which are.  One item for all limits of a
 * sensor, at the last of them. */
static enum set_error
plan_limits_enabled(struct judge *judge, const struct slot *slot)
{
	const struct field *field = schema_find(CONF_SENSOR, "limits-enabled");
	const struct txn *txn = judge->txn;
	const struct conf_sensor *now =
	    conf_settings(txn->snapshot->conf, CONF_SENSOR, slot->varbind.index);
	struct conf_sensor sensor = { 0 };

	if (slot->field->limit < 0 || is_set(txn, field, slot->varbind.index))
		return SET_OK;
	if (now != NULL)
		sensor.limits_enabled = now->limits_enabled;
	for (size_t i = 0; i < txn->count; i++) {
		const struct slot *other = &txn->slots[i];

		if (other->field == NULL || other->field->limit < 0 ||
		    other->varbind.index != slot->varbind.index)
			continue;
		if (other > slot)
			return SET_OK;
		sensor.limits_enabled |= (uint8_t)LIMIT_BIT(other->field->limit);
	}
	if (now != NULL && now->limits_enabled == sensor.limits_enabled)
		return SET_OK;
	return added(judge, slot, add_setting(judge, slot, field, &sensor));
}

enum set_error
txn_plan(struct judge *judge, const struct slot *slot)
{
	enum set_error error = check_made(judge, slot);

	if (error == SET_OK && slot->field == NULL)
		return plans[slot->operation](judge, slot);
	if (error == SET_OK)
		error = plan_setting(judge, slot);
	return error == SET_OK ? plan_limits_enabled(judge, slot) : error;
}
