/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_NETWORK_H
#define SYS_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Hears from the kernel (rtnetlink(7)) that a link or an address of this machine has come up.  What
 * is repeated is no news: a router that announces itself makes the kernel tell each address again.
 * The first that is heard of one is.
 */
#define NETWORK_KNOWN 64 /* links and addresses; with more of them old ones may be news */

struct network;

/* From now on there is a SIGIO to the process for what network_has_come_up will find.  0; -ENOMEM;
 * where no such socket is allowed (a sandbox) a negative errno. */
int network_open(struct network **ret_network);
void network_close(struct network *network); /* copes with NULL */

/* Since the last call; does not wait. */
bool network_has_come_up(struct network *network);

/* The same of messages of the kernel, aligned as such.  For tests. */
bool network_take(struct network *network, const void *messages, size_t size);

#endif
