/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef POSTMAN_H
#define POSTMAN_H

#include "mail/mailer.h"
#include "sys/chan.h"

/* The mailer, told to say all that it has to say to the engine behind `inbox`. */
int postman_new(struct chan *inbox, struct mailer **ret_mailer);

#endif
