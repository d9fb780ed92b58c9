/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that do one thing to an alarm, a sensor, the queue. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/event.h"
#include "core/text.h"
#include "ctl/ctl.h"
#include "ctl/target.h"
#include "ctl/view.h"

#define ACTION_ACKNOWLEDGE 2 /* envsAlarmAction */
#define ACTION_RESET       3
#define ACTION_RETRY       2 /* envsDeliveryAction */
#define ACTION_CANCEL      3
#define FLUSH              2 /* envsChannelFlush */
#define TEST_IDLE          1 /* envsMailTest */
#define TEST_SEND          2
#define TEST_RUNNING       3
#define TEST_PATIENCE_S    3   /* for its event, if another one was running */
#define TEST_EVENTS        100 /* that may come in the moment before it */

/* Assigns all of it, or says why not: `what` is what the person wanted, `rule` when the agent can
 * do that. */
static enum ctl_exit
assign(struct ctl *ctl, const struct client_assignment *assignments, size_t count, const char *what,
    const char *rule, struct err *err)
{
	enum client_refusal refusal;
	size_t at;

	if (client_set(ctl->client, assignments, count, &refusal, &at, err) < 0)
		return CTL_FAILED;
	if (refusal == CLIENT_INCONSISTENT_VALUE || refusal == CLIENT_WRONG_VALUE) {
		err_set(err, -EINVAL, "%s: refused: %s", what, rule);
		return CTL_FAILED;
	}
	return target_refused(refusal, what, NULL, err) < 0 ? CTL_FAILED : CTL_OK;
}

static struct client_assignment
number_at(enum client_type type, int64_t number, struct client_place place)
{
	return (struct client_assignment){
		.place = place,
		.value = { .type = type, .number = number },
	};
}

static int
take_number(struct ctl *ctl, const char *what, uint32_t *ret_number, struct err *err)
{
	if (ctl->argc < 1)
		return err_set(err, -EINVAL, "which? want %s", what);
	if (text_parse_u32(ctl->argv[0], 1, UINT32_MAX, ret_number) < 0)
		return err_set(err, -EINVAL, "\"%s\": want %s", ctl->argv[0], what);
	return 0;
}

/* ---- alarms ---- */

static enum ctl_exit
act_on_alarm(struct ctl *ctl, int action, const char *done, const char *rule, struct err *err)
{
	struct client_assignment assignments[2];
	size_t count = 1;
	char what[64];
	uint32_t id;
	enum ctl_exit end;

	if (take_number(ctl, "the id of an alarm (envsensorctl alarms)", &id, err) < 0)
		return CTL_USAGE;
	assignments[0] =
	    number_at(CLIENT_INTEGER, action, (struct client_place){ { 1, 5, 1, 1, 13, id }, 6 });
	if (ctl->argc > 1) {
		assignments[count] =
		    number_at(CLIENT_OCTETS, 0, (struct client_place){ { 1, 5, 1, 1, 14, id }, 6 });
		if (!text_copy(assignments[count].value.text, sizeof(assignments[count].value.text),
			ctl->argv[1])) {
			err_set(err, -EINVAL, "the note is too long: want at most %d bytes",
			    CLIENT_TEXT_MAX);
			return CTL_USAGE;
		}
		assignments[count].value.length = strlen(assignments[count].value.text);
		count++;
	}
	snprintf(what, sizeof(what), "alarm %u", (unsigned)id);
	end = assign(ctl, assignments, count, what, rule, err);
	if (end == CTL_OK)
		printf("alarm %u: %s\n", (unsigned)id, done);
	return end;
}

enum ctl_exit
ctl_acknowledge(struct ctl *ctl, struct err *err)
{
	return act_on_alarm(ctl, ACTION_ACKNOWLEDGE, "acknowledged",
	    "only an alarm that nobody has acknowledged yet can be", err);
}

enum ctl_exit
ctl_reset(struct ctl *ctl, struct err *err)
{
	return act_on_alarm(ctl, ACTION_RESET, "reset",
	    "only an alarm that has cleared and is latched can be reset", err);
}

/* ---- sensors ---- */

enum ctl_exit
ctl_shelve(struct ctl *ctl, struct err *err)
{
	const struct target_kind *kind = target_kind(CONF_SENSOR);
	struct client_assignment assignment;
	uint32_t index, ms;
	enum ctl_exit end;

	if (ctl->argc != 2) {
		err_set(err, -EINVAL, "want SENSOR and a duration such as 2h; 0 ends it");
		return CTL_USAGE;
	}
	if (text_parse_duration(ctl->argv[1], &ms) < 0 || ms % 1000 != 0) {
		err_set(err, -EINVAL, "\"%s\": want a duration such as 30m or 2h; 0 ends it",
		    ctl->argv[1]);
		return CTL_USAGE;
	}
	if (target_find(ctl->client, kind, ctl->argv[0], &index, err) < 0)
		return CTL_FAILED;
	assignment = number_at(CLIENT_UNSIGNED, ms / 1000, target_cell(kind, 37, index));
	end = assign(ctl, &assignment, 1, ctl->argv[0],
	    "no longer than max-shelve of the agent's file, by default 8h", err);
	if (end == CTL_OK && ms > 0)
		printf("%s: shelved for %s\n", ctl->argv[0], ctl->argv[1]);
	else if (end == CTL_OK)
		printf("%s: not shelved any more\n", ctl->argv[0]);
	return end;
}

/* ---- the queue ---- */

/* Each channel that is there, or a build without mail would refuse. */
enum ctl_exit
ctl_flush(struct ctl *ctl, struct err *err)
{
	static const unsigned name_column = 2;
	struct client_assignment assignments[8];
	struct client_rows rows;
	enum ctl_exit end = CTL_FAILED;
	size_t count = 0;

	if (client_walk(ctl->client, &view_channels.entry, &name_column, 1, &rows, err) == 0) {
		for (; count < rows.count && count < 8; count++)
			assignments[count] = number_at(CLIENT_INTEGER, FLUSH,
			    (struct client_place){ { 1, 8, 1, 1, 15, rows.indices[count] }, 6 });
		if (count == 0 && client_find_agent(ctl->client, err) == 0)
			err_set(err, -ENOENT, "the agent has no channels");
		else if (count > 0)
			end = assign(ctl, assignments, count, "flush", "not now", err);
	}
	client_rows_done(&rows);
	if (end == CTL_OK)
		printf("all that waits is tried now\n");
	return end;
}

static enum ctl_exit
act_on_delivery(struct ctl *ctl, int action, const char *done, struct err *err)
{
	struct client_assignment assignment;
	char what[64];
	uint32_t id;
	enum ctl_exit end;

	if (take_number(ctl, "the id of a message (envsensorctl queue)", &id, err) < 0)
		return CTL_USAGE;
	assignment =
	    number_at(CLIENT_INTEGER, action, (struct client_place){ { 1, 8, 2, 1, 14, id }, 6 });
	snprintf(what, sizeof(what), "message %u", (unsigned)id);
	end = assign(ctl, &assignment, 1, what, "only a message that waits can be", err);
	if (end == CTL_OK)
		printf("message %u: %s\n", (unsigned)id, done);
	return end;
}

enum ctl_exit
ctl_retry(struct ctl *ctl, struct err *err)
{
	return act_on_delivery(ctl, ACTION_RETRY, "tried now", err);
}

enum ctl_exit
ctl_cancel(struct ctl *ctl, struct err *err)
{
	return act_on_delivery(ctl, ACTION_CANCEL, "cancelled", err);
}

enum ctl_exit
ctl_replay(struct ctl *ctl, struct err *err)
{
	struct client_assignment assignment;
	uint32_t seq;
	enum ctl_exit end;

	if (take_number(ctl, "the sequence number of the last event that arrived", &seq, err) < 0)
		return CTL_USAGE;
	assignment = number_at(CLIENT_UNSIGNED, seq, (struct client_place){ { 1, 1, 18, 0 }, 4 });
	end =
	    assign(ctl, &assignment, 1, "replay", "want a number of an event that there was", err);
	if (end == CTL_OK)
		printf("every event behind %u is notified again\n", (unsigned)seq);
	return end;
}

/* ---- test mail ---- */

static const struct client_place last_event = { { 1, 1, 11, 0 }, 4 };

/* Is an event behind `before`, up to `last`, that of a test? */
static int
find_test_event(
    struct ctl *ctl, uint32_t before, uint32_t last, bool *ret_is_there, struct err *err)
{
	struct client_place kind = { { 1, 6, 3, 1, 2, 0 }, 6 };
	struct client_value value = { 0 };
	int r = 0;

	if (last > before && last - before > TEST_EVENTS)
		before = last - TEST_EVENTS;
	while (r == 0 && before < last && value.number != EVENT_TEST) {
		kind.arcs[5] = ++before;
		r = client_get(ctl->client, &kind, 1, &value, err);
	}
	if (r == 0)
		*ret_is_there = value.number == EVENT_TEST;
	return r;
}

/* The test begins a moment behind the answer to the SET, with an event: before that what shows is
 * the end of an earlier one.  `before` is the last event before it. */
static enum ctl_exit
await_test(struct ctl *ctl, uint32_t before, struct err *err)
{
	const struct client_place places[] = {
		{ { 1, 7, 3, 0 }, 4 }, /* envsMailTest, its result, its text */
		{ { 1, 7, 5, 0 }, 4 },
		{ { 1, 7, 6, 0 }, 4 },
		last_event,
	};
	struct client_value values[4];
	char text[CLIENT_TEXT_MAX + 1];
	bool has_begun = false;

	for (unsigned idle = 0;; sleep(1)) {
		if (client_get(ctl->client, places, 4, values, err) < 0)
			return CTL_FAILED;
		if (values[0].type == CLIENT_NOTHING)
			break;
		if (values[0].number != TEST_IDLE) {
			has_begun = has_begun || values[0].number == TEST_RUNNING;
			continue;
		}
		if (!has_begun &&
		    find_test_event(ctl, before, (uint32_t)values[3].number, &has_begun, err) < 0)
			return CTL_FAILED;
		if (has_begun || ++idle == TEST_PATIENCE_S)
			break;
	}
	if (values[0].type != CLIENT_INTEGER || values[1].type != CLIENT_INTEGER) {
		if (client_find_agent(ctl->client, err) == 0)
			err_set(err, -EIO, "the agent says nothing about the test");
		return CTL_FAILED;
	}
	printf(
	    "%s: %s\n", view_word(words_result, values[1].number), client_text(&values[2], text));
	return values[1].number == 0 ? CTL_OK : CTL_FAILED;
}

enum ctl_exit
ctl_test_mail(struct ctl *ctl, struct err *err)
{
	struct client_assignment assignments[2];
	struct client_value before;
	uint32_t contact = 0;
	enum ctl_exit end;

	if (ctl->argc > 0 &&
	    target_find(ctl->client, target_kind(CONF_CONTACT), ctl->argv[0], &contact, err) < 0)
		return CTL_FAILED;
	if (client_get(ctl->client, &last_event, 1, &before, err) < 0)
		return CTL_FAILED;
	assignments[0] =
	    number_at(CLIENT_UNSIGNED, contact, (struct client_place){ { 1, 7, 4, 0 }, 4 });
	assignments[1] =
	    number_at(CLIENT_INTEGER, TEST_SEND, (struct client_place){ { 1, 7, 3, 0 }, 4 });
	end = assign(ctl, assignments, 2, "test mail", "mail is not set up", err);
	return end == CTL_OK ? await_test(ctl, (uint32_t)before.number, err) : end;
}
