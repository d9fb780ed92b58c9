/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/schema.h"
#include "core/err.h"
#include "ctl/client.h"
#include "ctl/sheet.h"

/* What all commands of envsensorctl share. */
struct ctl {
	struct client *client; /* NULL: the command talks to nobody */
	enum sheet_form form;
	bool is_watching, is_following;
	uint32_t since;          /* --since; 0: not given */
	enum conf_object object; /* --bus, --contact, --relay, --agent; else CONF_SENSOR */
	const char *config;      /* of the daemon; NULL: its own default */
	int argc;                /* behind the command's name */
	char **argv;
};

/* How a command ends. */
enum ctl_exit {
	CTL_OK,
	CTL_FAILED, /* refused, or no answer; said in err */
	CTL_USAGE,
};

/* list.c */
enum ctl_exit ctl_status(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_sensors(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_buses(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_alarms(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_events(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_queue(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_relays(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_contacts(struct ctl *ctl, struct err *err);

/* act.c */
enum ctl_exit ctl_acknowledge(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_reset(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_shelve(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_flush(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_retry(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_cancel(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_replay(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_test_mail(struct ctl *ctl, struct err *err);

/* change.c */
enum ctl_exit ctl_set(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_add(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_remove(struct ctl *ctl, struct err *err);

/* local.c: programs of this machine; they come back only if they cannot be started. */
enum ctl_exit ctl_scan(struct ctl *ctl, struct err *err);
enum ctl_exit ctl_config(struct ctl *ctl, struct err *err);

#endif
