/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVENT_TEXT_H
#define CORE_EVENT_TEXT_H

#include <stddef.h>

#include "core/record.h"
#include "core/result.h"

/* The texts of an event, made of its facts; each always ends with NUL and holds no control. */
#define EVENT_TEXT_SIZE   256
#define EVENT_REASON_SIZE 129
#define EVENT_UNIT_SIZE   17

/* One whole sentence (envsEventText, envsAlarmText). */
void event_text(const struct record *record, char *to, size_t size);
void alarm_text(const struct alarm_row *row, char *to, size_t size);

/* That of a pathDown: why, with the code (0: none) and the words ("": none) of the other side. */
void path_text(const char *channel, enum result result, int32_t code, const char *words, char *to,
    size_t size);

/* "noReply", "masterUnavailable", "configChange", "during_downtime", or nothing; and "not stored"
 * if it is not. */
void event_reason(const struct record *record, char *to, size_t size);

/* Of value and limit: a rate is per minute. */
void event_unit(const struct record *record, char *to, size_t size);

#endif
