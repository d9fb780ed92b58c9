/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints each column of ENVSENSOR-MIB that the agent serves: NAME OID-below-root TYPE ACCESS; with
 * the argument --standard those of other MIBs, with the whole OID.  A test holds it against the
 * MIB. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "snmp/table.h"

static const char *const types[] = {
	[VALUE_INTEGER] = "Integer32",
	[VALUE_UNSIGNED] = "Unsigned32",
	[VALUE_GAUGE] = "Gauge32",
	[VALUE_COUNTER32] = "Counter32",
	[VALUE_COUNTER64] = "Counter64",
	[VALUE_TIMETICKS] = "TimeTicks",
	[VALUE_OCTETS] = "OctetString",
	[VALUE_OID] = "ObjectIdentifier",
};

static const char *const accesses[] = {
	[ACCESS_READ_ONLY] = "read-only",
	[ACCESS_READ_WRITE] = "read-write",
	[ACCESS_READ_CREATE] = "read-create",
};

int
main(int argc, char **argv)
{
	bool is_standard = argc > 1 && strcmp(argv[1], "--standard") == 0;

	for (size_t t = 0; tables[t] != NULL; t++) {
		const struct table *table = tables[t];

		if (table->is_standard != is_standard)
			continue;
		for (size_t c = 0; c < table->column_count; c++) {
			const struct column *column = &table->columns[c];

			printf("%s ", column->name);
			for (size_t i = 0; i < table->place_length; i++)
				printf("%" PRIu32 ".", table->place[i]);
			printf("%u %s %s\n", column->number, types[column->type],
			    accesses[column->access]);
		}
	}
	return 0;
}
