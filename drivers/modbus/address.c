/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/codec.h"
#include "core/text.h"
#include "drivers/modbus/modbus_driver.h"

#define FIELD_MAX  16 /* longer than any word that is allowed */
#define FIELDS_MAX 5
#define ADDRESSES  65536 /* in a table */

const struct mb_units mb_units_rtu = { 1, 247 };
const struct mb_units mb_units_tcp = { 0, 255 };

enum field {
	FIELD_UNIT,
	FIELD_TABLE,
	FIELD_REGISTER,
	FIELD_TYPE,
	FIELD_ORDER,
};

static const struct {
	const char *name;
	enum mb_table table;
} tables[] = {
	{ "coil", MB_COIL },
	{ "discrete", MB_DISCRETE },
	{ "holding", MB_HOLDING },
	{ "input", MB_INPUT },
};

/* The number of fields, or -EINVAL: too many, or one that is empty or longer than any word. */
static int
fields_split(const char *text, char fields[FIELDS_MAX][FIELD_MAX])
{
	int count = 0;

	for (;;) {
		size_t len = strcspn(text, ":");

		if (count == FIELDS_MAX || len == 0 || len >= FIELD_MAX)
			return -EINVAL;
		memcpy(fields[count], text, len);
		fields[count++][len] = '\0';
		if (text[len] == '\0')
			return count;
		text += len + 1;
	}
}

static int
table_parse(const char *text, enum mb_table *ret_table)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(tables[i].name, text) == 0) {
			*ret_table = tables[i].table;
			return 0;
		}
	}
	return -EINVAL;
}

/* Type and order, as far as the table allows them. */
static int
format_parse(const char *type_text, const char *order_text, enum mb_table table,
    struct driver_point *point, struct err *err)
{
	enum codec_type type;
	enum codec_order order = CODEC_ABCD;

	if (codec_type_parse(type_text, strlen(type_text), &type) < 0)
		return err_set(err, -EINVAL,
		    "type \"%s\": want bool, int16, uint16, int32, uint32, int64, uint64, "
		    "float32 or float64",
		    type_text);
	if (mb_table_is_bits(table) && type != CODEC_BOOL)
		return err_set(
		    err, -EINVAL, "type \"%s\": a coil or discrete input is a bool", type_text);
	if (order_text != NULL && codec_order_parse(order_text, strlen(order_text), &order) < 0)
		return err_set(
		    err, -EINVAL, "order \"%s\": want abcd, cdab, badc or dcba", order_text);
	point->type = (uint16_t)type;
	point->variant = (uint16_t)order;
	return 0;
}

static int
fields_parse(char fields[FIELDS_MAX][FIELD_MAX], int count, const struct mb_units *units,
    struct driver_point *point, struct err *err)
{
	uint32_t unit, address;
	enum mb_table table;

	if (text_parse_u32(fields[FIELD_UNIT], units->min, units->max, &unit) < 0)
		return err_set(err, -EINVAL, "unit \"%s\": want %" PRIu32 " to %" PRIu32,
		    fields[FIELD_UNIT], units->min, units->max);
	if (table_parse(fields[FIELD_TABLE], &table) < 0)
		return err_set(err, -EINVAL, "table \"%s\": want coil, discrete, holding or input",
		    fields[FIELD_TABLE]);
	if (text_parse_u32(fields[FIELD_REGISTER], 0, ADDRESSES - 1, &address) < 0)
		return err_set(err, -EINVAL,
		    "register \"%s\": want 0 to 65535, as in the frame (not 40001)",
		    fields[FIELD_REGISTER]);
	point->unit = unit;
	point->place = mb_place(table, address);
	if (format_parse(fields[FIELD_TYPE], count > FIELD_ORDER ? fields[FIELD_ORDER] : NULL,
		table, point, err) < 0)
		return -EINVAL;
	if (address + mb_point_width(point) > ADDRESSES)
		return err_set(err, -EINVAL,
		    "register \"%s\": a %s ends beyond the last register, 65535",
		    fields[FIELD_REGISTER], fields[FIELD_TYPE]);
	return 0;
}

int
mb_address_parse(
    const char *text, const struct mb_units *units, struct driver_point *ret_point, struct err *err)
{
	char fields[FIELDS_MAX][FIELD_MAX];
	struct driver_point point = { .text = text };
	int count = fields_split(text, fields);

	if (count <= FIELD_TYPE)
		return err_set(err, -EINVAL,
		    "address \"%.64s\": want unit:table:register:type[:order], as 1:input:1:int16",
		    text);
	if (fields_parse(fields, count, units, &point, err) < 0) {
		err_prefix(err, "address \"%.64s\": ", text);
		return -EINVAL;
	}
	*ret_point = point;
	return 0;
}

void
mb_address_unit_name(const struct driver_point *point, char *to, size_t size)
{
	snprintf(to, size, "%" PRIu64, point->unit);
}

void
mb_address_place_name(const struct driver_point *point, char *to, size_t size)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (tables[i].table == mb_place_table(point->place))
			snprintf(to, size, "%s:%" PRIu32, tables[i].name, point->place & 0xffff);
}
