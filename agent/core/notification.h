/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_NOTIFICATION_H
#define CORE_NOTIFICATION_H

#include "core/event.h"

/* The notifications of the MIB, by their numbers below envsNotifications. */
enum notification {
	NOTIFICATION_NONE, /* events only */
	NOTIFICATION_ALARM,
	NOTIFICATION_FAULT,
	NOTIFICATION_DELIVERY,
	NOTIFICATION_AGENT,
	NOTIFICATION_TEST,
	NOTIFICATION_HEARTBEAT,
};

/* By which a manager is told of such an event. */
enum notification notification_of(enum event_kind kind);

#endif
