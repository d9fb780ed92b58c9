/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_scan.h"
#include "tests/unit/unit.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t length;
	const char *after; /* what libConfuse gets */
} good[] = {
	{ TEXT(""), "" },
	{ TEXT("a = 1\r\n\tb=2\n"), "a = 1\r\n\tb=2\n" },
	{ TEXT("a # b\nc"), "a    \nc" },
	{ TEXT("a=b#c"), "a=b  " },
	{ TEXT("a // b\nc //d"), "a     \nc    " },
	{ TEXT("a /* b\n*/ c /**/"), "a     \n   c     " },
	{ TEXT("a = tcp://b//c"), "a = tcp://b//c" },
	{ TEXT("a = /dev/x"), "a = /dev/x" },
	{ TEXT("{}//b"), "{}   " },
	{ TEXT("a = \"# // /* ' + *\""), "a = \"# // /* ' + *\"" },
	{ TEXT("a = '\"# // \\' ${b}'"), "a = '\"# // \\' ${b}'" },
	{ TEXT("a = \"\\\" \\\\\" # b"), "a = \"\\\" \\\\\"    " },
	{ TEXT("a = \"\\01 \\012 \\x01 \\x0a $ {} $x \\${b}\""),
	    "a = \"\\01 \\012 \\x01 \\x0a $ {} $x \\${b}\"" },
	{ TEXT("# ${b} \"\na"), "        \na" },
	{ TEXT("\xef\xbb\xbf"
	       "a"),
	    "   a" },
	{ TEXT("a = \"Plzeň\""), "a = \"Plzeň\"" },
};

static const struct {
	const char *text;
	size_t length;
	unsigned line;
	const char *error;
} bad[] = {
	{ TEXT("a\n\nb\0c\n"), 3, "a NUL byte: want text in UTF-8" },
	{ TEXT("\n# a\xe9\n"), 2, "bytes that are not UTF-8: want text in UTF-8" },
	{ TEXT("\n\x1b[0m"), 2, "a control character (byte 0x1b): want text in UTF-8" },
	{ TEXT("a = \"${HOME}\""), 1,
	    "${...} is not replaced here: put text with ${ in single quotes" },
	{ TEXT("\na = ${HOME}"), 2,
	    "${...} is not replaced here: put text with ${ in single quotes" },
	{ TEXT("/*\n*/ /*\n"), 2, "a comment that does not end: want a closing */" },
	{ TEXT("a = \"b\n\""), 1, "a string that does not end on its line: want a closing \"" },
	{ TEXT("a = 'b\\\n'"), 1, "a string that does not end on its line: want a closing '" },
	{ TEXT("a = \"b\\"), 1, "a string that does not end on its line: want a closing \"" },
	{ TEXT("a = 'b\\'"), 1, "a string that does not end on its line: want a closing '" },
	{ TEXT("a = \"b\\0\""), 1, "an escaped NUL in a string: want text in UTF-8" },
	{ TEXT("a = \"b\\0001\""), 1, "an escaped NUL in a string: want text in UTF-8" },
	{ TEXT("a = \"b\\x0\""), 1, "an escaped NUL in a string: want text in UTF-8" },
	{ TEXT("a = \"b\\x001\""), 1, "an escaped NUL in a string: want text in UTF-8" },
	{ TEXT("a = rack*"), 1, "'*' outside quotes: put the text in quotes" },
	{ TEXT("a {\n}\nb {\n{ '}' # }\n}"), 3, "a { that is not closed: want a closing }" },
	{ TEXT("a += 1"), 1, "'+' outside quotes: put the text in quotes" },
};

/* On the heap, so that the sanitizer sees one byte too far. */
static char *
copy(const char *text, size_t length)
{
	char *mine = malloc(length + 1);

	assert_non_null(mine);
	memcpy(mine, text, length);
	mine[length] = '\0';
	return mine;
}

static void
blanks_comments_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		char *text = copy(good[i].text, good[i].length);
		struct err err = { .code = 0 };
		unsigned line = 0;

		if (conf_scan(text, good[i].length, &line, &err) < 0)
			fail_msg("%s: line %u: %s", good[i].text, line, err.text);
		assert_string_equal(text, good[i].after);
		free(text);
	}
}

static void
refuses_what_libconfuse_would_misread(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char *text = copy(bad[i].text, bad[i].length);
		struct err err = { .code = 0 };
		unsigned line = 0;

		assert_int_equal(conf_scan(text, bad[i].length, &line, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].error);
		assert_int_equal(line, bad[i].line);
		free(text);
	}
}

static void
survives_a_text_cut_anywhere(void **state)
{
	static const char whole[] = "a /* \"\n*/ = \"\\x00\\0${b}\" // 'x'\n/dev '\\'é' {}\\";

	(void)state;
	for (size_t from = 0; from < sizeof(whole); from++) {
		for (size_t to = from; to < sizeof(whole); to++) {
			char *text = copy(whole + from, to - from);
			unsigned line = 1;

			conf_scan(text, to - from, &line, NULL); /* the sanitizer looks */
			assert_in_range(line, 1, 3);
			free(text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_comments_and_nothing_else),
		cmocka_unit_test(refuses_what_libconfuse_would_misread),
		cmocka_unit_test(survives_a_text_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
