/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_STORE_TROUBLE_H
#define TESTS_UNIT_STORE_TROUBLE_H

#include "store/store.h"

/* What happens to a database that is in use, behind the back of who uses it. */

/* All its pages but the first turn into nonsense, and have to be read again. */
void trouble_damage(struct store *store);

/* It may have that many more pages. */
void trouble_cap(struct store *store, int pages);

#endif
