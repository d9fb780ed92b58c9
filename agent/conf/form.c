/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "core/mailbox.h"
#include "core/text.h"

_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) == 108, "as form_master says");

static bool
is_host(const char *text)
{
	struct in6_addr address;

	return mailbox_is_domain(text) || inet_pton(AF_INET6, text, &address) == 1;
}

static bool
is_local(const char *path)
{
	return path[0] != '\0' && strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

static bool
is_host_and_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[CONF_TEXT_SIZE];
	uint32_t ignored;

	if (colon == NULL || text_parse_u32(colon + 1, 1, 65535, &ignored) < 0)
		return false;
	text_copy(host, sizeof(host), text);
	host[colon - text] = '\0';
	return mailbox_is_domain(host);
}

/* The library takes much else, and then never says why it does not get there. */
static bool
is_master(const char *text)
{
	static const char local[] = "unix:", tcp[] = "tcp:";

	if (strncmp(text, local, strlen(local)) == 0)
		return is_local(text + strlen(local));
	return strncmp(text, tcp, strlen(tcp)) == 0 && is_host_and_port(text + strlen(tcp));
}

/* A daemon changes its folder. */
static bool
is_absolute(const char *text)
{
	return text[0] == '/';
}

const struct field_form form_mailbox = {
	mailbox_is_good,
	"a mailbox as ops@example.org",
};
const struct field_form form_recipients = {
	mailbox_is_good_list,
	"mailboxes as ops@example.org and domains as example.org, with commas between them",
};
const struct field_form form_host = {
	is_host,
	"the name or the address of a host",
};
const struct field_form form_master = {
	is_master,
	"unix:PATH, of at most 107 bytes, or tcp:HOST:PORT",
};
const struct field_form form_path = {
	is_absolute,
	"an absolute path",
};
const struct field_form form_command = {
	is_absolute,
	"the absolute path of a program, and its arguments",
};
