/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "core/text.h"
#include "core/units.h"

#define AUTO_VALUE (-1) /* of FIELD_AUTO; outside such a field's range */

/* By enum conf_limit; the keys of the limits, but for the rate. */
static const char *const limit_labels[] = {
	[LIMIT_LOW_CRITICAL] = "low-critical",
	[LIMIT_LOW_WARNING] = "low-warning",
	[LIMIT_HIGH_WARNING] = "high-warning",
	[LIMIT_HIGH_CRITICAL] = "high-critical",
	[LIMIT_RATE] = "rate",
};
#define LIMIT_COUNT (sizeof(limit_labels) / sizeof(limit_labels[0]))

/* How a type is read and written; text has no number. */
struct field_kind {
	int (*parse)(const struct field *field, const char *text, int64_t *ret_number);
	void (*format)(const struct field *field, int64_t number, char *to, size_t size);
	void (*describe)(const struct field *field, char *to, size_t size);
	int64_t (*load)(const void *from);
	void (*store)(int64_t number, void *to);
};

static void
append(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
append(char *to, size_t size, const char *format, ...)
{
	size_t used = strlen(to);
	va_list args;

	va_start(args, format);
	vsnprintf(to + used, size - used, format, args);
	va_end(args);
}

/* "a, b or c", one label a call; `n` of `count`. */
static void
append_label(char *to, size_t size, const char *label, size_t n, size_t count)
{
	const char *before = n == 0 ? "" : n + 1 == count ? " or " : ", ";

	append(to, size, "%s%s", before, label);
}

static int64_t
load_i32(const void *from)
{
	return *(const int32_t *)from;
}

static int64_t
load_u32(const void *from)
{
	return *(const uint32_t *)from;
}

static int64_t
load_octet(const void *from)
{
	return *(const uint8_t *)from;
}

static int64_t
load_bool(const void *from)
{
	return *(const bool *)from;
}

static void
store_i32(int64_t number, void *to)
{
	*(int32_t *)to = (int32_t)number;
}

static void
store_u32(int64_t number, void *to)
{
	*(uint32_t *)to = (uint32_t)number;
}

static void
store_octet(int64_t number, void *to)
{
	*(uint8_t *)to = (uint8_t)number;
}

static void
store_bool(int64_t number, void *to)
{
	*(bool *)to = number != 0;
}

static int
parse_choice(const struct field *field, const char *text, int64_t *ret_number)
{
	for (const struct field_choice *choice = field->choices; choice->label != NULL; choice++) {
		if (strcmp(choice->label, text) == 0) {
			*ret_number = choice->value;
			return 0;
		}
	}
	return -EINVAL;
}

static void
format_choice(const struct field *field, int64_t number, char *to, size_t size)
{
	for (const struct field_choice *choice = field->choices; choice->label != NULL; choice++) {
		if (choice->value == number) {
			text_copy(to, size, choice->label);
			return;
		}
	}
	assert(!"a value that is no choice");
}

static void
describe_choices(const struct field *field, char *to, size_t size)
{
	size_t count = 0;

	while (field->choices[count].label != NULL)
		count++;
	for (size_t n = 0; n < count; n++)
		append_label(to, size, field->choices[n].label, n, count);
}

static int
parse_quantity(const struct field *field, const char *text, int64_t *ret_number)
{
	enum quantity quantity;
	int r = quantity_parse(text, &quantity);

	(void)field;
	if (r == 0)
		*ret_number = quantity;
	return r;
}

static void
format_quantity(const struct field *field, int64_t number, char *to, size_t size)
{
	const struct quantity_info *info = quantity_info((enum quantity)number);

	(void)field;
	text_copy(to, size, info != NULL ? info->name : ""); /* none before the file gives one */
}

static void
describe_quantity(const struct field *field, char *to, size_t size)
{
	(void)field;
	for (size_t n = 0; n < QUANTITY_LAST; n++)
		append_label(
		    to, size, quantity_info((enum quantity)(n + 1))->name, n, QUANTITY_LAST);
}

static int
parse_bool(const struct field *field, const char *text, int64_t *ret_number)
{
	bool value;
	int r = text_parse_bool(text, &value);

	(void)field;
	if (r == 0)
		*ret_number = value;
	return r;
}

static void
format_bool(const struct field *field, int64_t number, char *to, size_t size)
{
	(void)field;
	text_copy(to, size, number != 0 ? "true" : "false");
}

static void
describe_bool(const struct field *field, char *to, size_t size)
{
	(void)field;
	append(to, size, "true, false, yes or no");
}

static int
parse_number(const struct field *field, const char *text, int64_t *ret_number)
{
	uint32_t number;
	int r = text_parse_u32(text, 0, UINT32_MAX, &number);

	(void)field;
	if (r == 0)
		*ret_number = number;
	return r;
}

static void
format_number(const struct field *field, int64_t number, char *to, size_t size)
{
	(void)field;
	snprintf(to, size, "%lld", (long long)number);
}

static int
parse_duration(const struct field *field, const char *text, int64_t *ret_number)
{
	uint32_t ms;
	int r = text_parse_duration(text, &ms);

	if (r < 0)
		return r;
	if (field->type == FIELD_SECONDS && ms % 1000 != 0)
		return -EDOM;
	*ret_number = field->type == FIELD_SECONDS ? ms / 1000 : ms;
	return 0;
}

static void
format_duration(const struct field *field, int64_t number, char *to, size_t size)
{
	text_format_duration(
	    (uint32_t)(field->type == FIELD_SECONDS ? number * 1000 : number), to, size);
}

static unsigned
decimal_places(const struct field *field)
{
	return field->type == FIELD_MICRO ? 6 : 3;
}

static int
parse_decimal(const struct field *field, const char *text, int64_t *ret_number)
{
	int32_t number;
	int r = text_parse_fixed(text, decimal_places(field), &number);

	if (r == 0)
		*ret_number = number;
	return r;
}

static void
format_decimal(const struct field *field, int64_t number, char *to, size_t size)
{
	text_format_fixed((int32_t)number, decimal_places(field), to, size);
}

static int
parse_limits(const struct field *field, const char *text, int64_t *ret_number)
{
	static const char separators[] = " ,";
	unsigned bits = 0;

	(void)field;
	if (strcmp(text, "none") == 0)
		text = "";
	for (text += strspn(text, separators); *text != '\0'; text += strspn(text, separators)) {
		size_t length = strcspn(text, separators), n = 0;

		while (n < LIMIT_COUNT && (strlen(limit_labels[n]) != length ||
					      strncmp(limit_labels[n], text, length) != 0))
			n++;
		if (n == LIMIT_COUNT)
			return -EINVAL;
		bits |= LIMIT_BIT(n);
		text += length;
	}
	*ret_number = bits;
	return 0;
}

static void
format_limits(const struct field *field, int64_t number, char *to, size_t size)
{
	(void)field;
	text_copy(to, size, number == 0 ? "none" : "");
	for (size_t n = 0; n < LIMIT_COUNT; n++)
		if (((uint64_t)number & LIMIT_BIT(n)) != 0)
			append(to, size, "%s%s", *to != '\0' ? ", " : "", limit_labels[n]);
}

static void
describe_limits(const struct field *field, char *to, size_t size)
{
	(void)field;
	append(to, size, "none, or a list of ");
	for (size_t n = 0; n < LIMIT_COUNT; n++)
		append_label(to, size, limit_labels[n], n, LIMIT_COUNT);
}

static void
describe_name(const struct field *field, char *to, size_t size)
{
	append(to, size,
	    "%lld to %lld of letters, digits, blank, - _ . : / #, with no blank at either end",
	    (long long)field->min, (long long)field->max);
}

static void
describe_text(const struct field *field, char *to, size_t size)
{
	if (field->choices != NULL)
		describe_choices(field, to, size);
	else if (field->form != NULL)
		append(to, size, "%s%s", field->form->want, field->min == 0 ? ", or nothing" : "");
	else if (field->min == 0)
		append(to, size, "at most %lld bytes of UTF-8 without controls",
		    (long long)field->max);
	else
		append(to, size, "%lld to %lld bytes of UTF-8 without controls",
		    (long long)field->min, (long long)field->max);
}

static const struct field_kind kinds[] = {
	[FIELD_NAME] = { .describe = describe_name },
	[FIELD_TEXT] = { .describe = describe_text },
	[FIELD_ENUM] = { parse_choice, format_choice, describe_choices, load_i32, store_i32 },
	[FIELD_QUANTITY] = { parse_quantity, format_quantity, describe_quantity, load_i32,
	    store_i32 },
	[FIELD_BOOL] = { parse_bool, format_bool, describe_bool, load_bool, store_bool },
	[FIELD_NUMBER] = { parse_number, format_number, NULL, load_u32, store_u32 },
	[FIELD_DURATION] = { parse_duration, format_duration, NULL, load_u32, store_u32 },
	[FIELD_SECONDS] = { parse_duration, format_duration, NULL, load_u32, store_u32 },
	[FIELD_MILLI] = { parse_decimal, format_decimal, NULL, load_i32, store_i32 },
	[FIELD_MICRO] = { parse_decimal, format_decimal, NULL, load_i32, store_i32 },
	[FIELD_LIMITS] = { parse_limits, format_limits, describe_limits, load_octet, store_octet },
};

_Static_assert(sizeof(enum conf_admin) == sizeof(int32_t), "an enum is stored as 32 bits");
_Static_assert(sizeof(enum quantity) == sizeof(int32_t), "an enum is stored as 32 bits");
_Static_assert(sizeof(enum severity) == sizeof(int32_t), "an enum is stored as 32 bits");
_Static_assert(sizeof(enum conf_security) == sizeof(int32_t), "an enum is stored as 32 bits");
_Static_assert(sizeof(enum conf_auth) == sizeof(int32_t), "an enum is stored as 32 bits");

static void
describe_range(const struct field *field, char *to, size_t size)
{
	const struct field_kind *kind = &kinds[field->type];
	char low[32], high[32];

	kind->format(field, field->min, low, sizeof(low));
	kind->format(field, field->max, high, sizeof(high));
	append(to, size, "%s to %s", low, high);
	if (field->type == FIELD_SECONDS)
		append(to, size, " in whole seconds");
	if (field->type == FIELD_MILLI || field->type == FIELD_MICRO)
		append(to, size, " with at most %u decimals", decimal_places(field));
	if ((field->flags & FIELD_OR_ZERO) != 0)
		append(to, size, ", or 0");
	if ((field->flags & FIELD_NOT_ZERO) != 0)
		append(to, size, ", but not 0");
	if ((field->flags & FIELD_AUTO) != 0)
		append(to, size, ", or auto");
}

void
field_describe(const struct field *field, char *to, size_t size)
{
	to[0] = '\0';
	if (kinds[field->type].describe != NULL)
		kinds[field->type].describe(field, to, size);
	else
		describe_range(field, to, size);
}

static bool
is_in_range(const struct field *field, int64_t number)
{
	if (kinds[field->type].describe != NULL)
		return true; /* a label, not a quantity */
	if (number == 0 && (field->flags & FIELD_NOT_ZERO) != 0)
		return false;
	if (number == 0 && (field->flags & FIELD_OR_ZERO) != 0)
		return true;
	return number >= field->min && number <= field->max;
}

static bool
is_good_text(const struct field *field, const char *text)
{
	size_t length = strlen(text);
	int64_t ignored;

	if (field->type == FIELD_NAME)
		return text_is_name(text);
	if (field->choices != NULL)
		return parse_choice(field, text, &ignored) == 0;
	if (length < (size_t)field->min || length > (size_t)field->max ||
	    !text_is_clean(text, length))
		return false;
	return field->form == NULL || length == 0 || field->form->is_good(text);
}

static int
refuse(const struct field *field, const char *text, struct err *err)
{
	char want[FIELD_FORMAT_SIZE], shown[80];

	field_describe(field, want, sizeof(want));
	if ((field->flags & FIELD_SECRET) != 0)
		return err_set(err, -EINVAL, "%s: want %s", field->key, want);
	if (!text_copy(shown, sizeof(shown), text))
		memcpy(shown + sizeof(shown) - 4, "...", 4);
	for (char *at = shown; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return err_set(err, -EINVAL, "%s = \"%s\": want %s", field->key, shown, want);
}

int
field_parse(const struct field *field, const char *text, void *object, struct err *err)
{
	const struct field_kind *kind = &kinds[field->type];
	char *to = (char *)object + field->offset;
	int64_t number;

	if (kind->parse == NULL) {
		if (!is_good_text(field, text))
			return refuse(field, text, err);
		text_copy(to, field->size, text);
		return 0;
	}
	if ((field->flags & FIELD_AUTO) != 0 && strcmp(text, "auto") == 0) {
		kind->store(AUTO_VALUE, to);
		return 0;
	}
	if (kind->parse(field, text, &number) < 0 || !is_in_range(field, number))
		return refuse(field, text, err);
	kind->store(number, to);
	return 0;
}

static bool
is_choice(const struct field *field, int64_t number)
{
	const struct field_choice *choice = field->choices;

	while (choice->label != NULL && choice->value != number)
		choice++;
	return choice->label != NULL;
}

static bool
is_allowed(const struct field *field, int64_t number)
{
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		return false;
	case FIELD_ENUM:
		return is_choice(field, number);
	case FIELD_QUANTITY:
		return number >= 1 && number <= QUANTITY_LAST;
	case FIELD_BOOL:
		return number == 0 || number == 1;
	case FIELD_LIMITS:
		return number >= 0 && number <= UINT8_MAX &&
		       ((uint64_t)number & (LIMIT_BIT(LIMIT_COUNT - 1) - 1)) == 0;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
	case FIELD_MILLI:
	case FIELD_MICRO:
		return is_in_range(field, number);
	}
	return false;
}

int
field_put_number(const struct field *field, int64_t number, void *object)
{
	if (!is_allowed(field, number))
		return -EINVAL;
	kinds[field->type].store(number, (char *)object + field->offset);
	return 0;
}

void
field_store(const struct field *field, const void *object, char *to, size_t size)
{
	const struct field_kind *kind = &kinds[field->type];
	const char *from = (const char *)object + field->offset;

	if (kind->parse == NULL)
		text_copy(to, size, from);
	else if ((field->flags & FIELD_AUTO) != 0 && kind->load(from) == AUTO_VALUE)
		text_copy(to, size, "auto");
	else
		kind->format(field, kind->load(from), to, size);
}

void
field_format(const struct field *field, const void *object, char *to, size_t size)
{
	if ((field->flags & FIELD_SECRET) != 0)
		text_copy(to, size, "");
	else
		field_store(field, object, to, size);
}

void
field_copy(const struct field *field, const void *from, void *to)
{
	memcpy((char *)to + field->offset, (const char *)from + field->offset, field->size);
}

bool
field_is_equal(const struct field *field, const void *a, const void *b)
{
	const struct field_kind *kind = &kinds[field->type];
	const char *left = (const char *)a + field->offset,
		   *right = (const char *)b + field->offset;

	if (kind->parse == NULL)
		return strcmp(left, right) == 0;
	return kind->load(left) == kind->load(right);
}

bool
field_is_quoted(const struct field *field)
{
	return (field->type == FIELD_TEXT && field->choices == NULL) || field->type == FIELD_NAME ||
	       field->type == FIELD_LIMITS;
}
