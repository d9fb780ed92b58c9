/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/journal.h"

#include <inttypes.h>

#include "core/strbuf.h"
#include "core/text.h"
#include "sys/datagram.h"
#include "sys/log.h"

#define SOCKET     "/run/systemd/journal/socket"
#define ENTRY_SIZE 4096 /* a line of the log and all fields, the longest */
#define VALUE_SIZE 256  /* of a field but the line; longer ones are cut */

/* A newline in it would begin another field. */
static void
add_text(struct strbuf *entry, const char *name, const char *value)
{
	char clean[VALUE_SIZE];

	if (value == NULL || value[0] == '\0')
		return;
	text_copy(clean, sizeof(clean), value);
	for (char *c = clean; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	strbuf_add(entry, "%s=%s\n", name, clean);
}

static void
add_number(struct strbuf *entry, const char *name, uint32_t value)
{
	if (value != 0)
		strbuf_add(entry, "%s=%" PRIu32 "\n", name, value);
}

/* The text of a line has no control in it. */
static int
carry(const char *program, int priority, const struct log_about *about, const char *text)
{
	char buffer[ENTRY_SIZE];
	struct strbuf entry;

	strbuf_init(&entry, buffer, sizeof(buffer));
	strbuf_add(&entry, "MESSAGE=%s\n", text);
	add_number(&entry, "PRIORITY", (uint32_t)priority);
	add_text(&entry, "SYSLOG_IDENTIFIER", program);
	add_text(&entry, "ENVSENSORD_SENSOR", about->sensor);
	add_text(&entry, "ENVSENSORD_BUS", about->bus);
	add_number(&entry, "ENVSENSORD_ALARM_ID", about->alarm);
	add_number(&entry, "ENVSENSORD_EVENT_SEQ", about->event);
	add_text(&entry, "ENVSENSORD_RESULT", about->result);
	return datagram_send(SOCKET, entry.text, entry.length);
}

void
journal_begin(void)
{
	log_set_carrier(carry);
}
