/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MAILBOX_H
#define CORE_MAILBOX_H

#include <stdbool.h>

/*
 * Addresses of mail, as little of RFC 5321 §4.1.2 as people use: name@domain, the name a dot-atom,
 * the domain of labels; ASCII, no quotes, comments or address literals.  So one can stand in an
 * envelope or a header as it is.
 */
#define MAILBOX_MAX 254 /* bytes; RFC 5321 erratum 1690 */

bool mailbox_is_good(const char *text);

/* Labels of letters, digits and hyphens with dots between them; one is enough. */
bool mailbox_is_domain(const char *text);

/* What stands behind the @ of a good mailbox; borrowed from it. */
const char *mailbox_domain(const char *mailbox);

/* Letters of either case are the same, also before the @: this compares what people typed. */
bool mailbox_is_equal(const char *a, const char *b);

/*
 * `list`: mailboxes and domains with blanks or commas between them.  A domain stands for all
 * mailboxes of itself, not for those of its subdomains.
 */
bool mailbox_is_good_list(const char *list);
bool mailbox_is_in_list(const char *mailbox, const char *list);

#endif
