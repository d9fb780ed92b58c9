# SPDX-License-Identifier: BSD-2-Clause
# Against real monitoring systems.  The quick ones are part of make check; the others are run by
# scripts/check --consumers, which installs what they need.
CONSUMER_TESTS = \
	tests/system/consumers/test_prometheus.py
EXTRA_DIST += $(CONSUMER_TESTS) tests/system/consumers/consumer.py

.PHONY: list-consumers
list-consumers:
	@echo $(CONSUMER_TESTS)
