/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_CHECK_MAIL_H
#define CONF_CONF_CHECK_MAIL_H

#include "conf/conf_check.h"

/* The part of conf_check that is about deliveries, mail, relays and contacts. */
int conf_check_mail(const struct conf *conf, struct conf_place *ret_place, struct err *err);

#endif
