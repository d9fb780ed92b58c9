/* SPDX-License-Identifier: BSD-2-Clause */
/* Channel mail as it is shown. */
#include "core/text.h"
#include "engine/engine_private.h"

static enum relay_state
state_of(const struct outbox_relay *relay)
{
	if (relay->is_failing)
		return relay->out > 0 || relay->is_checking ? RELAY_STATE_PROBING
		                                            : RELAY_STATE_DOWN;
	return relay->is_proven ? RELAY_STATE_OK : RELAY_STATE_UNKNOWN;
}

static void
show_relay(const struct outbox_relay *relay, struct relay_view *view)
{
	*view = (struct relay_view){
		.index = relay->index,
		.state = state_of(relay),
		.has_result = relay->is_known,
		.result = relay->result,
		.code = relay->code,
		.latency_ms = relay->latency_ms,
		.last_success_wall_ms = relay->last_success_wall_ms,
		.has_days = relay->has_days,
		.days = relay->days,
	};
	text_copy(view->text, sizeof(view->text), relay->text);
}

/* What works is never asked in vain while another one is not known. */
static enum mail_path_state
path_state(struct engine *engine, const struct mail_view *view)
{
	const struct outbox_channel *channel = outbox_channel(engine, CHANNEL_MAIL);
	size_t ok = 0, bad = 0;
	struct path_trouble trouble;

	if (!outbox_mail_is_wanted(engine) || view->relay_count == 0)
		return MAIL_PATH_DISABLED;
	if (channel->path_alarm != 0 || outbox_relays_fail(engine, &trouble))
		return MAIL_PATH_FAILED;
	for (size_t i = 0; i < view->relay_count; i++) {
		const struct relay_view *relay = &view->relays[i];

		ok += relay->state == RELAY_STATE_OK;
		bad += relay->state == RELAY_STATE_DOWN || relay->state == RELAY_STATE_PROBING ||
		       (relay->state == RELAY_STATE_UNKNOWN && relay->has_result);
	}
	if (bad > 0)
		return MAIL_PATH_DEGRADED;
	return ok > 0 ? MAIL_PATH_OK : MAIL_PATH_UNKNOWN;
}

static void
show_test(const struct engine *engine, struct mail_view *view)
{
	const struct outbox_mail *mail = &engine->outbox.mail;
	bool is_busy = mail->is_testing && mail->is_test_busy;
	const char *text = is_busy ? "" : mail->test_text;

	view->is_testing = mail->is_testing || engine->agent.is_test_asked;
	view->has_test = is_busy || (mail->has_test && !view->is_testing);
	if (!view->has_test)
		return;
	view->test_result = is_busy ? RESULT_BUSY : mail->test_result;
	text_copy(view->test_text, sizeof(view->test_text),
	    text[0] != '\0' ? text : result_text(view->test_result));
}

struct mail_view *
outbox_mail_view(struct engine *engine)
{
	const struct conf *conf = engine->conf;
	struct mail_view *view = mail_view_new(conf->contact_count, conf->relay_count);

	if (view == NULL)
		return NULL;
	for (size_t i = 0; i < conf->contact_count; i++) {
		const struct outbox_contact *contact = outbox_contact(engine, &conf->contacts[i]);

		view->contacts[i].index = conf->contacts[i].index;
		if (contact != NULL)
			view->contacts[i].books = contact->books;
	}
	for (size_t i = 0; i < conf->relay_count; i++) {
		const struct outbox_relay *relay = outbox_relay(engine, conf->relays[i].index);

		if (relay != NULL)
			show_relay(relay, &view->relays[i]);
	}
	view->path_state = path_state(engine, view);
	show_test(engine, view);
	return view;
}
