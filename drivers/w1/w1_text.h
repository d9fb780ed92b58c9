/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_W1_W1_TEXT_H
#define DRIVERS_W1_W1_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the kernel's w1_therm module writes into the files of a temperature probe.  Pure: bytes in,
 * verdict out; the bytes need no terminator.  Both parsers want the whole text, with its last
 * newline: a value that was cut short is not a value.
 */
#define W1_TEXT_MAX 256 /* the kernel writes some 75 bytes */

enum w1_verdict {
	W1_VALUE,
	W1_EMPTY,   /* nothing: how the kernel says that the probe did not answer */
	W1_BAD_CRC, /* the kernel prints a temperature all the same; it means nothing */
	W1_GARBAGE,
	W1_GONE, /* there is no such file; never from these functions */
};

/*
 * "w1_slave": nine bytes and the verdict on their checksum, nine bytes and the temperature.  Nine
 * times zero is garbage although its checksum is right: it is a shorted line, no probe says it.
 */
enum w1_verdict w1_text_slave(const char *text, size_t len, int32_t *ret_milli);

/* "temperature": thousandths of a degree Celsius, without a checksum. */
enum w1_verdict w1_text_temperature(const char *text, size_t len, int32_t *ret_milli);

#endif
