/* SPDX-License-Identifier: BSD-2-Clause */
/* What the real owserver does not do on demand. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/drivers/owserver_peer.h"
#include "tests/unit/unit.h"

/* Long enough for a busy machine to answer in; where silence is told, short enough to wait for. */
#define PATIENT_MS 20000
#define SOON_MS    1000
#define LATE_MS    1300
#define PROBE      "28.000028D70000"

static int
start(void **state)
{
	struct peer *peer = peer_new(state);

	peer_start_fake(peer, false);
	peer_open(peer, "", PATIENT_MS);
	return 0;
}

static int
start_soon(void **state)
{
	struct peer *peer = peer_new(state);

	peer_start_fake(peer, false);
	peer_open(peer, "", SOON_MS);
	return 0;
}

/* Each time another value is there afterwards, so that an old answer would show. */
static void
each_fault_has_its_reason_and_the_next_read_is_good(void **state)
{
	static const struct {
		const char *mode;
		enum fault_reason reason;
	} cases[] = {
		{ "silent", FAULT_NO_REPLY },
		{ "pings 0", FAULT_NO_REPLY },
		{ "flood 1300", FAULT_NO_REPLY },
		{ "slow 50", FAULT_NO_REPLY },
		{ "late 1300", FAULT_NO_REPLY },
		{ "close 100", FAULT_NO_REPLY },
		{ "cut 0", FAULT_NO_REPLY },
		{ "cut 1", FAULT_BAD_REPLY },
		{ "cut 23", FAULT_BAD_REPLY },
		{ "cut 24", FAULT_BAD_REPLY },
		{ "cut 35", FAULT_BAD_REPLY },
		{ "oversized", FAULT_BAD_REPLY },
		{ "huge", FAULT_BAD_REPLY },
		{ "negative", FAULT_BAD_REPLY },
		{ "version", FAULT_BAD_REPLY },
		{ "garbage", FAULT_BAD_REPLY },
		{ "error 5", FAULT_DEVICE_ERROR },
		{ "error 2", FAULT_DEVICE_ERROR },
		{ "error 1", FAULT_BAD_ADDRESS },
		{ "error 95", FAULT_BAD_ADDRESS },
	};
	struct peer *peer = *state;
	const struct driver_counters *counters = &peer->bus->counters;
	uint64_t bad = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;

		peer_tell(peer, "mode %s", cases[i].mode);
		reading = peer_read_one(peer, PROBE);
		if (reading.reason != cases[i].reason)
			fail_msg("%s: %s", cases[i].mode, fault_reason_name(reading.reason));
		assert_int_equal(
		    counters->timeouts + counters->bad_replies + counters->exceptions, ++bad);
		peer_tell(peer, "mode good");
		peer_tell(peer, "text %12zu.5", i);
		peer_expect(peer, PROBE, (int32_t)i * 1000 + 500);
	}
	assert_int_equal(counters->timeouts, 7);
	assert_int_equal(counters->bad_replies, 9);
	assert_int_equal(counters->exceptions, 4);
}

static void
a_text_that_is_no_number_is_a_bad_reply(void **state)
{
	static const struct {
		const char *text;
		enum fault_reason reason;
	} cases[] = {
		{ "DS18B20", FAULT_BAD_REPLY },
		{ "", FAULT_BAD_REPLY },
		{ "   ", FAULT_BAD_REPLY },
		{ "1,2", FAULT_BAD_REPLY },
		{ "         NAN", FAULT_IMPLAUSIBLE },
	};
	struct peer *peer = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		peer_tell(peer, "text %s", cases[i].text);
		assert_int_equal(peer_read_one(peer, PROBE).reason, cases[i].reason);
	}
	assert_int_equal(peer->bus->counters.bad_replies, 4);
	assert_int_equal(peer_counter(peer, "connections"), 1);
}

static void
waits_while_the_server_is_still_working(void **state)
{
	struct peer *peer = *state;

	peer_tell(peer, "mode pings 5");
	peer_expect(peer, PROBE, 4000);
	peer_tell(peer, "mode slow 1");
	peer_expect(peer, PROBE, 4000);
	assert_int_equal(peer_counter(peer, "connections"), 1);
	assert_int_equal(peer_counter(peer, "requests"), 2);
}

static void
a_late_answer_is_nobodys(void **state)
{
	struct peer *peer = *state;

	peer_tell(peer, "text 11");
	peer_tell(peer, "mode late %d", LATE_MS);
	assert_int_equal(peer_read_one(peer, PROBE).reason, FAULT_NO_REPLY);
	peer_tell(peer, "mode good");
	peer_tell(peer, "text 12");
	peer_expect(peer, PROBE, 12000);
	usleep((LATE_MS - SOON_MS) * 1000);
	peer_tell(peer, "text 13");
	peer_expect(peer, PROBE, 13000);
	assert_int_equal(peer_counter(peer, "connections"), 2);
}

static void
an_answer_that_nobody_asked_for_is_dropped(void **state)
{
	struct peer *peer = *state;

	peer_tell(peer, "mode twice");
	for (int i = 0; i < 5; i++) {
		peer_tell(peer, "text %d", i);
		peer_expect(peer, PROBE, i * 1000);
	}
	peer_tell(peer, "mode stray");
	for (unsigned i = 0; i < 5; i++) {
		peer_tell(peer, "text %u", i);
		peer_expect(peer, PROBE, (int32_t)i * 1000);
		while (peer_counter(peer, "strays") <= i)
			usleep(1000);
	}
}

static void
keeps_the_connection_if_it_may(void **state)
{
	struct peer *peer = *state;

	for (int i = 0; i < 3; i++)
		peer_expect(peer, PROBE, 4000);
	assert_int_equal(peer_counter(peer, "connections"), 1);
	peer_tell(peer, "mode unkept");
	for (int i = 0; i < 3; i++)
		peer_expect(peer, PROBE, 4000);
	assert_int_equal(peer_counter(peer, "connections"), 3);
	assert_int_equal(peer_counter(peer, "requests"), 6);
}

static void
a_connection_that_ends_under_a_request_is_tried_again_once(void **state)
{
	struct peer *peer = *state;

	peer_tell(peer, "mode close 1");
	peer_expect(peer, PROBE, 4000);
	assert_int_equal(peer_counter(peer, "connections"), 2);
	peer_tell(peer, "mode close 100");
	assert_int_equal(peer_read_one(peer, PROBE).reason, FAULT_NO_REPLY);
	assert_int_equal(peer_counter(peer, "requests"), 4);
}

static void
asks_no_more_after_a_silence(void **state)
{
	static const char *const addresses[] = { PROBE, PROBE "/templow", PROBE "/temphigh", NULL };
	struct peer *peer = *state;
	struct reading readings[COUNT(addresses) - 1];

	peer_tell(peer, "mode silent");
	assert_int_equal(peer_read(peer, addresses, readings), 0);
	for (size_t i = 0; i < COUNT(readings); i++)
		assert_int_equal(readings[i].reason, FAULT_NO_REPLY);
	assert_int_equal(peer_counter(peer, "requests"), 1);
	peer_tell(peer, "mode good");
	assert_int_equal(peer_read(peer, addresses, readings), 0);
	for (size_t i = 0; i < COUNT(readings); i++)
		assert_int_equal(readings[i].reason, FAULT_NONE);
}

static void
after_an_error_asks_whether_the_device_is_there(void **state)
{
	static const char *const addresses[] = { PROBE, PROBE "/templow", PROBE "/temphigh", NULL };
	struct peer *peer = *state;
	const struct driver_counters *counters = &peer->bus->counters;
	struct reading readings[COUNT(addresses) - 1];

	peer_tell(peer, "mode error 5");
	assert_int_equal(peer_read(peer, addresses, readings), 0);
	for (size_t i = 0; i < COUNT(readings); i++)
		assert_int_equal(readings[i].reason, FAULT_DEVICE_ERROR);
	assert_int_equal(counters->exceptions, 3);
	assert_int_equal(counters->requests, 4);
	assert_int_equal(peer_counter(peer, "requests"), 4);

	peer_tell(peer, "absent 1");
	assert_int_equal(peer_read(peer, addresses, readings), 0);
	for (size_t i = 0; i < COUNT(readings); i++)
		assert_int_equal(readings[i].reason, FAULT_NO_REPLY);
	assert_int_equal(counters->exceptions, 3);
	assert_int_equal(counters->timeouts, 1);
	assert_int_equal(peer_counter(peer, "requests"), 6);
	assert_true(peer_was_asked(peer, "/" PROBE));

	peer_tell(peer, "mode least_error");
	assert_int_equal(peer_read_one(peer, PROBE).reason, FAULT_NO_REPLY);
}

/* In turn, from one probe; the rule itself has its own test. */
static void
knows_false_values_of_a_ds18x20(void **state)
{
	static const struct {
		const char *address, *text; /* text NULL: the probe went, for one read */
		enum fault_reason reason;
	} cases[] = {
		{ PROBE, "85", FAULT_IMPLAUSIBLE },
		{ PROBE, "84.875", FAULT_NONE },
		{ PROBE, "85", FAULT_NONE },
		{ PROBE "/temperature12", "85", FAULT_NONE },
		{ PROBE, "23.0625", FAULT_NONE },
		{ PROBE, "85", FAULT_IMPLAUSIBLE },
		{ PROBE "/fasttemp", "85", FAULT_IMPLAUSIBLE },
		{ PROBE "/temphigh", "85", FAULT_NONE },
		{ "10.000010EF0200", "85", FAULT_IMPLAUSIBLE },
		{ "26.000026D90300", "85", FAULT_NONE },
		{ "26.000026D90300", "126", FAULT_NONE },
		{ PROBE, "-127", FAULT_IMPLAUSIBLE },
		{ PROBE, "127.938", FAULT_IMPLAUSIBLE },
		{ PROBE, "127.9375", FAULT_IMPLAUSIBLE },
		{ PROBE, "125.0625", FAULT_OUT_OF_RANGE },
		{ PROBE, "-55.0625", FAULT_OUT_OF_RANGE },
		{ PROBE, "84", FAULT_NONE },
		{ PROBE, NULL, FAULT_NO_REPLY },
		{ PROBE, "85", FAULT_IMPLAUSIBLE },
	};
	struct peer *peer = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool is_gone = cases[i].text == NULL;
		struct reading reading;

		peer_tell(peer, "text %s", is_gone ? "" : cases[i].text);
		peer_tell(peer, "absent %d", is_gone);
		peer_tell(peer, "mode %s", is_gone ? "error 2" : "good");
		reading = peer_read_one(peer, cases[i].address);
		if (reading.reason != cases[i].reason)
			fail_msg(
			    "%zu, %s: %s", i, cases[i].text, fault_reason_name(reading.reason));
	}
}

static void
asks_for_uncached_values(void **state)
{
	struct peer *peer = *state;

	peer_expect(peer, PROBE "/templow", 4000);
	assert_true(peer_was_asked(peer, "/" PROBE "/templow"));
	driver_owserver.close(peer->bus);
	peer_open(peer, "uncached", PATIENT_MS);
	peer_expect(peer, PROBE "/templow", 4000);
	assert_true(peer_was_asked(peer, "/uncached/" PROBE "/templow"));
	peer_tell(peer, "mode error 5");
	assert_int_equal(peer_read_one(peer, PROBE).reason, FAULT_DEVICE_ERROR);
	assert_true(peer_was_asked(peer, "/uncached/" PROBE));
}

static void
a_server_that_is_gone_is_a_lost_bus(void **state)
{
	struct peer *peer = *state;
	struct reading reading;

	peer_expect(peer, PROBE, 4000);
	peer_kill(peer);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    peer_read(peer, (const char *const[]){ PROBE, NULL }, &reading), -ECONNREFUSED);
		assert_non_null(strstr(peer->err.text, peer->endpoint));
	}
	assert_int_equal(driver_owserver.scan(peer->bus, NULL, NULL, &peer->err), -ECONNREFUSED);
}

struct found {
	char text[256];
	int stop_after;
};

static int
note_found(void *context, const char *address, const char *what)
{
	struct found *found = context;
	size_t used = strlen(found->text);

	snprintf(found->text + used, sizeof(found->text) - used, "%s %s\n", address, what);
	return --found->stop_after == 0;
}

static void
a_scan_lists_devices_until_it_is_stopped(void **state)
{
	static const struct {
		const char *mode, *list;
		int stop_after, result;
		const char *found;
	} cases[] = {
		{ "good", "/28.000028D70000/,/10.000010EF0200/,/alarm/", 0, 0,
		    "28.000028D70000 DS18B20\n10.000010EF0200 DS18S20\n" },
		{ "good", "/28.000028D70000/,/10.000010EF0200/,/alarm/", 1, 0,
		    "28.000028D70000 DS18B20\n" },
		{ "good", "", 0, 0, "" },
		{ "silent", "", 0, -ETIMEDOUT, "" },
		{ "garbage", "", 0, -EBADMSG, "" },
		{ "least_error", "", 0, -EIO, "" },
	};
	struct peer *peer = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct found found = { "", cases[i].stop_after };

		peer_tell(peer, "mode %s", cases[i].mode);
		peer_tell(peer, "list %s", cases[i].list);
		peer->err = (struct err){ 0 };
		assert_int_equal(driver_owserver.scan(peer->bus, note_found, &found, &peer->err),
		    cases[i].result);
		assert_string_equal(found.text, cases[i].found);
		if (cases[i].result < 0)
			assert_non_null(strstr(peer->err.text, peer->endpoint));
	}
}

static void
what_cannot_be_opened_says_why(void **state)
{
	static const struct {
		const char *endpoint;
		int result;
		const char *says;
	} cases[] = {
		{ "127.0.0.1:1", -ECONNREFUSED, "127.0.0.1:1: cannot connect: " },
		{ "nowhere.invalid", -EHOSTUNREACH, "nowhere.invalid: cannot find the host: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_settings settings = { cases[i].endpoint, "", PATIENT_MS };
		struct driver_bus *bus = NULL;
		struct err err = { 0 };

		assert_int_equal(driver_owserver.open(&settings, &bus, &err), cases[i].result);
		if (strncmp(err.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s: it says: %s", cases[i].endpoint, err.text);
		assert_null(bus);
	}
	driver_owserver.close(NULL);
}

static void
checks_settings_without_opening(void **state)
{
	static const struct {
		struct driver_settings settings;
		int result;
	} cases[] = {
		{ { "attic:4304", "", 200 }, 0 },
		{ { "attic", "uncached", 200 }, 0 },
		{ { "[::1]", "", 200 }, 0 },
		{ { "attic:4304", "cached", 200 }, -EINVAL },
		{ { "attic:4304", "", 0 }, -EINVAL },
		{ { "attic:", "", 200 }, -EINVAL },
		{ { "", "", 200 }, -EINVAL },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (driver_owserver.check(&cases[i].settings, &err) != cases[i].result)
			fail_msg("\"%s\"", cases[i].settings.endpoint);
}

static void
a_unit_is_a_rom_id(void **state)
{
	struct driver_point point;
	char name[24];

	(void)state;
	assert_int_equal(driver_owserver.flags, DRIVER_UNIQUE);
	assert_int_equal(driver_owserver.parse("26.000026d90300/VAD", &point, NULL), 0);
	driver_owserver.unit_name(&point, name, sizeof(name));
	assert_string_equal(name, "26.000026D90300");
}

static void
reads_by_name_and_over_ipv6(void **state)
{
	struct peer peer = { 0 };

	(void)state;
	peer_start_fake(&peer, false);
	snprintf(peer.endpoint, sizeof(peer.endpoint), "localhost:%u", peer.port);
	peer_open(&peer, "", PATIENT_MS);
	peer_expect(&peer, PROBE, 4000);
	peer_stop(&peer);
	if (access("/proc/net/if_inet6", R_OK) != 0)
		skip();
	peer_start_fake(&peer, true);
	peer_open(&peer, "", PATIENT_MS);
	peer_expect(&peer, PROBE, 4000);
	peer_stop(&peer);
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, start, peer_tear_down)
#define SOON(test)      cmocka_unit_test_setup_teardown(test, start_soon, peer_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SOON(each_fault_has_its_reason_and_the_next_read_is_good),
		WITH_FAKE(a_text_that_is_no_number_is_a_bad_reply),
		WITH_FAKE(waits_while_the_server_is_still_working),
		SOON(a_late_answer_is_nobodys),
		WITH_FAKE(an_answer_that_nobody_asked_for_is_dropped),
		WITH_FAKE(keeps_the_connection_if_it_may),
		WITH_FAKE(a_connection_that_ends_under_a_request_is_tried_again_once),
		SOON(asks_no_more_after_a_silence),
		WITH_FAKE(after_an_error_asks_whether_the_device_is_there),
		WITH_FAKE(knows_false_values_of_a_ds18x20),
		WITH_FAKE(asks_for_uncached_values),
		WITH_FAKE(a_server_that_is_gone_is_a_lost_bus),
		SOON(a_scan_lists_devices_until_it_is_stopped),
		cmocka_unit_test(what_cannot_be_opened_says_why),
		cmocka_unit_test(checks_settings_without_opening),
		cmocka_unit_test(a_unit_is_a_rom_id),
		cmocka_unit_test(reads_by_name_and_over_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
