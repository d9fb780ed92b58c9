/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "core/mail_words.h"
#include "core/mailbox.h"
#include "core/route.h"

static size_t
count_open(const struct mail_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->active_count; i++)
		count += alarm_is_open(&facts->active[i].alarm);
	return count;
}

static void
add_head(struct strbuf *out, const struct mail_facts *facts, const char *tag)
{
	strbuf_add(out, "[%s] ", tag);
	mail_add_text(out, facts->site);
	strbuf_add(out, ": ");
}

static void
add_alert(struct strbuf *out, const struct mail_facts *facts)
{
	add_head(out, facts, mail_tag(&facts->items[0]));
	mail_add_summary(out, &facts->items[0]);
	if (facts->count > 1)
		strbuf_add(out, ", and %zu more", facts->count - 1);
}

static void
add_digest(struct strbuf *out, const struct mail_facts *facts)
{
	add_head(out, facts, "DIGEST");
	strbuf_add(out, "%zu messages, first [%s] ", facts->count, mail_tag(&facts->items[0]));
	mail_add_summary(out, &facts->items[0]);
}

static void
add_heartbeat(struct strbuf *out, const struct mail_facts *facts)
{
	size_t open = count_open(facts);

	add_head(out, facts, "OK");
	strbuf_add(out, "alive, ");
	if (open == 0)
		strbuf_add(out, "no alarm active");
	else
		strbuf_add(out, "%zu alarm%s active", open, open == 1 ? "" : "s");
}

void
mail_subject(const struct mail_facts *facts, char *to, size_t size)
{
	int64_t delay_ms = mail_delay_ms(facts);
	struct strbuf out;

	strbuf_init(&out, to, size);
	if (delay_ms > 0) {
		strbuf_add(&out, "[DELAYED ");
		mail_add_duration(&out, delay_ms);
		strbuf_add(&out, "] ");
	}
	switch (facts->kind) {
	case MAIL_NONE:
		break;
	case MAIL_DIGEST:
		if (facts->count > 1) {
			add_digest(&out, facts);
			break;
		}
		add_alert(&out, facts);
		break;
	case MAIL_ALERT:
		add_alert(&out, facts);
		break;
	case MAIL_BACKLOG:
		add_head(&out, facts, "BACKLOG");
		strbuf_add(&out, "%u message%s undelivered", (unsigned)facts->undelivered,
		    facts->undelivered == 1 ? "" : "s");
		break;
	case MAIL_TEST:
		add_head(&out, facts, "TEST");
		strbuf_add(&out, "test mail");
		break;
	case MAIL_HEARTBEAT:
		add_heartbeat(&out, facts);
		break;
	}
}

/* ---- one thread per alarm ---- */

void
mail_id(const char *uuid, uint32_t seq, uint32_t step, const char *from, char *to, size_t size)
{
	snprintf(
	    to, size, "%s.%u.%u@%s", uuid, (unsigned)seq, (unsigned)step, mailbox_domain(from));
}

uint32_t
mail_thread(const struct mail_facts *facts)
{
	const struct mail_item *item = facts->items;

	if (facts->count != 1 || item->record->alarm_id == 0)
		return 0;
	if (item->raise != NULL)
		return item->raise->seq != item->record->seq ? item->raise->seq : 0;
	if (item->alarm != NULL && item->alarm->raised_seq != item->record->seq)
		return item->alarm->raised_seq;
	return 0;
}
