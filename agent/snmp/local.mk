# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/snmp/libsnmp.a
agent_snmp_libsnmp_a_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
agent_snmp_libsnmp_a_SOURCES = \
	agent/snmp/agentx.c agent/snmp/agentx.h \
	agent/snmp/ask.c agent/snmp/ask.h \
	agent/snmp/grants.c agent/snmp/grants.h \
	agent/snmp/notify.c agent/snmp/notify.h \
	agent/snmp/rows.c agent/snmp/rows.h \
	agent/snmp/serve.c agent/snmp/serve.h \
	agent/snmp/set.c agent/snmp/set.h \
	agent/snmp/table.c agent/snmp/table.h \
	agent/snmp/tables.c agent/snmp/tables.h \
	agent/snmp/tbl_alarm.c \
	agent/snmp/tbl_bus.c \
	agent/snmp/tbl_channel.c \
	agent/snmp/tbl_contact.c \
	agent/snmp/tbl_delivery.c \
	agent/snmp/tbl_entity.c \
	agent/snmp/tbl_entity_sensor.c \
	agent/snmp/tbl_event.c \
	agent/snmp/tbl_mail.c \
	agent/snmp/tbl_relay.c \
	agent/snmp/tbl_sensor.c \
	agent/snmp/tbl_system.c \
	agent/snmp/tbl_temperature.c \
	agent/snmp/txn.c agent/snmp/txn.h \
	agent/snmp/txn_plan.c agent/snmp/txn_private.h \
	agent/snmp/txn_value.c agent/snmp/txn_value.h \
	agent/snmp/uptime.c agent/snmp/uptime.h \
	agent/snmp/value.c agent/snmp/value_private.h \
	agent/snmp/varbinds.c agent/snmp/varbinds.h
