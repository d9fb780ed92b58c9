/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SETs of any PDUs, phase by phase as a master orders them, through libnetsnmp, our handlers and
 * the engine with its database.  All or nothing: what fails or is taken back leaves everything as
 * it was, what succeeds can be read, and all of it is there after a restart.
 */
#include "tests/fuzz/fuzz_snmp.h"

#include <errno.h>
#include <string.h>

#include "conf/conf_idle.h"
#include "conf/objects.h"
#include "core/strbuf.h"
#include "snmp/tables.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_bench.h"

const struct fuzz_target fuzz_target = { "set", 100 };

#define VARBINDS_MAX 6
#define STEPS_MAX    12
#define PICTURE_SIZE 60000

static struct fuzz_bench bench;
static struct setter *setter;
static long transaction;

/* ---- in place of sys/chan.c: one thread, whose engine answers at once, or too late ---- */

static struct {
	struct chan_message messages[8];
	size_t count;
	bool is_late, is_full;
	int answer;
} inbox;

static void
handle_all(void)
{
	for (size_t i = 0; i < inbox.count; i++)
		engine_step(bench.engine, &inbox.messages[i], &bench.now);
	inbox.count = 0;
	engine_turn_end(bench.engine, &bench.now);
}

enum chan_result
chan_put(struct chan *chan, struct chan_message message)
{
	(void)chan;
	MUST(inbox.count < FUZZ_COUNT(inbox.messages));
	inbox.messages[inbox.count++] = message;
	if (!inbox.is_late)
		handle_all();
	return CHAN_OK;
}

int
chan_call(struct chan *chan, int kind, struct chan_request *request, struct chan *replies,
    int64_t timeout_ms, struct chan_reply *ret_reply)
{
	(void)timeout_ms;
	if (inbox.is_full)
		return -EAGAIN;
	inbox.answer = -EINPROGRESS;
	request->replies = replies;
	chan_put(chan, (struct chan_message){ .kind = kind, .data = request });
	if (inbox.is_late)
		return -ETIMEDOUT;
	MUST(inbox.answer != -EINPROGRESS);
	*ret_reply = (struct chan_reply){ .code = inbox.answer };
	return 0;
}

void
chan_answer(const struct chan_request *request, int code, void *data)
{
	(void)request;
	MUST(data == NULL);
	inbox.answer = code;
}

/* ---- all that a SET can change, as text ---- */

static void
add_settings(struct strbuf *out, enum conf_object kind, const void *object)
{
	const struct field *field;
	char text[FIELD_FORMAT_SIZE];

	strbuf_add(out, "\n%d %u:", (int)kind, (unsigned)objects_index(kind, object));
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != kind)
			continue;
		field_store(field, object, text, sizeof(text));
		strbuf_add(out, " %s=%s", field->key, text);
	}
}

static void
add_conf(struct strbuf *out, const struct conf *conf)
{
	for (size_t i = 0; i < CONF_OBJECT_COUNT; i++)
		for (size_t n = 0; n < objects_count(conf, (enum conf_object)i); n++)
			add_settings(
			    out, (enum conf_object)i, objects_at(conf, (enum conf_object)i, n));
	for (size_t i = 0; i < conf->idle_count; i++) {
		strbuf_add(out, "\nidle %d", conf_idle_is_complete(&conf->idle[i]));
		add_settings(out, conf->idle[i].object, &conf->idle[i].settings);
	}
}

enum {
	PICTURE_ALARMS = 1 << 0, /* no setting was set, which could begin or end one */
	PICTURE_STORED = 1 << 1, /* only what outlives a restart */
};

static void
take_picture(char *to, unsigned what)
{
	const struct snapshot *snapshot = hub_get(bench.hub);
	const struct alarms *alarms = snapshot->alarms;
	struct strbuf out;

	strbuf_init(&out, to, PICTURE_SIZE);
	add_conf(&out, snapshot->conf);
	strbuf_add(&out, "\nlock %u", (unsigned)snapshot->agent.config_lock);
	if ((what & PICTURE_STORED) == 0)
		strbuf_add(&out, "\ntest %u", (unsigned)snapshot->agent.test_contact);
	for (size_t i = 0; i < snapshot->live->sensor_count; i++)
		strbuf_add(
		    &out, "\nshelved %lld", (long long)snapshot->live->sensors[i].shelved_until_ms);
	for (size_t i = 0; (what & PICTURE_ALARMS) != 0 && i < alarms->count; i++)
		strbuf_add(&out, "\nalarm %u %d %s", (unsigned)alarms->rows[i].alarm.id,
		    (int)alarms->rows[i].alarm.state, alarms->rows[i].note);
	MUST(!strbuf_is_cut(&out));
	hub_put(bench.hub, snapshot);
}

static void
check_picture(const char *before, unsigned what)
{
	static char now[PICTURE_SIZE];
	size_t at = 0;

	take_picture(now, what);
	if (strcmp(now, before) == 0)
		return;
	while (now[at] == before[at])
		at++;
	at -= at < 40 ? at : 40;
	fprintf(stderr, "before: %.200s\nnow: %.200s\n", before + at, now + at);
	MUST(!"it is not as it was");
}

/* ---- a PDU ---- */

struct wanted {
	const struct table *table;
	const struct column *column; /* NULL: there is none */
	const struct field *field;   /* of a setting */
	uint32_t index;
	oid name[MAX_OID_LEN];
	size_t length;
	u_char type;
	long number;
	char octets[256];
	size_t octet_count;
};

struct request {
	struct wanted varbinds[VARBINDS_MAX];
	size_t count;
};

static const struct table *
choose_table(struct fuzz_input *input)
{
	const struct table *writable[32];
	size_t count = 0;

	for (size_t i = 0; tables[i] != NULL; i++)
		if (table_is_writable(tables[i]))
			writable[count++] = tables[i];
	MUST(count > 0 && count < FUZZ_COUNT(writable));
	return writable[fuzz_below(input, (unsigned)count)];
}

static uint32_t
choose_index(struct fuzz_input *input, const struct table *table)
{
	const struct snapshot *snapshot = hub_get(bench.hub);
	size_t rows = table->row_count(snapshot);
	unsigned choice = fuzz_below(input, 16);
	uint32_t index = 0;

	if (choice < 8 && rows > 0)
		index = table->row_index(snapshot, choice % rows);
	else if (choice < 12)
		index = snapshot->agent.next_sensor_index + choice % 4;
	else if (choice < 15)
		index = choice - 12;
	else
		index = fuzz_u32(input);
	hub_put(bench.hub, snapshot);
	return index;
}

static const char *
choose_text(struct fuzz_input *input, char *to, size_t size, size_t *ret_length)
{
	static const char *const texts[] = { "row 4", "inlet", "line", "cold room",
		"ops@example.org", "mail2.example.org", "", "!", "a, b", "Prague 1", "\xc3\xa9",
		"*", "holding", "1:input:2:int16" };
	unsigned choice = fuzz_below(input, 2 * FUZZ_COUNT(texts));

	if (choice < FUZZ_COUNT(texts)) {
		snprintf(to, size, "%s", texts[choice]);
		*ret_length = strlen(to);
	} else {
		*ret_length = fuzz_octets(input, to, size);
	}
	return to;
}

static long
choose_number(struct fuzz_input *input)
{
	unsigned choice = fuzz_below(input, 4);

	return choice == 0   ? (long)(int32_t)fuzz_u32(input)
	       : choice == 1 ? (long)(int8_t)fuzz_byte(input)
	       : choice == 2 ? (long)fuzz_byte(input) * 1000
	                     : (long)fuzz_below(input, 8);
}

static u_char
choose_type(struct fuzz_input *input, const struct column *column)
{
	static const u_char types[] = { ASN_INTEGER, ASN_UNSIGNED, ASN_OCTET_STR };
	static const u_char of_value[] = {
		[VALUE_INTEGER] = ASN_INTEGER,
		[VALUE_UNSIGNED] = ASN_UNSIGNED,
		[VALUE_GAUGE] = ASN_UNSIGNED,
		[VALUE_COUNTER32] = ASN_INTEGER,
		[VALUE_COUNTER64] = ASN_INTEGER,
		[VALUE_TIMETICKS] = ASN_INTEGER,
		[VALUE_OCTETS] = ASN_OCTET_STR,
		[VALUE_OID] = ASN_OCTET_STR,
	};
	unsigned choice = fuzz_below(input, 16);

	return choice < 13 && column != NULL ? of_value[column->type] : types[choice % 3];
}

static void
make_name(struct fuzz_input *input, struct wanted *wanted, unsigned column)
{
	uint32_t base[MAX_OID_LEN];

	wanted->length = table_base(wanted->table, base, MAX_OID_LEN - 4);
	for (size_t i = 0; i < wanted->length; i++)
		wanted->name[i] = base[i];
	wanted->name[wanted->length++] = column;
	wanted->name[wanted->length++] = (oid)(long)(int32_t)wanted->index;
	if (fuzz_below(input, 32) == 1)
		wanted->name[wanted->length++] = fuzz_byte(input);
	else if (fuzz_below(input, 32) == 1)
		wanted->length--;
}

static void
make_varbind(struct fuzz_input *input, const struct wanted *last, struct wanted *ret_wanted)
{
	struct wanted wanted = { .table = choose_table(input) };
	unsigned column = fuzz_byte(input);

	/* often of the same row as the one before */
	if (last != NULL && fuzz_below(input, 4) != 1) {
		wanted.table = last->table;
		wanted.index = last->index;
	} else {
		wanted.index = choose_index(input, wanted.table);
	}
	if (column >= 128) /* else it is the number itself */
		column = wanted.table->columns[column % wanted.table->column_count].number;
	wanted.column = table_column(wanted.table, column);
	if (wanted.column != NULL && wanted.table->settings != NULL)
		wanted.field = schema_column(*wanted.table->settings, column);
	make_name(input, &wanted, column);
	wanted.type = choose_type(input, wanted.column);
	if (wanted.type == ASN_OCTET_STR)
		choose_text(input, wanted.octets, sizeof(wanted.octets), &wanted.octet_count);
	else
		wanted.number = choose_number(input);
	*ret_wanted = wanted;
}

static void
make_request(struct fuzz_input *input, struct request *request)
{
	request->count = 1 + fuzz_below(input, VARBINDS_MAX);
	for (size_t i = 0; i < request->count; i++)
		make_varbind(
		    input, i > 0 ? &request->varbinds[i - 1] : NULL, &request->varbinds[i]);
}

/* 0 or an error-status. */
static long
ask(const struct request *request, int phase)
{
	netsnmp_pdu *pdu = fuzz_snmp_pdu(phase, transaction);
	const netsnmp_pdu *answer;

	for (size_t i = 0; i < request->count; i++) {
		const struct wanted *one = &request->varbinds[i];
		bool is_text = one->type == ASN_OCTET_STR;

		MUST(snmp_pdu_add_variable(pdu, one->name, one->length, one->type,
			 is_text ? (const void *)one->octets : (const void *)&one->number,
			 is_text ? one->octet_count : sizeof(one->number)) != NULL);
	}
	answer = fuzz_snmp_ask(pdu);
	MUST(answer != NULL);
	MUST(answer->errindex >= 0 && answer->errindex <= (long)request->count);
	return answer->errstat;
}

static void
check_refusal(long error)
{
	switch ((enum set_error)error) {
	case SET_WRONG_TYPE:
	case SET_WRONG_LENGTH:
	case SET_WRONG_ENCODING:
	case SET_WRONG_VALUE:
	case SET_NO_CREATION:
	case SET_INCONSISTENT_VALUE:
	case SET_NOT_WRITABLE:
	case SET_INCONSISTENT_NAME:
		return;
	case SET_OK:
	case SET_RESOURCE_UNAVAILABLE:
	case SET_COMMIT_FAILED:
		break;
	}
	fprintf(stderr, "error-status %ld\n", error);
	MUST(!"no such error belongs to a check");
}

/* ---- what was set can be read ---- */

static bool
is_row_moved(const struct request *request, const struct wanted *one)
{
	for (size_t i = 0; i < request->count; i++) {
		const struct wanted *other = &request->varbinds[i];

		if (other->table == one->table && other->index == one->index &&
		    other->field == NULL)
			return true;
	}
	return false;
}

static void
check_cell(const struct wanted *one, const struct value *value)
{
	size_t length = (one->field->flags & FIELD_SECRET) != 0 ? 0 : one->octet_count;
	static const char none = '\0';

	switch (one->column->type) {
	case VALUE_INTEGER:
		MUST((one->field->flags & FIELD_AUTO) != 0 ||
		     value->integer == (int32_t)one->number);
		break;
	case VALUE_UNSIGNED:
		MUST(value->number == (uint32_t)one->number);
		break;
	case VALUE_OCTETS:
		if (one->field->type == FIELD_LIMITS && one->octet_count == 0) {
			MUST(memcmp(value->octets, &none, 1) == 0); /* none is as good as 0 */
			break;
		}
		MUST(value->length == length && memcmp(value->octets, one->octets, length) == 0);
		break;
	case VALUE_GAUGE:
	case VALUE_COUNTER32:
	case VALUE_COUNTER64:
	case VALUE_TIMETICKS:
	case VALUE_OID:
		MUST(false);
	}
}

static void
check_in_force(const struct request *request)
{
	struct cell cell = { .snapshot = hub_get(bench.hub), .now_ms = bench.now.boottime_ms };

	for (size_t i = 0; i < request->count; i++) {
		const struct wanted *one = &request->varbinds[i];
		const struct column *column;
		struct position position = { 0, one->index };
		struct value value;

		if (one->field == NULL || is_row_moved(request, one))
			continue;
		position.column = one->column->number;
		MUST(table_get(one->table, &cell, &position, &column, &value) == TABLE_OK);
		check_cell(one, &value);
	}
	hub_put(bench.hub, cell.snapshot);
}

/* ---- phases ---- */

enum course {
	COURSE_COMMIT,
	COURSE_RESEND, /* and then commit */
	COURSE_UNDO,   /* somebody else could not */
	COURSE_UNDO_LATE,
	COURSE_FREE,       /* somebody else could not, before */
	COURSE_FREE_EARLY, /* after the first phase */
	COURSE_LOST,       /* the session ends when all is done but the last */
	COURSE_TIMEOUT,    /* the engine is slow, but in time */
	COURSE_EXPIRED,    /* or it comes to it when nobody waits */
	COURSE_FULL,
	COURSE_COUNT,
};

/* The engine comes to what it was told while it was late. */
static void
catch_up(enum course course)
{
	if (course == COURSE_EXPIRED)
		bench.now.boottime_ms += 2000;
	inbox.is_late = inbox.is_full = false;
	handle_all();
}

static bool
has_no_settings(const struct request *request)
{
	for (size_t i = 0; i < request->count; i++)
		if (request->varbinds[i].table != &table_alarm)
			return false;
	return true;
}

/* False: it was refused. */
static bool
reserve(const struct request *request, enum course course)
{
	int times = course == COURSE_RESEND ? 2 : 1;

	for (int i = 0; i < times; i++) {
		long error = ask(request, SNMP_MSG_INTERNAL_SET_RESERVE1);

		if (error == 0 && course != COURSE_FREE_EARLY)
			error = ask(request, SNMP_MSG_INTERNAL_SET_RESERVE2);
		if (error == 0)
			continue;
		check_refusal(error);
		ask(request, SNMP_MSG_INTERNAL_SET_FREE);
		return false;
	}
	return true;
}

/* True: it is done, and can still be taken back. */
static bool
act(const struct request *request, enum course course)
{
	long error;

	inbox.is_late = course == COURSE_TIMEOUT || course == COURSE_EXPIRED;
	inbox.is_full = course == COURSE_FULL;
	error = ask(request, SNMP_MSG_INTERNAL_SET_ACTION);
	if (error == 0)
		return true;
	MUST(error == SET_COMMIT_FAILED);
	MUST(course == COURSE_FULL || inbox.is_late); /* else nothing may fail that was checked */
	ask(request, SNMP_MSG_INTERNAL_SET_UNDO);
	catch_up(course);
	return false;
}

static void
take_back(const struct request *request, enum course course)
{
	inbox.is_late = course == COURSE_UNDO_LATE;
	if (course == COURSE_LOST) {
		setter_end(setter);
		ask(request, SNMP_MSG_INTERNAL_SET_FREE); /* or the library remembers it */
	} else {
		ask(request, SNMP_MSG_INTERNAL_SET_UNDO);
	}
	catch_up(course);
}

static void
try_set(struct fuzz_input *input)
{
	static char before[PICTURE_SIZE];
	static struct request request;
	enum course course = fuzz_below(input, COURSE_COUNT);
	unsigned what;

	transaction++;
	make_request(input, &request);
	what = has_no_settings(&request) ? PICTURE_ALARMS : 0;
	take_picture(before, what);
	if (!reserve(&request, course)) {
		check_picture(before, what);
	} else if (course == COURSE_FREE || course == COURSE_FREE_EARLY) {
		ask(&request, SNMP_MSG_INTERNAL_SET_FREE);
		check_picture(before, what);
	} else if (!act(&request, course)) {
		check_picture(before, what);
	} else if (course == COURSE_UNDO || course == COURSE_UNDO_LATE || course == COURSE_LOST) {
		take_back(&request, course);
		check_picture(before, what);
	} else {
		check_in_force(&request);
		ask(&request, SNMP_MSG_INTERNAL_SET_COMMIT);
		catch_up(course);
		check_in_force(&request);
	}
}

/* ---- a life ---- */

static void
open_bench(void)
{
	static char nobody; /* its address stands for the channel of the answers */
	const struct set_link link = {
		.replies = (struct chan *)(void *)&nobody,
		.drivers = &fuzz_drivers,
	};
	struct err err = { 0 };

	if (fuzz_bench_open(&bench, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		MUST(!"it does not start");
	}
	setter = setter_new(bench.hub, &link);
	MUST(setter != NULL);
	fuzz_snmp_serve(bench.hub, setter);
	fuzz_bench_connect(&bench);
	fuzz_bench_pass(&bench, 0);
}

static void
close_bench(void)
{
	setter_free(setter);
	setter = NULL;
	fuzz_bench_close(&bench);
}

static void
try_step(struct fuzz_input *input)
{
	switch (fuzz_below(input, 8)) {
	case 1:
		fuzz_bench_pass(&bench, (int64_t)fuzz_byte(input) * 10000);
		break;
	case 2:
		fuzz_bench_read(&bench, (int32_t)fuzz_byte(input) * 200);
		break;
	default:
		try_set(input);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char before[PICTURE_SIZE];
	struct fuzz_input input = { data, data + size };

	fuzz_empty_folder();
	fuzz_bench_init(&bench);
	open_bench();
	fuzz_bench_read(&bench, 28000);
	for (int i = 0; i < STEPS_MAX && !fuzz_is_over(&input); i++)
		try_step(&input);
	take_picture(before, PICTURE_STORED);
	close_bench();
	open_bench();
	check_picture(before, PICTURE_STORED);
	close_bench();
	return 0;
}
