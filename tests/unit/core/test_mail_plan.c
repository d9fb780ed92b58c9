/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_plan.h"

#include <stdio.h>
#include <string.h>

#include "core/strbuf.h"
#include "tests/unit/unit.h"

#define SECOND   INT64_C(1000)
#define MINUTE   (60 * SECOND)
#define MAIL     2
#define ROWS_MAX 12

static const struct mail_rule usual = {
	.channel = MAIL,
	.window_ms = 10 * SECOND,
	.limiter = { 6, 10 * MINUTE, 30, 200, 60 * MINUTE },
	.flood = { 10, 5, 10 * MINUTE, 5 * MINUTE },
};

/* One row: kind R raise, E escalate, D deescalate, C clear, M reminder, N a note (chatter), S
 * storage trouble, T test, H heartbeat, B backlog; state w ready, d deferred, D delivered, s
 * superseded, x expired, o under way. */
struct row {
	char kind, state;
	uint32_t alarm;
	bool is_critical;
	int64_t created_s, next_s;
	uint32_t in_doubt, lead;
};

#define IS(kind, state, alarm, at)                     \
	{                                              \
		kind, state, alarm, false, at, 0, 0, 0 \
	}
#define IS_CRITICAL(kind, state, alarm, at)           \
	{                                             \
		kind, state, alarm, true, at, 0, 0, 0 \
	}
#define FAILED(kind, alarm, at, next)                   \
	{                                               \
		kind, 'd', alarm, false, at, next, 0, 0 \
	}
#define IN_DOUBT(kind, alarm, at, next, lead)              \
	{                                                  \
		kind, 'd', alarm, false, at, next, 1, lead \
	}

struct story {
	const char *what;
	struct row rows[ROWS_MAX];
	const char *open;         /* ids of alarms that are active, "1" ... "9"; a digit then 'a' is
	                             acknowledged */
	int64_t escalate_after_s; /* of the contact */
	int64_t now_s;
	enum mail_kind kind;
	const char *fates; /* in the order of the rows: g goes, r goes as "was raised, has cleared",
	                      s said by another, o obsolete, - stays */
	int64_t due_s;     /* 0: never */
};

static enum event_kind
kind_of(char letter)
{
	static const struct {
		char letter;
		enum event_kind kind;
	} kinds[] = {
		{ 'R', EVENT_RAISE },
		{ 'E', EVENT_ESCALATE },
		{ 'D', EVENT_DEESCALATE },
		{ 'C', EVENT_CLEAR },
		{ 'M', EVENT_REMINDER },
		{ 'N', EVENT_CHATTER },
		{ 'S', EVENT_STORAGE_TROUBLE },
		{ 'T', EVENT_TEST },
		{ 'H', EVENT_HEARTBEAT },
		{ 'B', EVENT_DELIVERY_FAILED },
	};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].letter == letter)
			return kinds[i].kind;
	return 0;
}

static uint8_t
state_of(char letter)
{
	static const char letters[] = "Dwdsxo";
	static const uint8_t states[] = { DELIVERY_DELIVERED, DELIVERY_READY, DELIVERY_DEFERRED,
		DELIVERY_SUPERSEDED, DELIVERY_EXPIRED, DELIVERY_SENDING };

	return states[strchr(letters, letter) - letters];
}

struct stage {
	struct delivery deliveries[ROWS_MAX];
	struct record records[ROWS_MAX];
	struct alarm_row alarms[ROWS_MAX];
	struct mail_row rows[ROWS_MAX];
	size_t count;
};

static void
set_up_alarm(struct stage *stage, size_t at, const char *open)
{
	const char *digit =
	    open != NULL ? strchr(open, '0' + (int)stage->records[at].alarm_id) : NULL;

	if (stage->records[at].alarm_id == 0 || digit == NULL)
		return;
	stage->alarms[at].alarm.id = stage->records[at].alarm_id;
	stage->alarms[at].alarm.state = digit[1] == 'a' ? ALARM_ACTIVE_ACKNOWLEDGED : ALARM_ACTIVE;
	stage->rows[at].alarm = &stage->alarms[at];
}

static void
set_up(struct stage *stage, const struct story *story)
{
	*stage = (struct stage){ 0 };
	for (size_t i = 0; i < ROWS_MAX && story->rows[i].kind != '\0'; i++) {
		const struct row *row = &story->rows[i];
		enum severity severity = row->is_critical ? SEVERITY_CRITICAL : SEVERITY_WARNING;

		stage->records[i] = (struct record){
			.seq = (uint32_t)i + 1,
			.kind = (uint8_t)kind_of(row->kind),
			.alarm_id = row->alarm,
			.severity = (uint8_t)severity,
			.channel = row->kind == 'B' ? MAIL : 0,
		};
		stage->deliveries[i] = (struct delivery){
			.id = (uint32_t)i + 1,
			.state = state_of(row->state),
			.class = (uint8_t)delivery_class_of(kind_of(row->kind), severity),
			.created_ms = row->created_s * SECOND,
			.next_ms = row->next_s * SECOND,
			.in_doubt = row->in_doubt,
		};
		stage->rows[i] = (struct mail_row){
			.delivery = &stage->deliveries[i],
			.record = &stage->records[i],
			.lead = row->lead,
		};
		set_up_alarm(stage, i, story->open);
		stage->count++;
	}
}

static void
describe(const struct stage *stage, char *to)
{
	memset(to, '?', stage->count);
	to[stage->count] = '\0';
	for (size_t i = 0; i < stage->count; i++) {
		const struct mail_row *row = &stage->rows[i];

		to[row->delivery->id - 1] =
		    row->fate == MAIL_GOES && row->was_raised ? 'r' : "-gso"[row->fate];
	}
}

static void
play(const struct story *stories, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct story *story = &stories[i];
		struct mail_recipient recipient = {
			.escalate_after_ms = story->escalate_after_s * SECOND,
		};
		struct mail_plan plan;
		struct stage stage;
		char fates[ROWS_MAX + 1];
		int64_t due_ms = story->due_s != 0 ? story->due_s * SECOND : INT64_MAX;

		set_up(&stage, story);
		mail_plan(
		    &usual, &recipient, stage.rows, stage.count, story->now_s * SECOND, &plan);
		describe(&stage, fates);
		if (plan.kind != story->kind || strcmp(fates, story->fates) != 0 ||
		    (plan.kind == MAIL_NONE && plan.due_ms != due_ms))
			fail_msg("%s: kind %d, %s, due %lld s", story->what, plan.kind, fates,
			    (long long)(plan.due_ms / SECOND));
		for (size_t n = 0; n < stage.count; n++)
			assert_int_equal(stage.rows[n].fate == MAIL_GOES, n < plan.count);
	}
}

static void
waits_for_what_belongs_together(void **state)
{
	static const struct story stories[] = {
		{ "nothing", { { 0 } }, "", 0, 100, MAIL_NONE, "", 0 },
		{ "in its window", { IS('R', 'w', 1, 100) }, "1", 0, 109, MAIL_NONE, "-", 110 },
		{ "its window is over", { IS('R', 'w', 1, 100) }, "1", 0, 110, MAIL_ALERT, "g", 0 },
		{ "two of one window", { IS('R', 'w', 1, 100), IS('R', 'w', 2, 109) }, "12", 0, 110,
		    MAIL_ALERT, "gg", 0 },
		{ "and one that is not",
		    { IS('R', 'w', 1, 100), IS('R', 'w', 2, 109), IS('R', 'w', 3, 110) }, "123", 0,
		    110, MAIL_ALERT, "gg-", 0 },
		{ "the severe one first", { IS('R', 'w', 1, 100), IS_CRITICAL('R', 'w', 2, 200) },
		    "12", 0, 300, MAIL_ALERT, "-g", 0 },
		{ "a note with its raise", { IS('R', 'w', 1, 100), IS('N', 'w', 1, 100) }, "1", 0,
		    110, MAIL_ALERT, "gg", 0 },
		{ "what failed has its own time", { FAILED('R', 1, 100, 140) }, "1", 0, 139,
		    MAIL_NONE, "-", 140 },
		{ "which comes", { FAILED('R', 1, 100, 140) }, "1", 0, 140, MAIL_ALERT, "g", 0 },
		{ "while another is under way", { IS('R', 'o', 1, 100), IS('R', 'w', 2, 100) },
		    "12", 0, 200, MAIL_ALERT, "-g", 0 },
		{ "a test at once, by itself",
		    { IS_CRITICAL('R', 'w', 1, 100), IS('T', 'w', 0, 200) }, "1", 0, 200, MAIL_TEST,
		    "-g", 0 },
		{ "a sign of life last", { IS('H', 'w', 0, 100), IS('R', 'w', 1, 100) }, "1", 0,
		    200, MAIL_ALERT, "-g", 0 },
		{ "by itself", { IS('H', 'w', 0, 100), IS('R', 'w', 1, 100) }, "1", 0, 100,
		    MAIL_HEARTBEAT, "g-", 0 },
		{ "how much was lost, at last", { IS('B', 'w', 0, 100), IS('R', 'w', 1, 100) }, "1",
		    0, 200, MAIL_ALERT, "-g", 0 },
		{ "by itself", { IS('B', 'w', 0, 100) }, "", 0, 200, MAIL_BACKLOG, "g", 0 },
	};

	(void)state;
	play(stories, COUNT(stories));
}

static void
says_one_thing_of_one_alarm(void **state)
{
	static const struct story stories[] = {
		{ "the latest of several", { IS('R', 'w', 1, 100), IS_CRITICAL('E', 'w', 1, 105) },
		    "1", 0, 110, MAIL_ALERT, "sg", 0 },
		{ "the window is that of the first",
		    { IS('R', 'w', 1, 100), IS_CRITICAL('E', 'w', 1, 109) }, "1", 0, 109, MAIL_NONE,
		    "--", 110 },
		{ "was raised, has cleared", { IS('R', 'w', 1, 100), IS('C', 'w', 1, 105) }, "", 0,
		    110, MAIL_ALERT, "sr", 0 },
		{ "with all between",
		    { IS('R', 'd', 1, 100), IS_CRITICAL('E', 'w', 1, 101), IS('D', 'w', 1, 102),
			IS('M', 'w', 1, 103), IS('C', 'w', 1, 104) },
		    "", 0, 200, MAIL_ALERT, "ssssr", 0 },
		{ "an ordinary end", { IS('R', 'D', 1, 100), IS('C', 'w', 1, 205) }, "", 0, 215,
		    MAIL_ALERT, "-g", 0 },
		{ "whose raise is forgotten", { IS('C', 'w', 1, 205) }, "", 0, 215, MAIL_ALERT, "g",
		    0 },
		{ "whose raise has expired", { IS('R', 'x', 1, 100), IS('C', 'w', 1, 205) }, "", 0,
		    215, MAIL_ALERT, "-r", 0 },
		{ "whose raise was said by another", { IS('R', 's', 1, 100), IS('C', 'd', 1, 205) },
		    "", 0, 300, MAIL_ALERT, "-r", 0 },
		{ "over, and ends are not wanted", { IS('R', 'w', 1, 100) }, "", 0, 300, MAIL_ALERT,
		    "r", 0 },
		{ "better, and not told how bad",
		    { IS_CRITICAL('R', 'w', 1, 100), IS('D', 'w', 1, 105) }, "1", 0, 110,
		    MAIL_ALERT, "gs", 0 },
		{ "better", { IS_CRITICAL('R', 'D', 1, 100), IS('D', 'w', 1, 205) }, "1", 0, 215,
		    MAIL_ALERT, "-g", 0 },
		{ "better, then over",
		    { IS_CRITICAL('R', 'D', 1, 100), IS('D', 'w', 1, 205), IS('C', 'w', 1, 206) },
		    "", 0, 215, MAIL_ALERT, "-sg", 0 },
		{ "no reminder of what is over",
		    { IS_CRITICAL('R', 'D', 1, 100), IS('M', 'w', 1, 205) }, "", 0, 300, MAIL_NONE,
		    "-o", 0 },
		{ "one reminder of many",
		    { IS_CRITICAL('R', 'D', 1, 100), IS('M', 'd', 1, 205), IS('M', 'w', 1, 305) },
		    "1", 0, 315, MAIL_ALERT, "-sg", 0 },
		{ "a reminder of what is not told yet",
		    { IS_CRITICAL('R', 'd', 1, 100), IS('M', 'w', 1, 205) }, "1", 0, 215,
		    MAIL_ALERT, "gs", 0 },
		{ "the two of another",
		    { IS('R', 'w', 1, 100), IS('R', 'w', 2, 101), IS('C', 'w', 1, 102) }, "2", 0,
		    110, MAIL_ALERT, "sgr", 0 },
		{ "its raise is under way", { IS('R', 'o', 1, 100), IS('C', 'w', 1, 205) }, "", 0,
		    300, MAIL_NONE, "--", 0 },
	};

	(void)state;
	play(stories, COUNT(stories));
}

static void
tells_the_next_person_only_what_nobody_has_dealt_with(void **state)
{
	static const struct story stories[] = {
		{ "not yet", { IS('R', 'w', 1, 100) }, "1", 600, 699, MAIL_NONE, "-", 700 },
		{ "now", { IS('R', 'w', 1, 100) }, "1", 600, 710, MAIL_ALERT, "g", 0 },
		{ "acknowledged", { IS('R', 'w', 1, 100) }, "1a", 600, 200, MAIL_NONE, "o", 0 },
		{ "over", { IS('R', 'w', 1, 100), IS('C', 'w', 1, 200) }, "", 600, 210, MAIL_NONE,
		    "oo", 0 },
		{ "worse meanwhile: since the raise",
		    { IS('R', 'w', 1, 100), IS_CRITICAL('E', 'w', 1, 650) }, "1", 600, 700,
		    MAIL_ALERT, "sg", 0 },
		{ "the end of what it was told", { IS('R', 'D', 1, 100), IS('C', 'w', 1, 900) }, "",
		    600, 910, MAIL_ALERT, "-g", 0 },
		{ "of what it is being told", { IS('R', 'o', 1, 100), IS('C', 'w', 1, 900) }, "",
		    600, 910, MAIL_NONE, "--", 0 },
		{ "of what it may have been told",
		    { IN_DOUBT('R', 1, 100, 0, 1), IS('C', 'w', 1, 900) }, "", 600, 910, MAIL_ALERT,
		    "sr", 0 },
		{ "that was long ago", { IS('C', 'w', 1, 900) }, "", 600, 910, MAIL_ALERT, "g", 0 },
		{ "a notice does not wait", { IS('S', 'w', 0, 100) }, "", 600, 110, MAIL_ALERT, "g",
		    0 },
	};

	(void)state;
	play(stories, COUNT(stories));
}

static void
what_is_in_doubt_goes_again_as_it_was(void **state)
{
	static const struct story stories[] = {
		{ "with its own, nothing new",
		    { IN_DOUBT('R', 1, 100, 200, 1), IN_DOUBT('R', 2, 101, 200, 1),
			IS_CRITICAL('R', 'w', 3, 102) },
		    "123", 0, 200, MAIL_ALERT, "gg-", 0 },
		{ "one mail after the other",
		    { IN_DOUBT('R', 1, 100, 200, 1), IN_DOUBT('R', 2, 101, 200, 2) }, "12", 0, 200,
		    MAIL_ALERT, "g-", 0 },
		{ "what is over is said as such",
		    { IN_DOUBT('R', 1, 100, 200, 1), IN_DOUBT('R', 2, 101, 200, 1),
			IS('C', 'w', 1, 190) },
		    "2", 0, 200, MAIL_ALERT, "-g-", 0 },
	};
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;

	(void)state;
	play(stories, COUNT(stories));
	set_up(&stage, &stories[2]);
	mail_plan(&usual, &recipient, stage.rows, stage.count, 200 * SECOND, &plan);
	assert_true(plan.is_repeat);
	assert_int_equal(plan.lead, 1); /* the name that it had */
	mail_plan_count(&usual, &recipient, &plan, 200 * SECOND);
	assert_int_equal(limiter_room(&recipient.limits.limiter, &usual.limiter, 200 * SECOND), 6);
}

/* Twelve raises of different alarms that all wait; those in `critical` are. */
static void
set_up_many(struct stage *stage, const char *critical)
{
	struct story story = { 0 };

	for (size_t i = 0; i < ROWS_MAX; i++)
		story.rows[i] = (struct row){
			.kind = 'R',
			.state = 'w',
			.alarm = (uint32_t)i + 1,
			.is_critical = critical[i] == 'c',
			.created_s = 100 * (int64_t)(i + 1),
		};
	set_up(stage, &story);
	for (size_t i = 0; i < ROWS_MAX; i++) {
		stage->alarms[i].alarm.state = ALARM_ACTIVE;
		stage->rows[i].alarm = &stage->alarms[i];
	}
}

/* Sends what goes until nothing does; writes how many went in each mail, D before a digest. */
static void
send_all(const struct mail_rule *rule, struct mail_recipient *recipient, struct stage *stage,
    int64_t now_s, char *to, size_t size)
{
	struct mail_plan plan;
	struct strbuf out;

	strbuf_init(&out, to, size);
	for (;;) {
		mail_plan(rule, recipient, stage->rows, stage->count, now_s * SECOND, &plan);
		if (plan.kind == MAIL_NONE)
			break;
		strbuf_add(&out, "%s%zu ", plan.kind == MAIL_DIGEST ? "D" : "", plan.count);
		for (size_t i = 0; i < plan.count; i++)
			stage->deliveries[stage->rows[i].delivery->id - 1].state =
			    DELIVERY_DELIVERED;
		mail_plan_count(rule, recipient, &plan, now_s * SECOND);
	}
	strbuf_add(&out, "%s", plan.is_limited ? "limited" : "");
}

static void
the_last_mail_takes_the_rest_along(void **state)
{
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;
	char sent[64];

	(void)state;
	set_up_many(&stage, "............");
	for (int i = 0; i < 5; i++)
		limiter_count(&recipient.limits.limiter, &usual.limiter, 2000 * SECOND);
	mail_plan(&usual, &recipient, stage.rows, stage.count, 2000 * SECOND, &plan);
	assert_int_equal(plan.kind, MAIL_DIGEST);
	assert_true(plan.is_limited);
	assert_int_equal(stage.rows[0].delivery->id, 1); /* the first alarm first */
	assert_int_equal(plan.lead, 1);

	recipient = (struct mail_recipient){ 0 };
	send_all(&usual, &recipient, &stage, 2000, sent, sizeof(sent));
	assert_string_equal(sent, "1 1 1 1 1 D7 ");
}

static void
a_critical_raise_passes_the_limiter(void **state)
{
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;
	char sent[64];

	(void)state;
	set_up_many(&stage, "...c...c....");
	for (int i = 0; i < 6; i++)
		limiter_count(&recipient.limits.limiter, &usual.limiter, 2000 * SECOND);
	send_all(&usual, &recipient, &stage, 2000, sent, sizeof(sent));
	assert_string_equal(sent, "1 1 limited");
	mail_plan(&usual, &recipient, stage.rows, stage.count, 2000 * SECOND, &plan);
	assert_int_equal(plan.due_ms, 2600 * SECOND);
	send_all(&usual, &recipient, &stage, 2600, sent, sizeof(sent));
	assert_string_equal(sent, "D10 ");
}

static void
a_flood_is_digests(void **state)
{
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;
	char sent[64];

	(void)state;
	set_up_many(&stage, "...c...c....");
	for (size_t i = 0; i < ROWS_MAX; i++)
		flood_raise(&recipient.limits.flood, &usual.flood, 1199 * SECOND);
	/* now: also what came a moment ago and would wait for its group */
	send_all(&usual, &recipient, &stage, 1200, sent, sizeof(sent));
	assert_string_equal(sent, "D12 ");
	set_up_many(&stage, "............");
	mail_plan(&usual, &recipient, stage.rows, stage.count, 1260 * SECOND, &plan);
	assert_int_equal(plan.kind, MAIL_NONE);
	assert_int_equal(plan.due_ms, 1500 * SECOND);
	send_all(&usual, &recipient, &stage, 1500, sent, sizeof(sent));
	assert_string_equal(sent, "D12 ");
}

static void
a_critical_raise_does_not_wait_for_the_digest(void **state)
{
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;
	char sent[64];

	(void)state;
	for (size_t i = 0; i < ROWS_MAX; i++)
		flood_raise(&recipient.limits.flood, &usual.flood, 1199 * SECOND);
	set_up_many(&stage, "............");
	send_all(&usual, &recipient, &stage, 1200, sent, sizeof(sent));
	assert_string_equal(sent, "D12 ");
	set_up_many(&stage, "...c...c....");
	mail_plan(&usual, &recipient, stage.rows, stage.count, 1260 * SECOND, &plan);
	assert_int_equal(plan.kind, MAIL_ALERT);
	assert_int_equal(plan.class, DELIVERY_CRITICAL);
	assert_int_equal(plan.count, 1);
	assert_true(plan.is_limited); /* the others wait */
	recipient.out = 1;            /* nor does it wait for another mail */
	mail_plan(&usual, &recipient, stage.rows, stage.count, 1260 * SECOND, &plan);
	assert_int_equal(plan.kind, MAIL_ALERT);
	recipient.out = 0;
	send_all(&usual, &recipient, &stage, 1260, sent, sizeof(sent));
	assert_string_equal(sent, "1 1 limited");
	send_all(&usual, &recipient, &stage, 1500, sent, sizeof(sent));
	assert_string_equal(sent, "D10 ");
}

static void
a_flood_does_not_break_the_hour(void **state)
{
	struct mail_rule rule = usual;
	struct mail_recipient recipient = { 0 };
	struct mail_plan plan;
	struct stage stage;
	char sent[64];

	(void)state;
	rule.limiter.per_hour = 1;
	set_up_many(&stage, "............");
	for (size_t i = 0; i < ROWS_MAX; i++)
		flood_raise(&recipient.limits.flood, &rule.flood, 1200 * SECOND);
	limiter_count(&recipient.limits.limiter, &rule.limiter, 1200 * SECOND);
	mail_plan(&rule, &recipient, stage.rows, stage.count, 1210 * SECOND, &plan);
	assert_int_equal(plan.kind, MAIL_NONE);
	assert_true(plan.is_limited);
	assert_true(plan.due_ms >= 4800 * SECOND);
	set_up_many(&stage, "...........c");
	send_all(&rule, &recipient, &stage, 1210, sent, sizeof(sent));
	assert_string_equal(sent, "D12 ");
}

static void
finds_who_causes_most(void **state)
{
	struct stage stage;

	(void)state;
	set_up_many(&stage, "............");
	for (size_t i = 0; i < ROWS_MAX; i++)
		snprintf(stage.records[i].source, sizeof(stage.records[i].source), "s%zu",
		    i % 5 == 3 ? 0 : i);
	assert_string_equal(mail_plan_worst(stage.rows, stage.count)->source, "s0");
	assert_null(mail_plan_worst(stage.rows, 0));
	for (size_t i = 0; i < ROWS_MAX; i++)
		stage.deliveries[i].state = DELIVERY_DELIVERED;
	assert_null(mail_plan_worst(stage.rows, stage.count));
}

static void
knows_how_old_the_news_is(void **state)
{
	static const struct story fresh = { "", { IS('R', 'w', 1, 100) }, "1", 600, 0, 0, "", 0 };
	struct mail_recipient recipient = { .escalate_after_ms = 600 * SECOND };
	struct mail_plan plan;
	struct stage stage;

	(void)state;
	set_up(&stage, &fresh);
	mail_plan(&usual, &recipient, stage.rows, stage.count, 720 * SECOND, &plan);
	assert_int_equal(stage.rows[0].age_ms, 20 * SECOND); /* it was not late before */
	assert_ptr_equal(stage.rows[0].raise, &stage.records[0]);
	recipient.escalate_after_ms = 0;
	mail_plan(&usual, &recipient, stage.rows, stage.count, 720 * SECOND, &plan);
	assert_int_equal(stage.rows[0].age_ms, 620 * SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_what_belongs_together),
		cmocka_unit_test(says_one_thing_of_one_alarm),
		cmocka_unit_test(tells_the_next_person_only_what_nobody_has_dealt_with),
		cmocka_unit_test(what_is_in_doubt_goes_again_as_it_was),
		cmocka_unit_test(the_last_mail_takes_the_rest_along),
		cmocka_unit_test(a_critical_raise_passes_the_limiter),
		cmocka_unit_test(a_flood_is_digests),
		cmocka_unit_test(a_critical_raise_does_not_wait_for_the_digest),
		cmocka_unit_test(a_flood_does_not_break_the_hour),
		cmocka_unit_test(finds_who_causes_most),
		cmocka_unit_test(knows_how_old_the_news_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
