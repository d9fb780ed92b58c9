/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_CHECK_H
#define CONF_CONF_CHECK_H

#include "conf/conf.h"
#include "conf/schema.h"
#include "core/err.h"

/*
 * Rules over the whole configuration, for a file as for a SET: names unique, buses declared,
 * addresses that their driver understands, limits strictly rising, the deadband narrower than the
 * gap between low and high (ALARMS), mail that can be sent and only where the file allows it.  conf
 * may not know drivers: it asks through these functions.
 */
struct conf_drivers {
	/* 0; -ENOENT with the list of drivers; -EINVAL with what is allowed. */
	int (*check_bus)(const struct conf_bus *bus, struct err *err);
	/* 0 or -EINVAL; fills the hardware id of the sensor (ROM id, or bus/unit/register). */
	int (*check_address)(const struct conf_bus *bus, const char *address, char *hardware_id,
	    size_t size, struct err *err);
	/* Of a bus that check_bus likes: what stands in its addresses between the unit and the
	 * place inside it; '\0': it has no devices with several sensors. */
	char (*unit_separator)(const struct conf_bus *bus);
};

/* Where the fault is: an object and, if there are several, its place in their array. */
struct conf_place {
	enum conf_object object;
	size_t position;
	const char *key; /* of the setting at fault; NULL: the object as a whole */
	bool has_first;  /* the object is there already: */
	size_t first;    /* of the same kind */
};

/* 0; -EINVAL with one line of text (without file and line) and its place; -ENOMEM. Fills hardware
 * ids.  Takes n log n, and leaves the order as it is. */
int conf_check(struct conf *conf, const struct conf_drivers *drivers, struct conf_place *ret_place,
    struct err *err);

#endif
