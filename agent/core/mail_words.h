/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MAIL_WORDS_H
#define CORE_MAIL_WORDS_H

#include <stdint.h>

#include "core/mail_text.h"
#include "core/strbuf.h"

/* The words of which subjects and bodies of mails are made. */

/* Text from outside: without controls, and at most so long that nothing else is cut. */
void mail_add_text(struct strbuf *out, const char *text);

/* "34.2 °C", "3 °C/min", "active" of a contact. */
void
mail_add_value(struct strbuf *out, enum quantity quantity, enum alarm_kind kind, int32_t milli);

/* "2h13m", "45s", "3d4h": the two greatest units. */
void mail_add_duration(struct strbuf *out, int64_t ms);

/* "2026-11-22 14:03:20 +0100" */
void mail_add_time(struct strbuf *out, const struct mail_facts *facts, int64_t wall_ms);

/* What happened, or how it stands now: "rack-a inlet 34.2 °C > 32.0 °C". */
void mail_add_summary(struct strbuf *out, const struct mail_item *item);

/* Likewise of an active alarm. */
void mail_add_alarm(struct strbuf *out, const struct alarm_row *row);

/* "CRITICAL", "CLEAR" ...: what stands in brackets before it. */
const char *mail_tag(const struct mail_item *item);
const char *mail_severity_tag(enum severity severity);

/* So late that it has to be said; 0: not. */
int64_t mail_delay_ms(const struct mail_facts *facts);

#endif
