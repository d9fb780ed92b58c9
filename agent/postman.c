/* SPDX-License-Identifier: BSD-2-Clause */
#include "postman.h"

#include <stdlib.h>

#include "engine/engine.h"

/* What does not fit is lost here, not for ever: its row is found again when its time has passed. */
static void
put_or_free(struct chan *inbox, enum engine_message kind, void *data)
{
	if (chan_put(inbox, (struct chan_message){ .kind = kind, .data = data }) == CHAN_FULL)
		free(data);
}

static void
outcome_to_engine(void *context, struct delivery_outcome *outcome)
{
	put_or_free(context, ENGINE_OUTCOME, outcome);
}

static void
check_to_engine(void *context, struct relay_outcome *outcome)
{
	put_or_free(context, ENGINE_RELAY, outcome);
}

static bool
ask_engine(void *context, struct mail_go_request *request)
{
	const struct chan_message message = { .kind = ENGINE_MAIL_GO, .data = request };

	return chan_put(context, message) != CHAN_FULL;
}

int
postman_new(struct chan *inbox, struct mailer **ret_mailer)
{
	const struct mailer_listener listener = {
		.outcome = outcome_to_engine,
		.checked = check_to_engine,
		.ask = ask_engine,
		.context = inbox,
	};

	return mailer_new(mailer_program(), &listener, ret_mailer);
}
