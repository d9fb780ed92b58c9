/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"

#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SATURATED    (UINT64_C(1) << 48) /* beyond every range here, and ten times it still fits */

/* A double holds 17 digits; what is behind the 18th cannot change it by more than its last bit. */
#define MANTISSA_FULL UINT64_C(100000000000000000)
#define EXPONENT_MAX  400 /* beyond the range of a double even from 18 digits */

/* RFC 3629 §4: what may follow a first byte.  C0, C1 controls and DEL are left out. */
static const struct utf8_lead {
	uint8_t first, last;
	uint8_t length;
	uint8_t second_low, second_high; /* later bytes: 0x80..0xbf */
} utf8_leads[] = {
	{ 0x20, 0x7e, 1, 0, 0 },
	{ 0xc2, 0xc2, 2, 0xa0, 0xbf },
	{ 0xc3, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* Longest first: text_format_duration takes the first that divides. */
static const struct duration_unit {
	const char *name;
	uint32_t ms;
} duration_units[] = {
	{ "d", 24 * 60 * 60 * 1000 },
	{ "h", 60 * 60 * 1000 },
	{ "m", 60 * 1000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static uint64_t
append_digit(uint64_t number, unsigned digit)
{
	return number >= SATURATED ? SATURATED : number * 10 + digit;
}

/* Moves `*text` over its digits; false: there is none. */
static bool
take_digits(const char **text, uint64_t *ret_number)
{
	const char *at = *text;
	uint64_t number = 0;

	for (; is_digit(*at); at++)
		number = append_digit(number, (unsigned)(*at - '0'));
	if (at == *text)
		return false;
	*text = at;
	*ret_number = number;
	return true;
}

static size_t
utf8_length(unsigned char first)
{
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

size_t
text_whole(const char *text, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		char c = text[len - back];

		if (!is_continuation(c))
			return utf8_length((unsigned char)c) > back ? len - back : len;
	}
	return len;
}

bool
text_copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);
	bool fits = length < size;

	if (size == 0)
		return false;
	if (!fits)
		length = text_whole(from, size - 1);
	memcpy(to, from, length);
	to[length] = '\0';
	return fits;
}

/* The length of the clean character at the start of `bytes`, 0: there is none. */
static size_t
clean_character(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < COUNT(utf8_leads); i++) {
		const struct utf8_lead *lead = &utf8_leads[i];

		if (bytes[0] < lead->first || bytes[0] > lead->last)
			continue;
		if (len < lead->length)
			return 0;
		if (lead->length > 1 &&
		    (bytes[1] < lead->second_low || bytes[1] > lead->second_high))
			return 0;
		for (size_t n = 2; n < lead->length; n++)
			if (!is_continuation((char)bytes[n]))
				return 0;
		return lead->length;
	}
	return 0;
}

bool
text_is_clean(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;

	while (at < len) {
		size_t step = clean_character(bytes + at, len - at);

		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

/* The length of the blank or control (C0, DEL, C1 as UTF-8) at the start of `bytes`, 0: none. */
static size_t
blank_character(const unsigned char *bytes, size_t len)
{
	if (bytes[0] <= ' ' || bytes[0] == 0x7f)
		return 1;
	return len > 1 && bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] <= 0x9f ? 2 : 0;
}

void
text_clean(const char *from, size_t len, char *to, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)from;
	size_t at = 0, length = 0;
	bool is_blank = false;

	while (at < len) {
		size_t blank = blank_character(bytes + at, len - at);
		size_t step = clean_character(bytes + at, len - at);
		size_t wanted = step > 0 ? step : 1;

		if (blank > 0) {
			is_blank = length > 0;
			at += blank;
			continue;
		}
		if (length + is_blank + wanted >= size)
			break;
		if (is_blank)
			to[length++] = ' ';
		memcpy(to + length, step > 0 ? from + at : "?", wanted);
		length += wanted;
		at += wanted;
		is_blank = false;
	}
	to[length] = '\0';
}

bool
text_is_utf8(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;

	while (len > 0) {
		size_t length = clean_character(bytes, len);

		if (length == 0)
			length = blank_character(bytes, len);
		if (length == 0)
			return false;
		bytes += length;
		len -= length;
	}
	return true;
}

bool
text_is_name(const char *text)
{
	size_t length = strnlen(text, TEXT_NAME_MAX + 1);

	if (length == 0 || length > TEXT_NAME_MAX)
		return false;
	if (text[0] == ' ' || text[length - 1] == ' ')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter(text[i]) && !is_digit(text[i]) && strchr(" -_.:/#", text[i]) == NULL)
			return false;
	return true;
}

int
text_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_number)
{
	uint64_t number;

	if (!take_digits(&text, &number) || *text != '\0')
		return -EINVAL;
	if (number < min || number > max)
		return -ERANGE;
	*ret_number = (uint32_t)number;
	return 0;
}

int
text_parse_fixed(const char *text, unsigned places, int32_t *ret_number)
{
	bool negative = *text == '-', is_exact = true;
	unsigned decimals = 0;
	uint64_t number;

	if (*text == '-' || *text == '+')
		text++;
	if (!take_digits(&text, &number))
		return -EINVAL;
	if (*text == '.') {
		text++;
		if (!is_digit(*text))
			return -EINVAL;
		for (; is_digit(*text); text++) {
			if (decimals < places) {
				number = append_digit(number, (unsigned)(*text - '0'));
				decimals++;
			} else if (*text != '0') {
				is_exact = false;
			}
		}
	}
	if (*text != '\0')
		return -EINVAL;
	for (; decimals < places; decimals++)
		number = append_digit(number, 0);
	if (number > (uint64_t)INT32_MAX + negative)
		return -ERANGE;
	if (!is_exact)
		return -EDOM;
	*ret_number = (int32_t)(negative ? -(int64_t)number : (int64_t)number);
	return 0;
}

/* A number without a sign: *ret_mantissa times ten to the *ret_exponent. */
static bool
take_decimal(const char **text, uint64_t *ret_mantissa, int64_t *ret_exponent)
{
	const char *at = *text;
	uint64_t mantissa = 0;
	int64_t exponent = 0;
	bool is_behind_point = false;

	if (!is_digit(*at))
		return false;
	for (; is_digit(*at) || (*at == '.' && !is_behind_point); at++) {
		if (*at == '.') {
			if (!is_digit(at[1]))
				return false;
			is_behind_point = true;
		} else if (mantissa < MANTISSA_FULL) {
			mantissa = mantissa * 10 + (unsigned)(*at - '0');
			exponent -= is_behind_point;
		} else {
			exponent += !is_behind_point;
		}
	}
	*text = at;
	*ret_mantissa = mantissa;
	*ret_exponent = exponent;
	return true;
}

/* "E-05" or nothing. */
static bool
take_exponent(const char **text, int64_t *exponent)
{
	bool is_negative;
	uint64_t number;

	if (**text != 'E' && **text != 'e')
		return true;
	(*text)++;
	is_negative = **text == '-';
	if (**text == '-' || **text == '+')
		(*text)++;
	if (!take_digits(text, &number))
		return false;
	*exponent += is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

/* Steps by the powers that a double holds exactly, so that most numbers are rounded only once. */
static double
times_power_of_ten(double number, int64_t exponent)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	const int64_t last = (int64_t)COUNT(powers) - 1;

	for (; exponent > last; exponent -= last)
		number *= powers[last];
	for (; exponent < -last; exponent += last)
		number /= powers[last];
	return exponent < 0 ? number / powers[-exponent] : number * powers[exponent];
}

int
text_parse_real(const char *text, double *ret_number)
{
	bool is_negative = *text == '-';
	uint64_t mantissa;
	int64_t exponent;
	double number;

	if (*text == '-' || *text == '+')
		text++;
	if (!take_decimal(&text, &mantissa, &exponent) || !take_exponent(&text, &exponent) ||
	    *text != '\0')
		return -EINVAL;
	if (mantissa == 0 || exponent < -EXPONENT_MAX)
		number = 0;
	else if (exponent > EXPONENT_MAX)
		return -ERANGE;
	else
		number = times_power_of_ten((double)mantissa, exponent);
	if (number > DBL_MAX)
		return -ERANGE;
	*ret_number = is_negative ? -number : number;
	return 0;
}

int
text_parse_duration(const char *text, uint32_t *ret_ms)
{
	uint64_t number;

	if (!take_digits(&text, &number))
		return -EINVAL;
	if (*text == '\0' && number == 0) { /* none at all needs no unit */
		*ret_ms = 0;
		return 0;
	}
	for (size_t i = 0; i < COUNT(duration_units); i++) {
		const struct duration_unit *unit = &duration_units[i];

		if (strcmp(text, unit->name) != 0)
			continue;
		if (number > UINT32_MAX / unit->ms)
			return -ERANGE;
		*ret_ms = (uint32_t)number * unit->ms;
		return 0;
	}
	return -EINVAL;
}

int
text_parse_bool(const char *text, bool *ret_value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true },
		{ "false", false },
		{ "yes", true },
		{ "no", false },
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcmp(text, words[i].word) == 0) {
			*ret_value = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

/* Both halves of |number| when the point stands `places` digits from the right. */
static void
split_fixed(int32_t number, unsigned places, uint32_t *ret_whole, uint32_t *ret_rest)
{
	uint32_t size = number < 0 ? 0 - (uint32_t)number : (uint32_t)number;
	uint64_t one = 1;

	for (unsigned i = 0; i < places; i++)
		one = append_digit(one, 0);
	*ret_whole = (uint32_t)(size / one);
	*ret_rest = (uint32_t)(size % one);
}

void
text_format_milli(int32_t milli, char *to, size_t size)
{
	uint32_t whole, rest;

	split_fixed(milli, 3, &whole, &rest);
	snprintf(to, size, "%s%u.%03u", milli < 0 ? "-" : "", whole, rest);
}

void
text_format_fixed(int32_t number, unsigned places, char *to, size_t size)
{
	const char *sign = number < 0 ? "-" : "";
	uint32_t whole, rest;

	split_fixed(number, places, &whole, &rest);
	for (; rest != 0 && rest % 10 == 0; places--)
		rest /= 10;
	if (rest == 0)
		snprintf(to, size, "%s%u", sign, whole);
	else
		snprintf(to, size, "%s%u.%0*u", sign, whole, (int)places, rest);
}

void
text_format_duration(uint32_t ms, char *to, size_t size)
{
	const struct duration_unit *unit = duration_units;

	if (ms == 0) {
		text_copy(to, size, "0");
		return;
	}
	while (ms % unit->ms != 0) /* the last is 1 ms */
		unit++;
	snprintf(to, size, "%u%s", ms / unit->ms, unit->name);
}
