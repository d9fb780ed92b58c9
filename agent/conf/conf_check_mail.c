/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_check_mail.h"

#include <arpa/inet.h>
#include <errno.h>

struct check {
	const struct conf *conf;
	struct conf_place *ret_place;
	struct err *err;
};

static int
fail_at(struct check *check, enum conf_object object, size_t position, const char *key)
{
	*check->ret_place =
	    (struct conf_place){ .object = object, .position = position, .key = key };
	return -EINVAL;
}

/* `low` is above `high`, both of `object`. */
static int
refuse_pair(struct check *check, enum conf_object object, const void *settings, const char *low,
    const char *high)
{
	char low_text[FIELD_FORMAT_SIZE], high_text[FIELD_FORMAT_SIZE];

	field_format(schema_find(object, low), settings, low_text, sizeof(low_text));
	field_format(schema_find(object, high), settings, high_text, sizeof(high_text));
	err_set(check->err, -EINVAL, "%s: %s = %s is above %s = %s: want at most that",
	    schema_object_name(object), low, low_text, high, high_text);
	return fail_at(check, object, 0, low);
}

static int
check_numbers(struct check *check)
{
	const struct conf_delivery *delivery = &check->conf->delivery;
	const struct conf_limiter *limiter = &check->conf->limiter;

	if (delivery->retry_base_ms > delivery->retry_cap_ms)
		return refuse_pair(check, CONF_DELIVERY, delivery, "retry-base", "retry-cap");
	if (limiter->flood_end > limiter->flood_raises)
		return refuse_pair(check, CONF_LIMITER, limiter, "flood-end", "flood-raises");
	return 0;
}

static int
check_mail(struct check *check)
{
	const struct conf_mail *mail = &check->conf->mail;

	if (!mail->is_enabled)
		return 0;
	if (mail->from[0] == '\0') {
		err_set(check->err, -EINVAL, "mail has no from: want %s", form_mailbox.want);
		return fail_at(check, CONF_MAIL, 0, NULL);
	}
	if (check->conf->relay_count == 0) {
		err_set(check->err, -EINVAL,
		    "mail has no relay: want at least one relay { host = ... } in it");
		return fail_at(check, CONF_MAIL, 0, NULL);
	}
	return 0;
}

/* ---- relays ---- */

static bool
is_loopback(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return mailbox_is_equal(host, "localhost");
}

static bool
is_open_to_others(const struct conf_relay *relay)
{
	return relay->security == SECURITY_NONE && !relay->allow_insecure &&
	       !is_loopback(relay->host);
}

static bool
is_password_open(const struct conf_relay *relay)
{
	return relay->security == SECURITY_NONE && !relay->allow_insecure && relay->user[0] != '\0';
}

static bool
is_password_of_nobody(const struct conf_relay *relay)
{
	return relay->user[0] == '\0' && relay->password[0] != '\0';
}

static bool
is_login_of_nobody(const struct conf_relay *relay)
{
	return relay->user[0] == '\0' && relay->auth != AUTH_AUTO;
}

static bool
is_without_token(const struct conf_relay *relay)
{
	return relay->auth == AUTH_XOAUTH2 && relay->token_command[0] == '\0';
}

static bool
is_token_unused(const struct conf_relay *relay)
{
	return relay->auth != AUTH_XOAUTH2 && relay->token_command[0] != '\0';
}

static const struct {
	bool (*is_wrong)(const struct conf_relay *relay);
	const char *key, *text;
} relay_rules[] = {
	{ is_open_to_others, "security",
	    "security = none to another machine: want tls or starttls, or allow-insecure = true" },
	{ is_password_open, "user",
	    "user with security = none: want tls or starttls, or allow-insecure = true" },
	{ is_password_of_nobody, "user", "a password without a user: want user = NAME" },
	{ is_login_of_nobody, "auth", "auth without a user: want user = NAME" },
	{ is_without_token, "auth",
	    "auth = xoauth2 without a token: want token-command = COMMAND" },
	{ is_token_unused, "token-command", "token-command is for xoauth2: want auth = xoauth2" },
};

static int
check_relays(struct check *check)
{
	for (size_t i = 0; i < check->conf->relay_count; i++) {
		const struct conf_relay *relay = &check->conf->relays[i];

		for (size_t n = 0; n < sizeof(relay_rules) / sizeof(relay_rules[0]); n++) {
			if (!relay_rules[n].is_wrong(relay))
				continue;
			err_set(check->err, -EINVAL, "relay \"%s\": %s", relay->host,
			    relay_rules[n].text);
			return fail_at(check, CONF_RELAY, i, relay_rules[n].key);
		}
	}
	return 0;
}

/* ---- contacts ---- */

static int
check_contacts(struct check *check)
{
	const char *allowed = check->conf->mail.allow_recipients;

	for (size_t i = 0; i < check->conf->contact_count; i++) {
		const struct conf_contact *contact = &check->conf->contacts[i];

		if (mailbox_is_in_list(contact->address, allowed))
			continue;
		err_set(check->err, -EINVAL,
		    "contact \"%s\": address = \"%s\": want one that allow-recipients has: %s",
		    contact->name, contact->address,
		    allowed[0] != '\0' ? allowed : "there is none");
		return fail_at(check, CONF_CONTACT, i, "address");
	}
	return 0;
}

int
conf_check_mail(const struct conf *conf, struct conf_place *ret_place, struct err *err)
{
	static int (*const rules[])(struct check * check) = {
		check_numbers,
		check_mail,
		check_relays,
		check_contacts,
	};
	struct check check = { .conf = conf, .ret_place = ret_place, .err = err };

	for (size_t n = 0; n < sizeof(rules) / sizeof(rules[0]); n++) {
		int r = rules[n](&check);

		if (r < 0)
			return r;
	}
	return 0;
}
