/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/modbus/modbus_driver.h"

#define DEFAULT_SERIAL "9600,8N1"

/* Beyond this rate the serial specification sets the silence between frames to a fixed time. */
#define FIXED_SILENCE_BAUD 19200
#define FIXED_SILENCE_US   1750

/* Those that libmodbus sets; any other it would take for 9600 without a word. */
static const int bauds[] = { 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800,
	921600 };

static int
baud_parse(const char *text, size_t len, int *ret_baud)
{
	char word[8];

	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
		snprintf(word, sizeof(word), "%d", bauds[i]);
		if (strlen(word) == len && memcmp(word, text, len) == 0) {
			*ret_baud = bauds[i];
			return 0;
		}
	}
	return -EINVAL;
}

int
mb_options_serial(const char *text, struct mb_serial *ret_serial, struct err *err)
{
	struct mb_serial serial;
	const char *frame;
	size_t len;

	if (text == NULL || text[0] == '\0')
		text = DEFAULT_SERIAL;
	len = strcspn(text, ",");
	if (baud_parse(text, len, &serial.baud) < 0)
		return err_set(err, -EINVAL,
		    "options \"%.64s\": want baud,8N1 with baud 1200, 2400, 4800, 9600, 19200, "
		    "38400, 57600, 115200, 230400, 460800 or 921600",
		    text);
	frame = text[len] == ',' ? text + len + 1 : "";
	if (strlen(frame) != 3 || frame[0] != '8' || strchr("NEO", frame[1]) == NULL ||
	    strchr("12", frame[2]) == NULL)
		return err_set(err, -EINVAL,
		    "options \"%.64s\": want 8N1, 8E1, 8O1, 8N2, 8E2 or 8O2 behind the baud rate "
		    "(RTU needs 8 data bits)",
		    text);
	serial.parity = frame[1];
	serial.stop_bits = frame[2] - '0';
	*ret_serial = serial;
	return 0;
}

uint64_t
mb_serial_us(const struct mb_serial *serial, size_t count)
{
	uint64_t bits = 1 + 8 + (serial->parity == 'N' ? 0 : 1) + (uint64_t)serial->stop_bits;
	uint64_t baud = (uint64_t)serial->baud;

	return (count * bits * 1000000 + baud - 1) / baud;
}

uint64_t
mb_serial_silence_us(const struct mb_serial *serial)
{
	if (serial->baud > FIXED_SILENCE_BAUD)
		return FIXED_SILENCE_US;
	return (mb_serial_us(serial, 7) + 1) / 2; /* 3.5 characters */
}

int
mb_options_host(const char *text, const char *default_port, struct host *ret_host, struct err *err)
{
	if (text != NULL && host_parse(text, default_port, ret_host) == 0)
		return 0;
	return err_set(err, -EINVAL,
	    "endpoint \"%.64s\": want %shost:port or [IPv6 address]:port, as %s",
	    text == NULL ? "" : text, default_port == NULL ? "" : "host, ",
	    default_port == NULL ? "gateway.example.org:4001" : "plc.example.org:502");
}
