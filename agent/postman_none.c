/* SPDX-License-Identifier: BSD-2-Clause */
/* Built without mail: there is no mailer, and so nobody calls the others. */
#include <errno.h>

#include "postman.h"

int
postman_new(struct chan *inbox, struct mailer **ret_mailer)
{
	(void)inbox;
	*ret_mailer = NULL;
	return 0;
}

int
mailer_start(struct mailer *mailer)
{
	(void)mailer;
	return -ENOSYS;
}

int
mailer_stop(struct mailer *mailer, int64_t timeout_ms)
{
	(void)mailer, (void)timeout_ms;
	return 0;
}

void
mailer_free(struct mailer *mailer)
{
	(void)mailer;
}

bool
mailer_stands_still(struct mailer *mailer)
{
	(void)mailer;
	return false;
}

void
mailer_apply(struct mailer *mailer, const struct conf *conf)
{
	(void)mailer, (void)conf;
}
