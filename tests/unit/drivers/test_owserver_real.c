/* SPDX-License-Identifier: BSD-2-Clause */
/* The owserver of OWFS, with devices of its own invention. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "core/scale.h"
#include "tests/unit/drivers/owserver_peer.h"
#include "tests/unit/unit.h"

#define TIMEOUT_MS 1000
#define PATIENT_MS 20000
#define SKIPPED    77 /* of automake */
#define TESTER     "--tester=28,28,10,26,1D,20,29"
#define PROBE      "28.000028D70000"

static const char *const tester[] = { TESTER, NULL };

static int
start(void **state)
{
	struct peer *peer = peer_new(state);

	peer_start_real(peer, 0, tester);
	peer_open(peer, "", PATIENT_MS);
	return 0;
}

static void
expect_all(struct peer *peer)
{
	static const struct {
		const char *address;
		int32_t milli;
	} cases[] = {
		{ "28.000028D70000", 4000 },
		{ "28.000028D70100", 4100 },
		{ "28.000028d70100/temperature", 4100 },
		{ "10.000010EF0200", 1800 },
		{ "26.000026D90300/temperature", 4100 },
		{ "26.000026D90300/VAD", 4100 },
		{ "26.000026D90300/humidity", 4100 },
		{ "1D.00001DE20400/counters.A", 33000 },
		{ "20.000020DF0500/volt.A", 3700 },
		{ "29.000029D60600/sensed.BYTE", 45000 },
		{ "29.000029D60600/sensed.0", 1000 },
		{ "29.000029D60600/PIO.0", 1000 },
		{ "28.000028D70000/power", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		peer_expect(peer, cases[i].address, cases[i].milli);
}

/* However it was started: the scale and the form of ids are ours to choose. */
static void
reads_all_numbers(void **state)
{
	static const struct {
		const char *arguments[4], *options;
	} cases[] = {
		{ { TESTER }, "" },
		{ { TESTER }, "uncached" },
		{ { TESTER, "--no_persistence" }, "" },
		{ { TESTER, "--pingcrazy" }, "" },
		{ { TESTER, "--pingcrazy", "--no_persistence" }, "uncached" },
		{ { TESTER, "--Fahrenheit", "--format=fi" }, "" },
		{ { TESTER, "--trim" }, "" },
		{ { TESTER, "--safemode" }, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer peer = { 0 };

		peer_start_real(&peer, 0, cases[i].arguments);
		peer_open(&peer, cases[i].options, PATIENT_MS);
		expect_all(&peer);
		expect_all(&peer);
		assert_int_equal(peer.bus->counters.timeouts + peer.bus->counters.bad_replies, 0);
		peer_stop(&peer);
	}
}

static void
errors_have_their_reasons(void **state)
{
	static const struct {
		const char *address;
		enum fault_reason reason;
	} cases[] = {
		{ "28.000028D70000/no_such", FAULT_BAD_ADDRESS },
		{ "28.000028D70000/errata", FAULT_BAD_ADDRESS },
		{ "29.000029D60600/out_of_testmode", FAULT_BAD_ADDRESS },
		{ "28.000028D70000/type", FAULT_BAD_REPLY },
		{ "28.000028D70000/alias", FAULT_BAD_REPLY },
		{ "26.000026D90300/date", FAULT_BAD_REPLY },
		{ "28.0000FFFFFFFF", FAULT_NO_REPLY },
		{ "28.0000FFFFFFFF/no_such", FAULT_NO_REPLY },
		{ "FF.0000FFFFFFFF/anything", FAULT_NO_REPLY },
	};
	struct peer *peer = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading = peer_read_one(peer, cases[i].address);

		if (reading.reason != cases[i].reason)
			fail_msg("%s: %s", cases[i].address, fault_reason_name(reading.reason));
		peer_expect(peer, PROBE, 4000);
	}
}

struct found {
	char text[512];
	size_t count;
	char addresses[8][64];
};

static int
note_found(void *context, const char *address, const char *what)
{
	struct found *found = context;
	size_t used = strlen(found->text);

	assert_in_range(found->count, 0, COUNT(found->addresses) - 1);
	snprintf(found->text + used, sizeof(found->text) - used, "%s %s\n", address, what);
	snprintf(found->addresses[found->count++], sizeof(found->addresses[0]), "%s", address);
	return 0;
}

static void
a_scan_finds_the_devices(void **state)
{
	static const char *const options[] = { "", "uncached" };
	struct peer *peer = *state;

	for (size_t i = 0; i < COUNT(options); i++) {
		struct found found = { "", 0, { "" } };

		driver_owserver.close(peer->bus);
		peer_open(peer, options[i], PATIENT_MS);
		assert_int_equal(
		    driver_owserver.scan(peer->bus, note_found, &found, &peer->err), 0);
		assert_string_equal(found.text,
		    "28.000028D70000 DS18B20\n"
		    "28.000028D70100 DS18B20\n"
		    "10.000010EF0200 DS18S20\n"
		    "26.000026D90300/temperature DS2438; also humidity, pressure of a module, "
		    "VAD, VDD\n"
		    "1D.00001DE20400/counters.A DS2423; also counters.B\n"
		    "20.000020DF0500/volt.A DS2450; also volt.B, volt.C, volt.D\n"
		    "29.000029D60600/sensed.0 DS2408; also sensed.1 to sensed.7, sensed.BYTE\n");
		for (size_t n = 0; n < found.count; n++)
			assert_int_equal(
			    peer_read_one(peer, found.addresses[n]).reason, FAULT_NONE);
	}
}

/* Ids that nobody can foresee, and random values in a range. */
static void
reads_whatever_a_scan_finds(void **state)
{
	static const char *const arguments[] = { "--fake=10,28,28,22", "--temperature_low=15",
		"--temperature_high=30", NULL };
	struct found found = { "", 0, { "" } };
	struct peer peer = { 0 };

	(void)state;
	peer_start_real(&peer, 0, arguments);
	peer_open(&peer, "uncached", PATIENT_MS);
	assert_int_equal(driver_owserver.scan(peer.bus, note_found, &found, &peer.err), 0);
	assert_int_equal(found.count, 4);
	for (size_t n = 0; n < 10 * found.count; n++) {
		struct reading reading = peer_read_one(&peer, found.addresses[n % found.count]);
		int32_t milli;

		assert_int_equal(reading.reason, FAULT_NONE);
		assert_true(scale_apply(&reading.raw, SCALE_GAIN_ONE, 0, &milli));
		assert_in_range(milli, 15000, 30000);
	}
	peer_stop(&peer);
}

static void
a_restart_between_two_reads_is_no_fault(void **state)
{
	struct peer *peer = *state;

	for (int i = 0; i < 3; i++) {
		peer_expect(peer, PROBE, 4000);
		peer_kill(peer);
		peer_start_real(peer, peer->port, tester);
	}
	expect_all(peer);
	assert_int_equal(peer->bus->counters.timeouts + peer->bus->counters.bad_replies, 0);
}

static void
a_server_that_is_gone_is_a_lost_bus(void **state)
{
	struct peer *peer = *state;
	struct reading reading;

	peer_expect(peer, PROBE, 4000);
	peer_kill(peer);
	assert_int_equal(
	    peer_read(peer, (const char *const[]){ PROBE, NULL }, &reading), -ECONNREFUSED);
	driver_owserver.close(peer->bus);
	peer->bus = NULL;
	peer_start_real(peer, peer->port, tester);
	peer_open(peer, "", PATIENT_MS);
	expect_all(peer);
}

static void
a_server_that_stands_still_is_silent_and_its_late_answers_are_nobodys(void **state)
{
	struct peer *peer = *state;

	driver_owserver.close(peer->bus);
	peer_open(peer, "", TIMEOUT_MS);
	peer_expect(peer, PROBE, 4000);
	kill(peer->pid, SIGSTOP);
	assert_int_equal(peer_read_one(peer, PROBE).reason, FAULT_NO_REPLY);
	assert_int_equal(peer_read_one(peer, "28.000028D70100").reason, FAULT_NO_REPLY);
	kill(peer->pid, SIGCONT);
	driver_owserver.close(peer->bus);
	peer_open(peer, "", PATIENT_MS);
	expect_all(peer);
}

#define WITH_TESTER(test) cmocka_unit_test_setup_teardown(test, start, peer_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_numbers),
		cmocka_unit_test(reads_whatever_a_scan_finds),
		WITH_TESTER(errors_have_their_reasons),
		WITH_TESTER(a_scan_finds_the_devices),
		WITH_TESTER(a_restart_between_two_reads_is_no_fault),
		WITH_TESTER(a_server_that_is_gone_is_a_lost_bus),
		WITH_TESTER(a_server_that_stands_still_is_silent_and_its_late_answers_are_nobodys),
	};

	if (!peer_has_real()) {
		puts("skipped: no owserver here");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
