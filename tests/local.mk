# SPDX-License-Identifier: BSD-2-Clause
# Unit tests mirror the source tree; each links only what it may.
AM_TESTS_ENVIRONMENT = ENVSENSOR_SRCDIR='$(abs_top_srcdir)' \
	ENVSENSOR_BUILDDIR='$(abs_top_builddir)' \
	PYTHON='$(PYTHON)'; export ENVSENSOR_SRCDIR ENVSENSOR_BUILDDIR PYTHON;
include tests/fakes/local.mk
include tests/tools/local.mk
include tests/fuzz/local.mk
if WITH_UNIT_TESTS
include tests/unit/core/local.mk
include tests/unit/conf/local.mk
include tests/unit/sys/local.mk
include tests/unit/store/local.mk
include tests/unit/drivers/local.mk
include tests/unit/bus/local.mk
include tests/unit/engine/local.mk
include tests/unit/snmp/local.mk
include tests/unit/ctl/local.mk
if WITH_MAIL
include tests/unit/smtp/local.mk
endif
endif
include tests/system/local.mk
