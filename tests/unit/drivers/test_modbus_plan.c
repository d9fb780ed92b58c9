/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/codec.h"
#include "drivers/modbus/modbus_driver.h"
#include "tests/unit/unit.h"

#define POINTS_MAX 5000

static struct driver_point points[POINTS_MAX];
static const struct driver_point *pointers[POINTS_MAX];
static size_t count;

static void
points_add(enum mb_table table, uint32_t first, size_t n, uint32_t step, enum codec_type type)
{
	for (size_t i = 0; i < n; i++) {
		points[count] = (struct driver_point){
			.unit = 1,
			.place = mb_place(table, first + (uint32_t)i * step),
			.type = (uint16_t)type,
		};
		pointers[count] = &points[count];
		count++;
	}
}

/* Requests that all points take; checks each against the limits. */
static size_t
requests(const struct mb_refused *refused)
{
	size_t n = 0;

	for (size_t at = 0; at < count;) {
		size_t taken = mb_plan_take(pointers + at, count - at, refused);
		struct mb_span span = mb_plan_span(pointers + at, taken);

		assert_in_range(taken, 1, count - at);
		assert_in_range(span.to - span.from, 1,
		    mb_table_is_bits(mb_place_table(span.from)) ? 2000 : 125);
		at += taken;
		n++;
	}
	return n;
}

static void
takes_the_fewest_requests(void **state)
{
	static const struct {
		const char *what;
		enum mb_table table;
		size_t points;
		uint32_t step;
		enum codec_type type;
		size_t requests;
	} cases[] = {
		{ "one", MB_HOLDING, 1, 1, CODEC_INT16, 1 },
		{ "100 contiguous", MB_HOLDING, 100, 1, CODEC_INT16, 1 },
		{ "125, the most", MB_INPUT, 125, 1, CODEC_UINT16, 1 },
		{ "126", MB_INPUT, 126, 1, CODEC_UINT16, 2 },
		{ "1,000 contiguous", MB_HOLDING, 1000, 1, CODEC_INT16, 8 },
		{ "5,000 contiguous", MB_HOLDING, 5000, 1, CODEC_INT16, 40 },
		{ "62 floats are 124 registers", MB_HOLDING, 62, 2, CODEC_FLOAT32, 1 },
		{ "the 63rd float is not cut", MB_HOLDING, 63, 2, CODEC_FLOAT32, 2 },
		{ "31 of 64 bits", MB_HOLDING, 31, 4, CODEC_INT64, 1 },
		{ "32 of 64 bits", MB_HOLDING, 32, 4, CODEC_INT64, 2 },
		{ "overlapping values", MB_HOLDING, 124, 1, CODEC_INT32, 1 },
		{ "the same register for many sensors", MB_HOLDING, 200, 0, CODEC_INT16, 1 },
		{ "gaps of 10 are bridged", MB_HOLDING, 12, 11, CODEC_INT16, 1 },
		{ "gaps of 11 are not", MB_HOLDING, 12, 12, CODEC_INT16, 12 },
		{ "2,000 bits", MB_COIL, 2000, 1, CODEC_BOOL, 1 },
		{ "2,001 bits", MB_DISCRETE, 2001, 1, CODEC_BOOL, 2 },
		{ "gaps of 160 bits are bridged", MB_COIL, 12, 161, CODEC_BOOL, 1 },
		{ "gaps of 161 bits are not", MB_COIL, 12, 162, CODEC_BOOL, 12 },
	};
	const struct mb_refused nothing = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		count = 0;
		points_add(cases[i].table, 0, cases[i].points, cases[i].step, cases[i].type);
		if (requests(&nothing) != cases[i].requests)
			fail_msg("%s: %zu requests", cases[i].what, requests(&nothing));
	}
}

static void
never_merges_two_tables(void **state)
{
	const struct mb_refused nothing = { 0 };

	(void)state;
	count = 0;
	points_add(MB_COIL, 65535, 1, 1, CODEC_BOOL);
	points_add(MB_DISCRETE, 0, 1, 1, CODEC_BOOL);
	points_add(MB_HOLDING, 65534, 1, 1, CODEC_UINT32);
	points_add(MB_INPUT, 0, 1, 1, CODEC_UINT16);
	assert_int_equal(requests(&nothing), 4);
}

static void
splits_at_a_gap_else_in_the_middle(void **state)
{
	static const struct {
		const char *what;
		struct {
			uint32_t address;
			enum codec_type type;
		} points[8];
		size_t points_count, split;
	} cases[] = {
		{ "two", { { 0, CODEC_INT16 }, { 1, CODEC_INT16 } }, 2, 1 },
		{ "four",
		    { { 0, CODEC_INT16 }, { 1, CODEC_INT16 }, { 2, CODEC_INT16 },
			{ 3, CODEC_INT16 } },
		    4, 2 },
		{ "a gap at the end",
		    { { 0, CODEC_INT16 }, { 1, CODEC_INT16 }, { 2, CODEC_INT16 },
			{ 9, CODEC_INT16 } },
		    4, 3 },
		{ "a gap at the beginning",
		    { { 0, CODEC_INT16 }, { 5, CODEC_INT16 }, { 6, CODEC_INT16 },
			{ 7, CODEC_INT16 } },
		    4, 1 },
		{ "of two gaps the one nearer the middle",
		    { { 0, CODEC_INT16 }, { 5, CODEC_INT16 }, { 6, CODEC_INT16 },
			{ 9, CODEC_INT16 }, { 10, CODEC_INT16 } },
		    5, 1 },
		{ "a wide value before leaves no gap",
		    { { 0, CODEC_INT64 }, { 4, CODEC_INT16 }, { 8, CODEC_INT16 } }, 3, 2 },
		{ "not inside a wide value",
		    { { 0, CODEC_INT16 }, { 1, CODEC_INT64 }, { 2, CODEC_INT16 },
			{ 5, CODEC_INT16 } },
		    4, 1 },
		{ "all overlap", { { 0, CODEC_INT64 }, { 1, CODEC_INT16 }, { 2, CODEC_INT16 } }, 3,
		    1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		count = 0;
		for (size_t p = 0; p < cases[i].points_count; p++)
			points_add(
			    MB_HOLDING, cases[i].points[p].address, 1, 1, cases[i].points[p].type);
		if (mb_plan_split(pointers, count) != cases[i].split)
			fail_msg("%s: %zu", cases[i].what, mb_plan_split(pointers, count));
	}
}

static void
refuse(struct mb_refused *refused, uint32_t from, uint32_t to, enum fault_reason reason)
{
	struct mb_range range = { 1, mb_place(MB_HOLDING, from), mb_place(MB_HOLDING, to), reason };

	mb_refused_add(refused, &range);
}

static void
asks_a_refused_register_alone(void **state)
{
	struct mb_refused refused = { 0 };

	(void)state;
	count = 0;
	points_add(MB_HOLDING, 0, 100, 1, CODEC_INT16);
	refuse(&refused, 63, 64, FAULT_BAD_ADDRESS);
	assert_int_equal(mb_plan_take(pointers, count, &refused), 63);
	assert_int_equal(mb_plan_take(pointers + 63, count - 63, &refused), 1);
	assert_int_equal(mb_plan_take(pointers + 64, count - 64, &refused), 36);
	/* A second sensor on it is alone, too. */
	points[64].place = points[63].place;
	assert_int_equal(mb_plan_take(pointers + 63, count - 63, &refused), 1);
	/* Another unit has it. */
	points[0].unit = 2;
	for (size_t i = 0; i < count; i++)
		points[i].unit = 2;
	assert_int_equal(requests(&refused), 1);
	mb_refused_done(&refused);
}

static void
does_not_bridge_a_refused_gap(void **state)
{
	struct mb_refused refused = { 0 };

	(void)state;
	count = 0;
	points_add(MB_HOLDING, 0, 10, 1, CODEC_INT16);
	points_add(MB_HOLDING, 12, 10, 1, CODEC_INT16);
	points_add(MB_HOLDING, 24, 10, 1, CODEC_INT16);
	refuse(&refused, 9, 13, FAULT_NONE);
	assert_int_equal(mb_plan_take(pointers, count, &refused), 10);
	assert_int_equal(mb_plan_take(pointers + 10, count - 10, &refused), 20);
	mb_refused_done(&refused);
}

static void
remembers_only_the_narrowest(void **state)
{
	struct mb_refused refused = { 0 };
	const struct mb_range other = { 2, mb_place(MB_HOLDING, 0), mb_place(MB_HOLDING, 5),
		FAULT_NONE };

	(void)state;
	mb_refused_add(&refused, &other);
	refuse(&refused, 0, 100, FAULT_NONE);
	refuse(&refused, 20, 30, FAULT_NONE);
	assert_int_equal(refused.count, 2);
	refuse(&refused, 10, 40, FAULT_NONE); /* follows from 20..30 */
	assert_int_equal(refused.count, 2);
	refuse(&refused, 10, 25, FAULT_NONE);
	refuse(&refused, 25, 35, FAULT_NONE);
	assert_int_equal(refused.count, 4);
	refuse(&refused, 24, 27, FAULT_NONE); /* inside the second only */
	assert_int_equal(refused.count, 4);
	refuse(&refused, 24, 25, FAULT_BAD_ADDRESS); /* inside the first and that one */
	assert_int_equal(refused.count, 3);
	refuse(&refused, 24, 25, FAULT_DEVICE_ERROR); /* the newer reason */
	assert_int_equal(refused.count, 3);
	assert_int_equal(
	    mb_refused_reason(&refused, 1, mb_place(MB_HOLDING, 24), mb_place(MB_HOLDING, 25)),
	    FAULT_DEVICE_ERROR);
	assert_int_equal(
	    mb_refused_reason(&refused, 1, mb_place(MB_HOLDING, 24), mb_place(MB_HOLDING, 26)),
	    FAULT_NONE);
	assert_true(
	    mb_refused_covers(&refused, 1, mb_place(MB_HOLDING, 25), mb_place(MB_HOLDING, 35)));
	assert_false(
	    mb_refused_covers(&refused, 1, mb_place(MB_HOLDING, 26), mb_place(MB_HOLDING, 40)));
	mb_refused_forget(&refused, 1);
	assert_int_equal(refused.count, 1);
	mb_refused_forget(&refused, 2);
	assert_int_equal(refused.count, 0);
	mb_refused_done(&refused);
}

static void
memory_is_bounded(void **state)
{
	struct mb_refused refused = { 0 };
	size_t most = 0;

	(void)state;
	for (uint32_t from = 0; from < 60000; from++) {
		refuse(&refused, from, from + 1, FAULT_BAD_ADDRESS);
		if (refused.count > most)
			most = refused.count;
		assert_true(mb_refused_covers(
		    &refused, 1, mb_place(MB_HOLDING, from), mb_place(MB_HOLDING, from + 1)));
	}
	assert_in_range(most, 5000, 20000);
	mb_refused_done(&refused);
}

static void
takes_only_the_answer_that_was_asked_for(void **state)
{
	static const struct {
		const char *what;
		uint8_t reply[8];
		size_t size;
		enum mb_answer_kind kind;
	} cases[] = {
		{ "two registers", { 3, 4, 1, 2, 3, 4 }, 6, MB_ANSWER_GOOD },
		{ "exception 2", { 0x83, 2 }, 2, MB_ANSWER_EXCEPTION },
		{ "exception of another function", { 0x84, 2 }, 2, MB_ANSWER_BAD },
		{ "exception with a tail", { 0x83, 2, 0 }, 3, MB_ANSWER_BAD },
		{ "another function", { 4, 4, 1, 2, 3, 4 }, 6, MB_ANSWER_BAD },
		{ "too few registers", { 3, 2, 1, 2 }, 4, MB_ANSWER_BAD },
		{ "too many registers", { 3, 6, 1, 2, 3, 4, 5, 6 }, 8, MB_ANSWER_BAD },
		{ "a count that lies", { 3, 2, 1, 2, 3, 4 }, 6, MB_ANSWER_BAD },
		{ "cut short", { 3, 4, 1, 2, 3 }, 5, MB_ANSWER_BAD },
		{ "one byte", { 3 }, 1, MB_ANSWER_BAD },
	};
	const struct mb_span span = { mb_place(MB_HOLDING, 258), mb_place(MB_HOLDING, 260) };
	const uint8_t expected[MB_REQUEST_PDU] = { 3, 1, 2, 0, 2 };
	uint8_t request[MB_REQUEST_PDU];

	(void)state;
	mb_pdu_request(span, request);
	assert_memory_equal(request, expected, sizeof(expected));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mb_answer answer = mb_pdu_check(request, cases[i].reply, cases[i].size);

		if (answer.kind != cases[i].kind)
			fail_msg("%s: %d", cases[i].what, (int)answer.kind);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_fewest_requests),
		cmocka_unit_test(never_merges_two_tables),
		cmocka_unit_test(splits_at_a_gap_else_in_the_middle),
		cmocka_unit_test(asks_a_refused_register_alone),
		cmocka_unit_test(does_not_bridge_a_refused_gap),
		cmocka_unit_test(remembers_only_the_narrowest),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(takes_only_the_answer_that_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
