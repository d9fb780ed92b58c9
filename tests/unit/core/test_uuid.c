/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/sha1.h"
#include "core/uuid.h"
#include "tests/unit/unit.h"

static void
hex(const unsigned char *octets, size_t count, char *to)
{
	for (size_t i = 0; i < count; i++)
		snprintf(to + 2 * i, 3, "%02x", octets[i]);
}

/* RFC 3174 §7.3, and lengths around the end of a block. */
static void
sha1_gives_the_digests_of_the_standard(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int times;
		const char *digest;
	} cases[] = {
		{ "",    1,       "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", 1,       "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		         1,       "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "a",   1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
		{ "0123456701234567012345670123456701234567012345670123456701234567",
		         10,      "dea356a2cddd90c7a7ecedc5ebb563934f460452" },
		{ "a",   55,      "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
		{ "a",   56,      "c2db330f6083854c99d4b5bfb6e8f29f201be699" },
		{ "a",   64,      "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char digest[SHA1_OCTETS];
		char text[2 * SHA1_OCTETS + 1];
		struct sha1 sha1;

		sha1_init(&sha1);
		for (int n = 0; n < cases[i].times; n++)
			sha1_add(&sha1, cases[i].text, strlen(cases[i].text));
		sha1_end(&sha1, digest);
		hex(digest, sizeof(digest), text);
		assert_string_equal(text, cases[i].digest);
	}
}

static void
a_name_has_always_the_same_uuid(void **state)
{
	/* clang-format off */
	static const struct {
		const char *space, *name, *uuid;
	} cases[] = {
		{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com",
		  "2ed6657de927568b95e12665a8aea6a2" },
		{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org",
		  "886313e13b8a53729b900c9aee199e5d" },
		{ "6BA7B811-9DAD-11D1-80B4-00C04FD430C8", "http://python.org/",
		  "4c565f0d3f5a5890b41b20cf47701c5e" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char space[UUID_OCTETS], uuid[UUID_OCTETS];
		char text[2 * UUID_OCTETS + 1];

		assert_int_equal(uuid_parse(cases[i].space, space), 0);
		uuid_of_name(space, cases[i].name, uuid);
		hex(uuid, sizeof(uuid), text);
		assert_string_equal(text, cases[i].uuid);
	}
}

static void
a_text_that_is_no_uuid_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"-",
		"6ba7b810",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c88",
		"6ba7b810-9dad-11d1-80b4-00c04fd430cg",
		"6ba7b8109dad11d180b400c04fd430c8",
		"6ba7b8109-dad-11d1-80b4-00c04fd430c8",
		" 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
	};
	unsigned char uuid[UUID_OCTETS] = { 42 };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(uuid_parse(texts[i], uuid), -EINVAL);
		assert_int_equal(uuid[0], 42);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha1_gives_the_digests_of_the_standard),
		cmocka_unit_test(a_name_has_always_the_same_uuid),
		cmocka_unit_test(a_text_that_is_no_uuid_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
