/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text in and out, the same under every locale.  Numbers are decimal; nothing here calls strtod,
 * isalpha or printf("%f").  All parsers take the whole string, refuse blanks around it, and touch
 * the result only on success.
 */

#define TEXT_NAME_MAX 32

/* Copies at most size-1 bytes, never cuts a UTF-8 character; returns false if it had to cut. */
bool text_copy(char *to, size_t size, const char *from);

/* `len`, less the bytes of a UTF-8 character that would end behind it: where to cut. */
size_t text_whole(const char *text, size_t len);

/* Well-formed UTF-8 (RFC 3629) without C0, C1 controls and DEL; `len` bytes. */
bool text_is_clean(const char *text, size_t len);

/* `len` bytes of anybody's as clean text: controls become blanks, several blanks one, none is left
 * at the ends; what is no UTF-8 becomes '?'.  Cuts between characters; NUL-terminated; size > 0. */
void text_clean(const char *from, size_t len, char *to, size_t size);

/* Well-formed UTF-8; controls may be in it. */
bool text_is_utf8(const char *text, size_t len);

/* The grammar of names: 1..32 of letters, digits, blank, - _ . : / #, no blank at either end. */
bool text_is_name(const char *text);

/* Digits only, within [min, max]. 0, -EINVAL (not a number), -ERANGE. */
int text_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_number);

/* "-12.5" in units of 10^-places (places 3: -12500; at most 9 places): a sign, digits, a point
 * between digits, no exponent. -EINVAL; -ERANGE: does not fit 32 bits; -EDOM: more decimals than
 * `places` can hold (1.0005 at 3 places; trailing zeros are fine). */
int text_parse_fixed(const char *text, unsigned places, int32_t *ret_number);

/* "-12.5", "1.2E+07": as above, and an exponent may follow. The nearest number or the one next to
 * it; beyond 22 decimal places before or behind the point one near it. -EINVAL; -ERANGE: too great
 * for a double. */
int text_parse_real(const char *text, double *ret_number);

/* "250ms", "1s", "5m", "4h", "7d", "0". In milliseconds. -EINVAL; -ERANGE beyond 2^32-1 ms. */
int text_parse_duration(const char *text, uint32_t *ret_ms);

/* "true", "false", "yes", "no". 0 or -EINVAL. */
int text_parse_bool(const char *text, bool *ret_value);

/* "-0.500": always three decimals. Needs 13 bytes. */
void text_format_milli(int32_t milli, char *to, size_t size);

/* The shortest form that parses back: 27, 27.5, -0.5 (places 3: 27000, 27500, -500). */
void text_format_fixed(int32_t number, unsigned places, char *to, size_t size);

/* The shortest form that parses back: 30s, 1500ms, 2h. */
void text_format_duration(uint32_t ms, char *to, size_t size);

#endif
