/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_SERVICE_H
#define SYS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the service manager is told (sd_notify(3)).  Where there is none each of these does nothing.
 * None waits for a manager that does not listen; what it then has to know later, that the daemon is
 * ready and how it is, service_status tells again.  For the main thread.
 */
#define SERVICE_STATUS_SIZE 256

bool service_is_managed(void); /* somebody listens */
void service_ready(void);
void service_reloading(void); /* until service_ready */
void service_stopping(void);

/* One line of truth for `systemctl status`; to be called now and then, changed or not. */
void service_status(const char *text);

/* How long it waits for a sign of life before it starts us again; 0: it does not. */
int64_t service_watchdog_ms(void);
void service_alive(void);

#endif
