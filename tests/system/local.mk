# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += tests/system/man-lint
TESTS += tests/system/man-lint
TESTS += tests/system/mib-generate
EXTRA_DIST += tests/system/mib-generate
TESTS += tests/system/mib-objects
EXTRA_DIST += tests/system/mib-objects tests/system/mib-objects.txt
TESTS += tests/system/mib-lint
EXTRA_DIST += tests/system/mib-lint
TESTS += tests/system/mib-columns
EXTRA_DIST += tests/system/mib-columns
TESTS += tests/system/house-rules
EXTRA_DIST += tests/system/house-rules
TESTS += tests/system/install-packages
EXTRA_DIST += tests/system/install-packages
