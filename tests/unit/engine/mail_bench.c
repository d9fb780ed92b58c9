/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/mail_bench.h"

#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"
#include "core/text.h"
#include "tests/unit/unit.h"

static struct conf_contact *
add_contact(struct conf *conf, uint32_t index, const char *name, const char *address)
{
	struct conf_contact *contact = conf_add_contact(conf);

	assert_non_null(contact);
	contact->index = index;
	text_copy(contact->name, sizeof(contact->name), name);
	text_copy(contact->address, sizeof(contact->address), address);
	return contact;
}

static void
add_relay(struct conf *conf, uint32_t index, const char *host)
{
	struct conf_relay *relay = conf_add_relay(conf);

	assert_non_null(relay);
	relay->index = relay->rank = index;
	text_copy(relay->host, sizeof(relay->host), host);
}

struct conf *
mail_conf(unsigned sensors)
{
	struct conf *conf = bench_conf(sensors);

	conf->mail.is_enabled = true;
	text_copy(conf->agent.site, sizeof(conf->agent.site), "Prague 1");
	text_copy(conf->mail.from, sizeof(conf->mail.from), "sensors@example.org");
	text_copy(conf->mail.allow_recipients, sizeof(conf->mail.allow_recipients), "example.org");
	add_relay(conf, 1, "mail.example.org");
	add_contact(conf, 1, "ops", "ops@example.org");
	add_contact(conf, 2, "boss", "boss@example.org")->min_severity = SEVERITY_CRITICAL;
	return conf;
}

struct conf *
two_relays_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	add_relay(conf, 2, "backup.example.org");
	return conf;
}

void
mail_begin(struct bench *bench, unsigned sensors)
{
	if (bench->make_conf == bench_conf)
		bench->make_conf = mail_conf;
	bench_begin(bench, sensors);
	bench->answers = true; /* channel snmp works */
	bench_mailer(bench, true);
}

void
mail_restart(struct bench *bench, int64_t milli)
{
	bench_restart(bench);
	bench_up(bench, true);
	bench_mailer(bench, true);
	bench_reads_from(bench, 1, 1, milli);
	if (bench->sensors > 1)
		bench_reads_from(bench, 2, bench->sensors - 1, 20000);
}

void
mail_assert_subject(const struct bench *bench, size_t n, const char *wanted)
{
	const char *subject = bench_header(bench, n, "Subject");
	char plain[512] = "";
	struct strbuf out;

	/* as it is encoded, but for the words around it */
	strbuf_init(&out, plain, sizeof(plain));
	for (; *subject != '\0'; subject++) {
		if (strncmp(subject, "?= =?UTF-8?Q?", 13) == 0)
			subject += 12;
		else if (strncmp(subject, "=?UTF-8?Q?", 10) == 0)
			subject += 9;
		else if (strncmp(subject, "?=", 2) == 0)
			subject += 1;
		else if (*subject == '_')
			strbuf_add(&out, " ");
		else if (*subject == '=' && subject[1] != '\0' && subject[2] != '\0') {
			char digits[3] = { subject[1], subject[2], '\0' };

			strbuf_add(&out, "%c", (char)strtol(digits, NULL, 16));
			subject += 2;
		} else
			strbuf_add(&out, "%c", *subject);
	}
	if (strncmp(plain, wanted, strlen(wanted)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", plain, wanted);
}

const struct contact_view *
mail_contact(struct bench *bench, size_t n)
{
	return &bench_look(bench)->mail->contacts[n];
}
