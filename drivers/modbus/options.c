/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "drivers/modbus/modbus_driver.h"

#define DEFAULT_SERIAL "9600,8N1"
#define NAME_CHARS     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

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

/* An IPv6 literal, with or without a zone. */
static bool
is_ipv6(const char *text)
{
	char bare[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t len = strcspn(text, "%");

	if (len >= sizeof(bare) || (text[len] == '%' && text[len + 1] == '\0'))
		return false;
	memcpy(bare, text, len);
	bare[len] = '\0';
	return inet_pton(AF_INET6, bare, &address) == 1;
}

/* Cuts "[…]" or the name off `text`; the rest is "" or ":port". */
static const char *
host_cut(const char *text, struct mb_host *host)
{
	bool is_bracketed = text[0] == '[';
	size_t len;

	if (is_bracketed)
		text++;
	len = strcspn(text, is_bracketed ? "]" : ":");
	if (len == 0 || len >= sizeof(host->name) || (is_bracketed && text[len] != ']'))
		return NULL;
	memcpy(host->name, text, len);
	host->name[len] = '\0';
	if (is_bracketed)
		return is_ipv6(host->name) ? text + len + 1 : NULL;
	return strspn(host->name, NAME_CHARS) == len ? text + len : NULL;
}

int
mb_options_host(
    const char *text, const char *default_port, struct mb_host *ret_host, struct err *err)
{
	struct mb_host host;
	const char *rest = text == NULL ? NULL : host_cut(text, &host);
	uint32_t port;

	if (rest == NULL || (rest[0] != '\0' && rest[0] != ':'))
		goto fail;
	if (rest[0] == '\0' && default_port == NULL)
		goto fail;
	if (text_parse_u32(rest[0] == ':' ? rest + 1 : default_port, 1, 65535, &port) < 0)
		goto fail;
	snprintf(host.port, sizeof(host.port), "%u", (unsigned)port);
	*ret_host = host;
	return 0;

fail:
	return err_set(err, -EINVAL,
	    "endpoint \"%.64s\": want %shost:port or [IPv6 address]:port, as %s",
	    text == NULL ? "" : text, default_port == NULL ? "" : "host, ",
	    default_port == NULL ? "gateway.example.org:4001" : "plc.example.org:502");
}
