/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mailbox.h"

#include <stddef.h>
#include <string.h>

#define NAME_MAX_BYTES  64 /* RFC 5321 §4.5.3.1 */
#define LABEL_MAX_BYTES 63 /* RFC 1035 §2.3.4 */

static const char separators[] = " ,";

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5322 §3.2.3 */
static bool
is_atom(char c)
{
	return is_letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(const char *text, size_t length)
{
	char before = '.';

	if (length == 0 || length > NAME_MAX_BYTES || text[length - 1] == '.')
		return false;
	for (size_t i = 0; i < length; before = text[i++])
		if (text[i] == '.' ? before == '.' : !is_atom(text[i]))
			return false;
	return true;
}

static bool
is_label(const char *text, size_t length)
{
	if (length == 0 || length > LABEL_MAX_BYTES)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter_or_digit(text[i]) && (text[i] != '-' || i == 0 || i + 1 == length))
			return false;
	return true;
}

static bool
is_domain(const char *text, size_t length)
{
	const char *end = text + length;

	if (length > MAILBOX_MAX)
		return false;
	for (;;) {
		const char *dot = memchr(text, '.', (size_t)(end - text));

		if (!is_label(text, (size_t)((dot != NULL ? dot : end) - text)))
			return false;
		if (dot == NULL)
			return true;
		text = dot + 1;
	}
}

static bool
is_mailbox(const char *text, size_t length)
{
	const char *at = memchr(text, '@', length);

	return at != NULL && length <= MAILBOX_MAX && is_dot_atom(text, (size_t)(at - text)) &&
	       is_domain(at + 1, (size_t)(text + length - at - 1));
}

bool
mailbox_is_good(const char *text)
{
	return is_mailbox(text, strlen(text));
}

bool
mailbox_is_domain(const char *text)
{
	return is_domain(text, strlen(text));
}

const char *
mailbox_domain(const char *mailbox)
{
	return strchr(mailbox, '@') + 1;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_equal(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool
mailbox_is_equal(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && is_equal(a, b, strlen(a));
}

bool
mailbox_is_good_list(const char *list)
{
	for (list += strspn(list, separators); *list != '\0'; list += strspn(list, separators)) {
		size_t length = strcspn(list, separators);

		if (!is_domain(list, length) && !is_mailbox(list, length))
			return false;
		list += length;
	}
	return true;
}

bool
mailbox_is_in_list(const char *mailbox, const char *list)
{
	const char *domain = mailbox_domain(mailbox);

	for (list += strspn(list, separators); *list != '\0'; list += strspn(list, separators)) {
		size_t length = strcspn(list, separators);
		const char *wanted = memchr(list, '@', length) != NULL ? mailbox : domain;

		if (strlen(wanted) == length && is_equal(wanted, list, length))
			return true;
		list += length;
	}
	return false;
}
