/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_SERVE_H
#define SMTP_SERVE_H

#include "smtp/protocol.h"

#define EXIT_BROKEN_OFF 1
#define EXIT_USAGE      2

/* The helper's life: what protocol.h says, on standard input and output.  The exit status. */
int serve(void);

/* For people: the stages of a connection to the relay, a line each.  0, or EXIT_BROKEN_OFF. */
int probe(const struct smtp_relay *relay);

#endif
