/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/route.h"

#include "core/notification.h"

bool
route_is_told(const struct record *record, uint8_t channel)
{
	return notification_of(record->kind) != NOTIFICATION_NONE &&
	       record->suppression == SUPPRESSION_NONE &&
	       (record->channel == 0 || record->channel != channel);
}
