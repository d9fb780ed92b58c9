/* SPDX-License-Identifier: BSD-2-Clause */
/* Built without systemd. */
#include "sys/journal.h"

void
journal_begin(void)
{
}
