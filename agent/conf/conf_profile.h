/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_PROFILE_H
#define CONF_CONF_PROFILE_H

#include <stddef.h>

#include "conf/conf.h"
#include "core/err.h"

/*
 * Profiles: the register maps of devices, one a file, NAME.conf.  They lie in the folder profiles/
 * beside the main configuration file, and in that of the data directory ($ENVSENSORD_DATADIR, or
 * where they were installed); the former win.
 */
struct conf_profile_map {
	struct conf_profile profile;
	size_t sensor_count;
	struct conf_sensor *sensors; /* name: the title; address: the place inside a unit */
};

struct conf_profiles {
	struct conf_profile_map *maps; /* sorted by name */
	size_t count;
	size_t bad_count; /* files that were refused */
	struct err bad;   /* why the first was */
};

/* All that a configuration at `path` can name.  0 or -ENOMEM; conf_profiles_done in any case. */
int conf_profiles_read(const char *path, struct conf_profiles *ret_profiles, struct err *err);
void conf_profiles_done(struct conf_profiles *profiles);

#endif
