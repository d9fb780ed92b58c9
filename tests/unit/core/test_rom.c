/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/rom.h"
#include "tests/unit/unit.h"

static void
reads_and_writes_both_forms(void **state)
{
	static const struct {
		const char *text;
		enum rom_form form;
		const char *name; /* NULL: refused */
		uint64_t rom;
	} cases[] = {
		{ "28-000005e2fdc3", ROM_KERNEL, "28-000005e2fdc3", 0x28000005e2fdc3 },
		{ "3B-FFFFFFFFFFFF", ROM_KERNEL, "3b-ffffffffffff", 0x3bffffffffffff },
		{ "28.C3FDE2050000", ROM_OWFS, "28.C3FDE2050000", 0x28c3fde2050000 },
		{ "3b.ffffffffffff", ROM_OWFS, "3B.FFFFFFFFFFFF", 0x3bffffffffffff },
		{ "00.000000000000", ROM_OWFS, "00.000000000000", 0 },
		{ "28.C3FDE2050000", ROM_KERNEL, NULL, 0 },
		{ "28-C3FDE2050000", ROM_OWFS, NULL, 0 },
		{ "28C3FDE20500001", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE205000", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE20500000", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE205000G", ROM_OWFS, NULL, 0 },
		{ "2@.C3FDE2050000", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE205000`", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE205/000", ROM_OWFS, NULL, 0 },
		{ "28.C3FDE205:000", ROM_OWFS, NULL, 0 },
		{ "", ROM_OWFS, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		char name[ROM_LEN + 1];
		uint64_t rom = 0;

		if (rom_parse(text, strlen(text), cases[i].form, &rom) != (cases[i].name != NULL))
			fail_msg("\"%s\"", text);
		assert_int_equal(rom, cases[i].rom);
		if (cases[i].name == NULL)
			continue;
		rom_format(rom, cases[i].form, name, sizeof(name));
		assert_string_equal(name, cases[i].name);
	}
}

static void
stops_at_the_length(void **state)
{
	uint64_t rom;

	(void)state;
	assert_true(rom_parse("28.C3FDE2050000/temperature", ROM_LEN, ROM_OWFS, &rom));
	assert_int_equal(rom, 0x28c3fde2050000);
	assert_int_equal(rom_family(rom), 0x28);
	assert_false(rom_parse("28.C3FDE2050000", ROM_LEN - 1, ROM_OWFS, &rom));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_both_forms),
		cmocka_unit_test(stops_at_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
