/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/change_text.h"

#include <string.h>

#include "core/strbuf.h"
#include "core/text.h"

#define VALUE_SHOWN 56 /* so that a sentence is whole with two of them and the longest names */

/* $k key, $o of which object, $a old value, $b new value. */
static const char *const sentences[] = {
	[CHANGED_BY_SNMP] = "SNMP has set $k$o to $b; it was $a.",
	[CHANGED_BY_FILE] = "The file has set $k$o to $b; SNMP had set it to $a.",
	[CHANGED_BACK] = "SNMP had set $k$o to $a; that does not fit any more, the file's $b does.",
};

static const char *const secret_sentences[] = {
	[CHANGED_BY_SNMP] = "SNMP has set $k$o.",
	[CHANGED_BY_FILE] = "The file has set $k$o, and not SNMP any more.",
	[CHANGED_BACK] = "What SNMP had set as $k$o does not fit any more.",
};

struct change {
	const struct field *field;
	const char *name, *old, *new;
};

static void
add_value(struct strbuf *buffer, const struct field *field, const char *value)
{
	const char *quote = field_is_quoted(field) ? "\"" : "";
	char shown[VALUE_SHOWN];

	if (!text_copy(shown, sizeof(shown) - 3, value))
		memcpy(shown + strlen(shown), "...", 4);
	strbuf_add(buffer, "%s%s%s", quote, shown, quote);
}

static void
add_object(struct strbuf *buffer, const struct change *change)
{
	const char *kind = schema_object_name(change->field->object);

	if (kind[0] != '\0')
		strbuf_add(buffer, " of %s", kind);
	if (change->name[0] != '\0')
		strbuf_add(buffer, " \"%s\"", change->name);
}

static void
add_word(struct strbuf *buffer, const struct change *change, char which)
{
	switch (which) {
	case 'k':
		strbuf_add(buffer, "%s", change->field->key);
		break;
	case 'o':
		add_object(buffer, change);
		break;
	case 'a':
		add_value(buffer, change->field, change->old);
		break;
	case 'b':
		add_value(buffer, change->field, change->new);
		break;
	}
}

void
change_text(enum changed changed, const struct field *field, const char *name, const char *old,
    const char *new, char *to, size_t size)
{
	const struct change change = { field, name, old, new };
	bool is_secret = (field->flags & FIELD_SECRET) != 0;
	const char *text = is_secret ? secret_sentences[changed] : sentences[changed];
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	for (; *text != '\0'; text++) {
		if (*text == '$')
			add_word(&buffer, &change, *++text);
		else
			strbuf_add(&buffer, "%c", *text);
	}
}

void
change_text_row(enum row_changed changed, enum conf_object object, uint32_t index, const char *name,
    char *to, size_t size)
{
	/* clang-format off */
	static const struct {
		const char *before, *after;
	} words[] = {
		[ROW_MADE] =      { "SNMP has made ", "." },
		[ROW_ACTIVE] =    { "SNMP has put ", " in service." },
		[ROW_IDLE] =      { "SNMP has put ", " out of service." },
		[ROW_DESTROYED] = { "SNMP has destroyed ", "." },
		[ROW_UNFIT] =     { "", ", made by SNMP, does not fit the file any more and is out "
				    "of service." },
		[ROW_ADOPTED] =   { "", ", made or named by SNMP, is the file's now." },
	};
	/* clang-format on */
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	strbuf_add(
	    &buffer, "%s%s %u", words[changed].before, schema_object_name(object), (unsigned)index);
	if (name[0] != '\0')
		strbuf_add(&buffer, " \"%s\"", name);
	strbuf_add(&buffer, "%s", words[changed].after);
	if (words[changed].before[0] == '\0' && to[0] >= 'a' && to[0] <= 'z')
		to[0] = (char)(to[0] - 'a' + 'A');
}
