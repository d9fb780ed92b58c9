/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

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

/* Takes "[…]" or the name off `text`; the rest, NULL: neither is there. */
static const char *
take_name(const char *text, struct host *host)
{
	bool is_bracketed = text[0] == '[';
	size_t len;

	if (is_bracketed)
		text++;
	len = strcspn(text, is_bracketed ? "]" : ":");
	if (len == 0 || len >= sizeof(host->name))
		return NULL;
	memcpy(host->name, text, len);
	host->name[len] = '\0';
	if (is_bracketed)
		return text[len] == ']' && is_ipv6(host->name) ? text + len + 1 : NULL;
	return strspn(host->name, NAME_CHARS) == len ? text + len : NULL;
}

int
host_parse(const char *text, const char *default_port, struct host *ret_host)
{
	struct host host;
	const char *rest = take_name(text, &host);
	uint32_t port;

	if (rest == NULL || (rest[0] != '\0' && rest[0] != ':'))
		return -EINVAL;
	rest = rest[0] == ':' ? rest + 1 : default_port;
	if (rest == NULL || text_parse_u32(rest, 1, 65535, &port) < 0)
		return -EINVAL;
	snprintf(host.port, sizeof(host.port), "%u", (unsigned)port);
	*ret_host = host;
	return 0;
}
