/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail-samples: what mails say.  Without an argument the texts of tests/tools/mail_samples.c; with
 * a number the n-th of them as a whole mail, its site and sources replaced by the bytes of standard
 * input, so that another parser can be held against it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/text.h"
#include "tests/tools/mail_samples.h"

#define ITEMS_MAX 8

static char subject[MAIL_SUBJECT_SIZE], body[MAIL_BODY_SIZE(ITEMS_MAX)];

static void
print_texts(void)
{
	const struct mail_sample *sample;

	for (size_t n = 0; (sample = mail_sample(n)) != NULL; n++) {
		mail_subject(&sample->facts, subject, sizeof(subject));
		mail_body(&sample->facts, body, sizeof(body));
		printf("==== %s\n%s\n\n%s", sample->what, subject, body);
	}
}

/* All texts that come from outside. */
static void
spoil(struct mail_facts *facts, const char *bytes)
{
	static struct record records[ITEMS_MAX];
	static struct mail_item items[ITEMS_MAX];

	for (size_t i = 0; i < facts->count; i++) {
		items[i] = facts->items[i];
		records[i] = *items[i].record;
		memcpy(records[i].source, bytes, strnlen(bytes, TEXT_NAME_MAX));
		records[i].source[strnlen(bytes, TEXT_NAME_MAX)] = '\0';
		items[i].record = &records[i];
		items[i].raise = NULL;
		items[i].alarm = NULL;
		items[i].location = items[i].hardware = bytes;
	}
	facts->items = items;
	facts->site = bytes;
}

static int
print_mail(size_t n)
{
	static char bytes[4096], mail[4 * sizeof(body)];
	static const char *const to[] = { "ops@example.org" };
	const struct mail_sample *sample = mail_sample(n);
	struct mail_facts facts;
	struct message message = {
		.from = "sensors@example.org",
		.to = to,
		.to_count = 1,
		.subject = subject,
		.body = body,
	};
	char id[MAIL_ID_SIZE];
	int length;

	if (sample == NULL)
		return 1;
	bytes[fread(bytes, 1, sizeof(bytes) - 1, stdin)] = '\0';
	facts = sample->facts;
	spoil(&facts, bytes);
	mail_id("00000000-0000-4000-8000-000000000000", 7, 1, message.from, id, sizeof(id));
	mail_subject(&facts, subject, sizeof(subject));
	mail_body(&facts, body, sizeof(body));
	message.id = id;
	message.date_wall_ms = facts.now_wall_ms;
	length = message_write(&message, mail, sizeof(mail));
	return length < 0 || fwrite(mail, 1, (size_t)length, stdout) != (size_t)length;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return print_mail(strtoul(argv[1], NULL, 10));
	print_texts();
	return 0;
}
