/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/value_private.h"

#include <assert.h>

static const u_char asn_type[] = {
	[VALUE_INTEGER] = ASN_INTEGER,
	[VALUE_UNSIGNED] = ASN_UNSIGNED,
	[VALUE_GAUGE] = ASN_GAUGE,
	[VALUE_COUNTER32] = ASN_COUNTER,
	[VALUE_COUNTER64] = ASN_COUNTER64,
	[VALUE_TIMETICKS] = ASN_TIMETICKS,
	[VALUE_OCTETS] = ASN_OCTET_STR,
	[VALUE_OID] = ASN_OBJECT_ID,
};

static int
put_oid(netsnmp_variable_list *varbind, const uint32_t *arcs, size_t length)
{
	oid name[MAX_OID_LEN];

	assert(length <= MAX_OID_LEN);
	for (size_t i = 0; i < length; i++)
		name[i] = arcs[i];
	return snmp_set_var_typed_value(varbind, ASN_OBJECT_ID, name, length * sizeof(name[0]));
}

int
value_put(netsnmp_variable_list *varbind, enum value_type type, const struct value *value)
{
	struct counter64 counter = {
		.high = (u_long)(value->counter >> 32),
		.low = (u_long)(value->counter & 0xffffffff),
	};
	u_long number = value->number;
	long integer = value->integer;

	switch (type) {
	case VALUE_INTEGER:
		return snmp_set_var_typed_value(varbind, asn_type[type], &integer, sizeof(integer));
	case VALUE_UNSIGNED:
	case VALUE_GAUGE:
	case VALUE_COUNTER32:
	case VALUE_TIMETICKS:
		return snmp_set_var_typed_value(varbind, asn_type[type], &number, sizeof(number));
	case VALUE_COUNTER64:
		return snmp_set_var_typed_value(varbind, asn_type[type], &counter, sizeof(counter));
	case VALUE_OCTETS:
		return snmp_set_var_typed_value(
		    varbind, asn_type[type], value->octets, value->length);
	case VALUE_OID:
		return put_oid(varbind, value->octets, value->length);
	}
	return -1;
}
