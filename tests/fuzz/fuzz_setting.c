/* SPDX-License-Identifier: BSD-2-Clause */
/* One value of a setting, as the file, a SET or the database gives it. */
#include <string.h>

#include "conf/objects.h"
#include "conf/schema.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "setting", 100000 };

/* A structure of settings, and what must not change beside one of them. */
struct object {
	max_align_t bytes[OBJECT_SIZE_MAX / sizeof(max_align_t)];
};

/* Nothing but the field itself has changed. */
static void
check_rest(const struct field *field, const struct object *object, const struct object *before)
{
	size_t end = field->offset + field->size;
	const char *now = (const char *)object, *then = (const char *)before;

	MUST(memcmp(now, then, field->offset) == 0);
	MUST(memcmp(now + end, then + end, sizeof(*object) - end) == 0);
}

/* What is in force can be stored and read again. */
static void
check_stored(const struct field *field, const struct object *object)
{
	static struct object again;
	char text[FIELD_FORMAT_SIZE], shown[FIELD_FORMAT_SIZE];

	memset(&again, 0, sizeof(again));
	field_store(field, object, text, sizeof(text));
	field_format(field, object, shown, sizeof(shown));
	MUST(text_is_clean(text, strlen(text)));
	if ((field->flags & FIELD_SECRET) != 0)
		MUST(shown[0] == '\0');
	else
		MUST(strcmp(shown, text) == 0);
	MUST(field_parse(field, text, &again, NULL) == 0);
	MUST(field_is_equal(field, object, &again));
}

/* A secret is in no error. */
static void
check_refusal(const struct field *field, const char *text, const struct err *err)
{
	MUST(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
	if ((field->flags & FIELD_SECRET) != 0 && strlen(text) > 8)
		MUST(strstr(err->text, text) == NULL);
}

static void
try_text(const struct field *field, const char *text)
{
	static struct object object, before;
	struct err err = { 0 };

	memset(&object, 0x5a, sizeof(object));
	before = object;
	if (field_parse(field, text, &object, &err) < 0) {
		MUST(memcmp(&object, &before, sizeof(object)) == 0);
		check_refusal(field, text, &err);
		return;
	}
	check_rest(field, &object, &before);
	check_stored(field, &object);
}

static void
try_number(const struct field *field, int64_t number)
{
	static struct object object, before;

	memset(&object, 0, sizeof(object));
	before = object;
	if (field_put_number(field, number, &object) < 0) {
		MUST(memcmp(&object, &before, sizeof(object)) == 0);
		return;
	}
	check_rest(field, &object, &before);
	check_stored(field, &object);
}

static void
try_field(const struct field *field, struct fuzz_input value)
{
	struct fuzz_input again = value;
	size_t size = (size_t)(value.end - value.at);
	char text[600];

	if (size > sizeof(text) - 1)
		size = sizeof(text) - 1;
	memcpy(text, value.at, size);
	text[size] = '\0';
	try_text(field, text);
	if (field->type == FIELD_NAME || field->type == FIELD_TEXT)
		return;
	try_number(field, (int32_t)fuzz_u32(&value));
	try_number(field, fuzz_u32(&again));
}

/* "KEY VALUE", or else the value of the setting that the first octet stands for. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, data + size };
	const struct field *field;
	size_t count = 0;

	for (; (field = schema_at(count)) != NULL; count++) {
		size_t length = strlen(field->key);

		if (size <= length || memcmp(data, field->key, length) != 0 || data[length] != ' ')
			continue;
		input.at = data + length + 1;
		try_field(field, input);
	}
	if (input.at == data) {
		unsigned number = fuzz_byte(&input);

		try_field(schema_at(number % count), input);
	}
	return 0;
}
