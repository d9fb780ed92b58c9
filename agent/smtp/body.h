/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_BODY_H
#define SMTP_BODY_H

#include <stddef.h>

/*
 * A mail as SMTP can carry it: lines end with CRLF, no CR or LF stands by itself (servers differ in
 * what they make of one: a mail could end early and another begin), and no NUL.  Pure.
 */

/* How many bytes it will have. */
size_t body_length(const char *from, size_t len);

/* Writes so many. */
void body_write(const char *from, size_t len, char *to);

#endif
