/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of mail only a file has: passwords in files of their own, and who may get mail if it does
 * not say so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_reader.h"
#include "conf/conf_source.h"
#include "core/strbuf.h"

static int
fail_at(struct conf_place *ret_place, enum conf_object object, size_t position, const char *key)
{
	*ret_place = (struct conf_place){ .object = object, .position = position, .key = key };
	return -EINVAL;
}

/* ---- passwords ---- */

static int
take_password(const struct conf_source *source, struct conf_relay *relay, struct err *err)
{
	char *text = source->text;
	size_t length = source->length;

	if (!source->is_private)
		return err_set(
		    err, -EINVAL, "others than its owner may read it: want mode 0600 or 0400");
	if (length > 0 && text[length - 1] == '\n')
		length--;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	if (length == 0 || memchr(text, '\0', length) != NULL)
		return err_set(err, -EINVAL, "%s: want one line, the password",
		    length == 0 ? "it is empty" : "it has a NUL byte");
	text[length] = '\0';
	return field_parse(schema_find(CONF_RELAY, "password"), text, relay, err);
}

static int
read_password(struct conf_relay *relay, struct err *err)
{
	struct conf_source source;
	int r = conf_source_read(relay->password_file, &source, err);

	if (r == 0) {
		r = take_password(&source, relay, err);
		explicit_bzero(source.text, source.length);
		free(source.text);
	}
	if (r < 0)
		err_prefix(err, "relay \"%s\": password-file = \"%s\": ", relay->host,
		    relay->password_file);
	return r;
}

/* Unlike a password-file that is open it is not refused: an agent that does not start is the
 * greater harm. */
static void
remark_on_open_file(const struct reader *reader)
{
	const size_t key = schema_number(schema_find(CONF_RELAY, "password"));
	struct conf *conf = reader->conf;

	for (size_t i = 0; i < conf->relay_count; i++) {
		const struct spot *spot = &reader->relays.spots[i];
		const struct file *file = &reader->files[spot->file];

		if (!file->is_open || conf->relays[i].password[0] == '\0')
			continue;
		snprintf(conf->remark, sizeof(conf->remark),
		    "%s:%u: relay \"%s\": a password in a file that everybody may read: want mode "
		    "0640 or 0600, or password-file = PATH",
		    file->path, spot->lines[key], conf->relays[i].host);
		return;
	}
}

static int
read_passwords(struct reader *reader, struct conf_place *ret_place)
{
	for (size_t i = 0; i < reader->conf->relay_count; i++) {
		struct conf_relay *relay = &reader->conf->relays[i];

		if (relay->password_file[0] == '\0')
			continue;
		if (relay->password[0] != '\0')
			err_set(&reader->err, -EINVAL,
			    "relay \"%s\": password and password-file: want one of them",
			    relay->host);
		else
			read_password(relay, &reader->err);
		if (reader->err.code != 0) {
			fail_at(ret_place, CONF_RELAY, i, "password-file");
			return reader->err.code;
		}
	}
	return 0;
}

/* ---- recipients ---- */

/* The domains of all contacts, each once. */
static int
allow_domains(struct reader *reader, struct conf_place *ret_place)
{
	struct conf_mail *mail = &reader->conf->mail;
	struct strbuf list;

	if (mail->allow_recipients[0] != '\0')
		return 0;
	strbuf_init(&list, mail->allow_recipients, sizeof(mail->allow_recipients));
	for (size_t i = 0; i < reader->conf->contact_count; i++) {
		const char *address = reader->conf->contacts[i].address;

		if (mailbox_is_in_list(address, mail->allow_recipients))
			continue;
		strbuf_add(&list, "%s%s", list.length == 0 ? "" : ", ", mailbox_domain(address));
		if (!strbuf_is_cut(&list))
			continue;
		err_set(&reader->err, -EINVAL,
		    "contact \"%s\" has one domain too many for the default of allow-recipients: "
		    "want mail { allow-recipients = { ... } }",
		    reader->conf->contacts[i].name);
		return fail_at(ret_place, CONF_CONTACT, i, "address");
	}
	return 0;
}

int
conf_mail_complete(struct reader *reader, struct conf_place *ret_place)
{
	int r;

	if (reader->conf->contact_count > 0 && reader->singles[CONF_MAIL].line == 0) {
		err_set(&reader->err, -EINVAL,
		    "contact \"%s\", but no mail: want mail { from = ... relay { host = ... } }",
		    reader->conf->contacts[0].name);
		return fail_at(ret_place, CONF_CONTACT, 0, NULL);
	}
	remark_on_open_file(reader);
	r = read_passwords(reader, ret_place);
	return r < 0 ? r : allow_domains(reader, ret_place);
}
