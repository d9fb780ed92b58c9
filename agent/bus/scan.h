/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BUS_SCAN_H
#define BUS_SCAN_H

#include <stdio.h>

#include "conf/conf.h"
#include "conf/conf_profile.h"
#include "core/err.h"

/*
 * envsensord --scan: finds what is on a bus, tries the profiles on each unit that several sensors
 * can hang on, and writes configuration for what it found, with comments.  It reads only, each
 * profile's points once, and opens the bus as a worker does, so no worker may have it.
 *
 * 0; -ENOENT: no such bus; -ENOTSUP: its driver cannot scan; another negative errno: the bus.
 */
int scan_bus(const struct conf *conf, const char *name, const struct conf_profiles *profiles,
    FILE *out, struct err *err);

#endif
