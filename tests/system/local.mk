# SPDX-License-Identifier: BSD-2-Clause
# What needs no daemon of ours running.
STATIC_TESTS = \
	tests/system/alarm-replay \
	tests/system/docs-alarms \
	tests/system/docs-mail \
	tests/system/docs-security \
	tests/system/house-rules \
	tests/system/install-packages \
	tests/system/mail-compose \
	tests/system/mail-samples \
	tests/system/man-lint \
	tests/system/mib-columns \
	tests/system/mib-generate \
	tests/system/mib-lint \
	tests/system/mib-objects \
	tests/system/mib-page \
	tests/system/package-tree \
	tests/system/unit-file
TESTS += $(STATIC_TESTS)
EXTRA_DIST += $(STATIC_TESTS) tests/system/mail-samples.txt tests/system/mib-objects.txt

# Real daemons on private sockets; each file is independent of the others.  Those that take longest
# are first, so that none is alone at the end.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON)
AM_PY_LOG_FLAGS = -B
SYSTEM_TESTS = \
	tests/system/test_lines.py \
	tests/system/test_delivery.py \
	tests/system/test_faults.py \
	tests/system/test_master.py \
	tests/system/demo \
	tests/system/test_alarms.py \
	tests/system/test_check_envsensor.py \
	tests/system/test_config.py \
	tests/system/test_cookbook.py \
	tests/system/test_ctl.py \
	tests/system/test_cycles.py \
	tests/system/test_daemonize.py \
	tests/system/test_disk.py \
	tests/system/test_entity.py \
	tests/system/test_journal.py \
	tests/system/test_mail.py \
	tests/system/test_mail_path.py \
	tests/system/test_mail_servers.py \
	tests/system/test_mail_kills.py \
	tests/system/test_mail_nowhere.py \
	tests/system/test_mail_codes.py \
	tests/system/test_mail_policy.py \
	tests/system/test_mailer.py \
	tests/system/test_notifications.py \
	tests/system/test_owserver.py \
	tests/system/test_print_config.py \
	tests/system/test_profiles.py \
	tests/system/test_sandbox.py \
	tests/system/test_secrets.py \
	tests/system/test_service.py \
	tests/system/test_set.py \
	tests/system/test_set_mail.py \
	tests/system/test_set_many.py \
	tests/system/test_smtp_helper.py \
	tests/system/test_smtp_real.py \
	tests/system/test_smtp_session.py \
	tests/system/test_soak.py \
	tests/system/test_upgrade.py \
	tests/system/test_views.py \
	tests/system/test_walk.py
TESTS += $(SYSTEM_TESTS)
EXTRA_DIST += tests/system/package-life
EXTRA_DIST += $(SYSTEM_TESTS) \
	tests/system/freeze.py \
	tests/system/harness.py \
	tests/system/mail_servers.py \
	tests/system/mail_site.py \
	tests/system/manager.py \
	tests/system/namespace.py \
	tests/system/owserver.py \
	tests/system/rack.py \
	tests/system/sandbox.py \
	tests/system/smtp_helper.py \
	tests/system/tap.py \
	tests/system/traps.py

include tests/system/consumers/local.mk

# A database of each schema version that a newer one has followed.
EXTRA_DIST += \
	tests/system/upgrade/version-1.sql \
	tests/system/upgrade/version-2.sql \
	tests/system/upgrade/version-3.sql \
	tests/system/upgrade/version-4.sql \
	tests/system/upgrade/version-5.sql \
	tests/system/upgrade/version-6.sql
