/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>

#include "conf/schema.h"
#include "core/mailbox.h"

static bool
is_host(const char *text)
{
	struct in6_addr address;

	return mailbox_is_domain(text) || inet_pton(AF_INET6, text, &address) == 1;
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
const struct field_form form_path = {
	is_absolute,
	"an absolute path",
};
const struct field_form form_command = {
	is_absolute,
	"the absolute path of a program, and its arguments",
};
