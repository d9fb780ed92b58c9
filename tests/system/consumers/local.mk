# SPDX-License-Identifier: BSD-2-Clause
# Against real monitoring systems.  The quick ones are part of make check; all are run by
# scripts/check --consumers, which installs what they need.
QUICK_CONSUMER_TESTS = \
	tests/system/consumers/test_check_snmp.py \
	tests/system/consumers/test_managers.py \
	tests/system/consumers/test_snmptrapd.py
TESTS += $(QUICK_CONSUMER_TESTS)
CONSUMER_TESTS = $(QUICK_CONSUMER_TESTS) \
	tests/system/consumers/test_icinga.py \
	tests/system/consumers/test_nagios.py \
	tests/system/consumers/test_prometheus.py \
	tests/system/consumers/test_zabbix.py
EXTRA_DIST += $(CONSUMER_TESTS) \
	tests/system/consumers/consumer.py \
	tests/system/consumers/zabbix.py

.PHONY: list-consumers
list-consumers:
	@echo $(CONSUMER_TESTS)
