/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_SERVICE_H
#define SYS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the service manager is told (sd_notify(3)).  Where there is none, or none was built in, each
 * of these does nothing.  For the main thread.
 */
bool service_is_managed(void); /* somebody listens */
void service_ready(void);
void service_reloading(void); /* until service_ready */
void service_stopping(void);

/* One line of truth for `systemctl status`. */
void service_status(const char *text);

/* How long it waits for a sign of life before it starts us again; 0: it does not. */
int64_t service_watchdog_ms(void);
void service_alive(void);

#endif
