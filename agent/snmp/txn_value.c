/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/txn_value.h"

#include <string.h>

#include "conf/conf.h"
#include "conf/conf_idle.h"
#include "core/text.h"

/* ---- text ---- */

static enum set_error
check_text(const struct set_varbind *varbind, size_t min, size_t max)
{
	const char *text = varbind->octets;

	if (varbind->length < min || varbind->length > max)
		return SET_WRONG_LENGTH;
	if (!text_is_utf8(text, varbind->length))
		return SET_WRONG_ENCODING;
	return text_is_clean(text, varbind->length) ? SET_OK : SET_WRONG_VALUE;
}

static enum set_error
put_text(const struct field *field, const struct set_varbind *varbind, void *settings)
{
	enum set_error error = check_text(varbind, (size_t)field->min, (size_t)field->max);
	char text[CONF_TEXT_SIZE];

	if (error != SET_OK)
		return error;
	if (varbind->length >= sizeof(text))
		return SET_WRONG_LENGTH;
	memcpy(text, varbind->octets, varbind->length);
	text[varbind->length] = '\0';
	return field_parse(field, text, settings, NULL) < 0 ? SET_WRONG_VALUE : SET_OK;
}

/* ---- settings ---- */

static enum value_type
type_of(const struct field *field)
{
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LIMITS:
		return VALUE_OCTETS;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
		return VALUE_UNSIGNED;
	case FIELD_ENUM:
	case FIELD_QUANTITY:
	case FIELD_BOOL:
	case FIELD_MILLI:
	case FIELD_MICRO:
		break;
	}
	return VALUE_INTEGER;
}

/* BITS of one octet; none at all is the same as none set. */
static enum set_error
put_bits(const struct field *field, const struct set_varbind *varbind, void *settings)
{
	int64_t octet = 0;

	if (varbind->length > 1)
		return SET_WRONG_LENGTH;
	if (varbind->length == 1)
		octet = *(const uint8_t *)varbind->octets;
	return field_put_number(field, octet, settings) < 0 ? SET_WRONG_VALUE : SET_OK;
}

enum set_error
txn_put_setting(const struct field *field, const struct set_varbind *varbind, void *settings)
{
	int64_t number = varbind->integer;

	if (!varbind->has_type || varbind->type != type_of(field))
		return SET_WRONG_TYPE;
	if (field->type == FIELD_NAME || field->type == FIELD_TEXT)
		return put_text(field, varbind, settings);
	if (field->type == FIELD_LIMITS)
		return put_bits(field, varbind, settings);
	if (field->type == FIELD_BOOL)
		number = number == 1 ? 1 : number == 2 ? 0 : -1; /* TruthValue */
	return field_put_number(field, number, settings) < 0 ? SET_WRONG_VALUE : SET_OK;
}

/* ---- operations ---- */

#define NO_MAX (-1) /* the caller knows */

static const struct rule {
	enum value_type type;
	int64_t min, max; /* of a number, or of the length of a text */
} rules[] = {
	[OPERATION_CONFIG_LOCK] = { VALUE_INTEGER, 0, INT32_MAX },
	[OPERATION_ALARM_ACTION] = { VALUE_INTEGER, 1, 3 },
	[OPERATION_ALARM_NOTE] = { VALUE_OCTETS, 0, 255 },
	[OPERATION_SHELVE] = { VALUE_UNSIGNED, 0, NO_MAX },
	[OPERATION_RESET_EXTREMES] = { VALUE_INTEGER, 1, 2 },
	[OPERATION_FLUSH] = { VALUE_INTEGER, 1, 2 },
	[OPERATION_DELIVERY_ACTION] = { VALUE_INTEGER, 1, 3 },
	[OPERATION_REPLAY] = { VALUE_UNSIGNED, 0, UINT32_MAX },
	[OPERATION_MAIL_TEST] = { VALUE_INTEGER, 1, 2 },
	[OPERATION_MAIL_TEST_CONTACT] = { VALUE_UNSIGNED, 0, UINT32_MAX },
	[OPERATION_ROW_STATUS] = { VALUE_INTEGER, ROW_STATUS_ACTIVE, ROW_STATUS_DESTROY },
};

enum set_error
txn_check_operation(enum operation operation, const struct set_varbind *varbind, int64_t max_number)
{
	const struct rule *rule = &rules[operation];
	int64_t max = rule->max == NO_MAX ? max_number : rule->max;

	if (!varbind->has_type || varbind->type != rule->type)
		return SET_WRONG_TYPE;
	if (rule->type == VALUE_OCTETS)
		return check_text(varbind, (size_t)rule->min, (size_t)rule->max);
	if (operation == OPERATION_ROW_STATUS && varbind->integer == ROW_STATUS_NOT_READY)
		return SET_WRONG_VALUE; /* RFC 2579: is read, never written */
	return varbind->integer < rule->min || varbind->integer > max ? SET_WRONG_VALUE : SET_OK;
}
