/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/mail_job.h"

#include <stdlib.h>

void
mail_job_free(struct mail_job *job)
{
	if (job == NULL)
		return;
	free(job->bytes);
	free(job);
}
