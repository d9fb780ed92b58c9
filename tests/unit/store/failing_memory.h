/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_STORE_FAILING_MEMORY_H
#define TESTS_UNIT_STORE_FAILING_MEMORY_H

#include <stdbool.h>

/* Before SQLite is first used: from then on it asks `fails` before each allocation.  0 or -1. */
int failing_memory_use(bool (*fails)(void));

#endif
