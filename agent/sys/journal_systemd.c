/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* it would always be this file */
#include <systemd/sd-journal.h>

#include "sys/log.h"

#define SOCKET     "/run/systemd/journal/socket"
#define FIELDS_MAX 8
#define TEXT_MAX   1024 /* of a line of the log */
#define VALUE_MAX  256  /* of any other field, with its name; longer values are cut */

struct fields {
	struct iovec list[FIELDS_MAX];
	int count;
	char message[sizeof("MESSAGE=") + TEXT_MAX];
	char others[FIELDS_MAX - 1][VALUE_MAX];
};

static void
add(struct fields *fields, char *to, size_t size, const char *name, const char *value)
{
	int length = snprintf(to, size, "%s=%s", name, value);

	fields->list[fields->count++] = (struct iovec){
		.iov_base = to,
		.iov_len = (size_t)length < size ? (size_t)length : size - 1,
	};
}

static void
add_text(struct fields *fields, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		add(fields, fields->others[fields->count - 1], VALUE_MAX, name, value);
}

static void
add_number(struct fields *fields, const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, value);
	if (value != 0)
		add_text(fields, name, text);
}

/* Where there is no socket the library says that all is well. */
static bool
carry(const char *program, int priority, const struct log_about *about, const char *text)
{
	struct fields fields = { .count = 0 };

	if (access(SOCKET, W_OK) < 0)
		return false;
	add(&fields, fields.message, sizeof(fields.message), "MESSAGE", text);
	add_number(&fields, "PRIORITY", (uint32_t)priority);
	add_text(&fields, "SYSLOG_IDENTIFIER", program);
	add_text(&fields, "ENVSENSORD_SENSOR", about->sensor);
	add_text(&fields, "ENVSENSORD_BUS", about->bus);
	add_number(&fields, "ENVSENSORD_ALARM_ID", about->alarm);
	add_number(&fields, "ENVSENSORD_EVENT_SEQ", about->event);
	add_text(&fields, "ENVSENSORD_RESULT", about->result);
	return sd_journal_sendv(fields.list, fields.count) >= 0;
}

void
journal_begin(void)
{
	log_set_carrier(carry);
}
