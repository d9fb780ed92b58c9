/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections about deliveries and mail, as a file has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/conf/conf_folder.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define BUS      "bus line { driver = sim }\n"
#define FROM     "from = \"sensors@example.org\"\n"
#define HOST     "host = mail.example.org\n"
#define MAIL     "mail {\n" FROM "relay { " HOST " }\n}\n"
#define CONTACT  "contact ops { address = \"ops@example.org\" }\n"
#define A63      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PASSWORD "password.txt"

static void
write_password(const char *text, size_t length, mode_t mode)
{
	write_octets(PASSWORD, text, length);
	assert_int_equal(chmod(PASSWORD, mode), 0);
}

static const char example[] =
    BUS "max-shelve = 2h  event-maximum = 500  heartbeat-interval = 1h\n"
	"delivery { retry-base = 1s  retry-cap = 2s  maximum = 100  useful-for = 30m }\n"
	"breaker { failures = 5 }\n"
	"limiter { burst = 2  interval = 1m  per-hour = 10  per-day = 20 }\n"
	"mail {\n"
	"    from = \"sensors@example.org\"\n"
	"    allow-recipients = { \"example.org\", \"oncall@example.net\" }\n"
	"    group-window = 500ms\n"
	"    relay {\n"
	"        host = \"mail.example.org\"  user = \"sensors@example.org\"\n"
	"        password = \"a b\"  auth = scram-sha-256  dot-timeout = 5m\n"
	"    }\n"
	"    relay { host = \"backup.example.org\" port = 587 security = starttls }\n"
	"    relay { host = \"::1\" port = 25 security = none }\n"
	"}\n"
	"contact \"ops\" { address = \"ops@example.org\"  min-severity = critical\n"
	"    sensors = \"rack-*\"  clears = no  escalate-after = 15m  heartbeat = yes }\n"
	"contact \"on call\" { address = \"oncall@example.net\"  enabled = no }\n";

static void
reads_all_sections(void **state)
{
	struct conf *conf = read_good(example);

	(void)state;
	assert_int_equal(conf->agent.max_shelve_s, 7200);
	assert_int_equal(conf->agent.heartbeat_interval_s, 3600);
	assert_int_equal(conf->event.maximum, 500);
	assert_int_equal(conf->delivery.retry_base_ms, 1000);
	assert_int_equal(conf->delivery.retry_cap_ms, 2000);
	assert_int_equal(conf->delivery.maximum, 100);
	assert_int_equal(conf->delivery.useful_for_s, 1800);
	assert_int_equal(conf->delivery.useful_for_test_s, 600);
	assert_int_equal(conf->breaker.failures, 5);
	assert_int_equal(conf->limiter.burst, 2);
	assert_int_equal(conf->limiter.interval_s, 60);
	assert_int_equal(conf->limiter.per_hour, 10);
	assert_int_equal(conf->limiter.per_day, 20);
	assert_true(conf->mail.is_enabled);
	assert_string_equal(conf->mail.from, "sensors@example.org");
	assert_string_equal(conf->mail.allow_recipients, "example.org, oncall@example.net");
	assert_int_equal(conf->mail.group_window_ms, 500);
	assert_int_equal(conf->mail.heartbeat_interval_s, 86400);
	assert_false(conf->mail.allow_secret_set);
	conf_unref(conf);
}

static void
reads_relays_and_contacts_in_order(void **state)
{
	struct conf *conf = read_good(example);
	const struct conf_relay *relays = conf->relays;
	const struct conf_contact *contacts = conf->contacts;

	(void)state;
	assert_int_equal(conf->relay_count, 3);
	assert_string_equal(relays[0].host, "mail.example.org");
	assert_int_equal(relays[0].port, 465);
	assert_int_equal(relays[0].security, SECURITY_TLS);
	assert_string_equal(relays[0].user, "sensors@example.org");
	assert_string_equal(relays[0].password, "a b");
	assert_int_equal(relays[0].auth, AUTH_SCRAM_SHA_256);
	assert_int_equal(relays[0].dot_timeout_ms, 300000);
	assert_int_equal(relays[0].connect_timeout_ms, 30000);
	assert_int_equal(relays[0].storage, STORAGE_PERMANENT);
	assert_string_equal(relays[1].host, "backup.example.org");
	assert_int_equal(relays[1].security, SECURITY_STARTTLS);
	assert_string_equal(relays[1].user, "");
	assert_int_equal(relays[2].security, SECURITY_NONE);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(relays[i].rank, i + 1);
	assert_int_equal(conf->contact_count, 2);
	assert_string_equal(contacts[0].name, "ops");
	assert_int_equal(contacts[0].min_severity, SEVERITY_CRITICAL);
	assert_string_equal(contacts[0].sensors, "rack-*");
	assert_false(contacts[0].wants_clears);
	assert_int_equal(contacts[0].escalate_after_s, 900);
	assert_true(contacts[0].wants_heartbeat);
	assert_true(contacts[0].is_enabled);
	assert_string_equal(contacts[1].name, "on call");
	assert_string_equal(contacts[1].sensors, "*");
	assert_int_equal(contacts[1].min_severity, SEVERITY_WARNING);
	assert_true(contacts[1].wants_clears);
	assert_false(contacts[1].is_enabled);
	conf_unref(conf);
}

static void
mail_is_off_without_its_section(void **state)
{
	struct conf *conf = read_good(BUS);

	(void)state;
	assert_false(conf->mail.is_enabled);
	assert_string_equal(conf->mail.from, "");
	conf_unref(conf);
	conf = read_good(BUS "mail { " FROM " enabled = no }"); /* needs no relay */
	assert_false(conf->mail.is_enabled);
	conf_unref(conf);
}

static void
the_domains_of_the_contacts_may_get_mail(void **state)
{
	static const struct {
		const char *text, *allowed;
	} cases[] = {
		{ BUS MAIL, "" },
		{ BUS MAIL CONTACT, "example.org" },
		{ CONTACT BUS "mail { " FROM " allow-recipients = { } relay { " HOST " } }",
		    "example.org" },
		{ BUS MAIL CONTACT "contact b { address = \"b@example.net\" }\n"
				   "contact c { address = \"c@Example.Org\" }",
		    "example.org, example.net" },
		{ CONTACT BUS "mail { " FROM " allow-recipients = 'ops@example.org'\nrelay { " HOST
			      " } }",
		    "ops@example.org" },
		{ CONTACT BUS "mail { " FROM " allow-recipients = { 'x@a', 'b example.org' }\n"
			      "relay { " HOST " } }",
		    "x@a, b example.org" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf = read_good(cases[i].text);

		assert_string_equal(conf->mail.allow_recipients, cases[i].allowed);
		conf_unref(conf);
	}
}

static void
sections_may_stand_in_included_files(void **state)
{
	struct conf *conf;

	(void)state;
	write_text("mail.conf", MAIL);
	write_text("ops.conf", CONTACT);
	conf = read_good("include('ops.conf') include('mail.conf')\n" BUS);
	assert_true(conf->mail.is_enabled);
	assert_int_equal(conf->relay_count, 1);
	assert_int_equal(conf->contact_count, 1);
	conf_unref(conf);
}

#define RELAY(keys) BUS "mail {\n" FROM "relay {\n" HOST keys " }\n}\n"

static const struct {
	const char *text, *error;
} bad[] = {
	/* what is missing */
	{ BUS CONTACT, "main.conf:2: contact \"ops\", but no mail: want mail { from = ... relay { "
		       "host = ... } }" },
	{ BUS "\nmail { relay { " HOST " } }",
	    "main.conf:3: mail has no from: want a mailbox as ops@example.org" },
	{ BUS "mail {\n" FROM "}",
	    "main.conf:2: mail has no relay: want at least one relay { host = ... } in it" },
	{ BUS "mail {\n" FROM "relay { port = 25 } }",
	    "main.conf:4: relay has no host: want the name or the address of a host" },
	{ BUS MAIL "contact ops { }",
	    "main.conf:7: contact \"ops\" has no address: want a mailbox as ops@example.org" },
	{ BUS "mail { }", "main.conf:2: mail has no from: want a mailbox as ops@example.org" },

	/* what is in the wrong place */
	{ BUS "relay { " HOST " }", "main.conf:2: a relay here: want it inside mail { ... }" },
	{ BUS "mail {\n" FROM CONTACT "}",
	    "main.conf:4: \"contact\" inside mail: want a closing } before it" },
	{ BUS "mail {\n" FROM "relay {\n" HOST "relay { " HOST " } } }",
	    "main.conf:6: \"relay\" inside relay: want a closing } before it" },
	{ BUS "mail {\n form = x }",
	    "main.conf:3: unknown key \"form\" in mail: want enabled, from, allow-recipients, "
	    "allow-secret-set, group-window, delayed-after, check-interval, "
	    "check-interval-failed, check-failures, heartbeat-interval, fallback-after, "
	    "auth-tries, auth-retry, connection-mails, relay" },
	{ RELAY("pass = x"),
	    "main.conf:6: unknown key \"pass\" in relay: want host, port, security, user, "
	    "password, password-file, ca-file, auth, token-command, connect-timeout, "
	    "command-timeout, data-timeout, block-timeout, dot-timeout, deadline, "
	    "allow-insecure" },
	{ BUS "breaker {\n fails = 3 }",
	    "main.conf:3: unknown key \"fails\" in breaker: want failures" },
	{ BUS MAIL "contact ops {\n adress = x }",
	    "main.conf:8: unknown key \"adress\" in contact \"ops\": want address, min-severity, "
	    "sensors, enabled, clears, escalate-after, heartbeat" },

	/* what stands twice */
	{ BUS MAIL MAIL, "main.conf:7: mail is given twice, first at main.conf:2: want it once" },
	{ BUS "delivery { }\ndelivery { }",
	    "main.conf:3: delivery is given twice, first at main.conf:2: want it once" },
	{ BUS "event-maximum = 500\nmax-shelve = 1h\nevent-maximum = 500",
	    "main.conf:4: event-maximum is given twice, first at main.conf:2: want it once" },
	{ BUS "mail {\n" FROM FROM "}",
	    "main.conf:4: from is given twice, first at main.conf:3: want it once" },
	{ BUS "mail {\n" FROM "allow-recipients = { a, b }\nallow-recipients = { c }\n}",
	    "main.conf:5: allow-recipients is given twice, first at main.conf:4: want it once" },
	{ RELAY("port = 1\nport = 2"),
	    "main.conf:7: port is given twice, first at main.conf:6: want it once" },
	{ BUS MAIL CONTACT CONTACT,
	    "main.conf:8: contact \"ops\" is declared twice: want unique names (first at "
	    "main.conf:7)" },

	/* what does not go together */
	{ BUS "delivery {\n retry-cap = 10s\n retry-base = 11s }",
	    "main.conf:4: delivery: retry-base = 11s is above retry-cap = 10s: want at most that" },
	{ BUS "limiter {\n flood-end = 11 }",
	    "main.conf:3: limiter: flood-end = 11 is above flood-raises = 10: want at most that" },
	{ RELAY("security = none"),
	    "main.conf:6: relay \"mail.example.org\": security = none to another machine: want tls "
	    "or starttls, or allow-insecure = true" },
	{ BUS "mail {\n" FROM "relay { host = localhost\nsecurity = none\nuser = u } }",
	    "main.conf:6: relay \"localhost\": user with security = none: want tls or starttls, or "
	    "allow-insecure = true" },
	{ RELAY("password = hunter2"),
	    "main.conf:4: relay \"mail.example.org\": a password without a user: want user = "
	    "NAME" },
	{ RELAY("auth = plain"),
	    "main.conf:6: relay \"mail.example.org\": auth without a user: want user = NAME" },
	{ RELAY("user = u\nauth = xoauth2"),
	    "main.conf:7: relay \"mail.example.org\": auth = xoauth2 without a token: want "
	    "token-command = COMMAND" },
	{ RELAY("user = u\ntoken-command = '/bin/token'"),
	    "main.conf:7: relay \"mail.example.org\": token-command is for xoauth2: want auth = "
	    "xoauth2" },
	{ RELAY("user = u\npassword = hunter2\npassword-file = '/x'"),
	    "main.conf:8: relay \"mail.example.org\": password and password-file: want one of "
	    "them" },
	{ BUS "mail { " FROM "allow-recipients = { example.net, 'a@example.org' }\nrelay { " HOST
	      " } }\n" CONTACT,
	    "main.conf:6: contact \"ops\": address = \"ops@example.org\": want one that "
	    "allow-recipients has: example.net, a@example.org" },

	/* what is no value */
	{ BUS "mail {\n allow-recipients = { example.org, '*' }\n}",
	    "main.conf:3: allow-recipients = \"example.org, *\": want mailboxes as ops@example.org "
	    "and domains as example.org, with commas between them, or nothing" },
	{ BUS "mail {\n from = { a } }", "main.conf:3: unexpected token '{': want KEY = VALUE or "
					 "bus \"NAME\" { ... }" },
	{ BUS "contact 'a;b' { }", "main.conf:2: contact name = \"a;b\": want 1 to 32 of letters, "
				   "digits, blank, - _ . : / #, with no blank at either end" },
	{ BUS "contact a { address = 'a@b'\nsensors = '' }",
	    "main.conf:3: sensors = \"\": want 1 to 255 bytes of UTF-8 without controls" },
};

static void
refuses_with_file_line_and_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		assert_true(read_text(bad[i].text, &conf, &err) < 0);
		assert_string_equal(err.text, bad[i].error);
		assert_null(conf);
	}
}

static void
none_is_enough_on_this_machine(void **state)
{
	static const struct {
		const char *keys;
		bool is_good;
	} cases[] = {
		{ "host = localhost", true },
		{ "host = LocalHost", true },
		{ "host = '127.0.0.1'", true },
		{ "host = '127.255.0.7'", true },
		{ "host = '::1'", true },
		{ "host = '::2'", false },
		{ "host = '128.0.0.1'", false },
		{ "host = '127.0.0.1.example.org'", false },
		{ "host = 'localhost.example.org'", false },
		{ "host = '192.0.2.1' allow-insecure = yes", true },
		{ "host = '192.0.2.1' allow-insecure = yes user = u password = p", true },
		{ "host = localhost user = u", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512];
		struct conf *conf = NULL;
		struct err err;

		snprintf(text, sizeof(text), BUS "mail { " FROM " relay { security = none %s } }",
		    cases[i].keys);
		if ((read_text(text, &conf, &err) == 0) != cases[i].is_good)
			fail_msg("%s", cases[i].keys);
		conf_unref(conf);
	}
}

/* ---- passwords ---- */

#define SECRET "mail { " FROM " relay { " HOST " user = u\npassword = hunter2 } }\n"

static void
remarks_on_a_password_that_everybody_may_read(void **state)
{
	static const struct {
		const char *main, *included;
		mode_t main_mode, included_mode;
		const char *where; /* NULL: nothing to remark on */
	} cases[] = {
		{ BUS SECRET, "", 0644, 0600, "main.conf:5" },
		{ BUS SECRET, "", 0604, 0600, "main.conf:5" },
		{ BUS SECRET, "", 0640, 0644, NULL }, /* as the package makes it */
		{ BUS SECRET, "", 0600, 0600, NULL },
		{ BUS MAIL, CONTACT, 0644, 0644, NULL },
		{ BUS, SECRET, 0600, 0644, "part.conf:4" },
		{ BUS, SECRET, 0644, 0640, NULL },
		{ BUS "mail { " FROM " relay { " HOST " user = u\npassword = '' } }", "", 0644,
		    0644, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[1024], remark[256] = "";
		struct conf *conf;
		struct err err;

		snprintf(text, sizeof(text), "%sinclude(part.conf)\n", cases[i].main);
		write_text("main.conf", text);
		write_text("part.conf", cases[i].included);
		assert_int_equal(chmod("main.conf", cases[i].main_mode), 0);
		assert_int_equal(chmod("part.conf", cases[i].included_mode), 0);
		assert_int_equal(conf_file_read("main.conf", &mock_drivers, &conf, &err), 0);
		if (cases[i].where != NULL)
			snprintf(remark, sizeof(remark),
			    "%s: relay \"mail.example.org\": a password in a file that everybody "
			    "may read: want mode 0640 or 0600, or password-file = PATH",
			    cases[i].where);
		assert_string_equal(conf->remark, remark);
		conf_unref(conf);
	}
}

static int
read_with_password_file(struct conf **ret_conf, struct err *err)
{
	char folder[256], text[512];

	assert_non_null(getcwd(folder, sizeof(folder)));
	snprintf(text, sizeof(text),
	    BUS "mail { " FROM " relay { " HOST " user = u\npassword-file = '%s/" PASSWORD "' } }",
	    folder);
	return read_text(text, ret_conf, err);
}

static void
takes_a_password_from_its_file(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *password;
	} cases[] = {
		{ "hunter2\n", 0600, "hunter2" },
		{ "hunter2", 0400, "hunter2" },
		{ "hunter2\r\n", 0700, "hunter2" },
		{ " two words \n", 0600, " two words " },
		{ "pl\xc5\xbe\n", 0600, "pl\xc5\xbe" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf;
		struct err err;

		unlink(PASSWORD);
		write_password(cases[i].text, strlen(cases[i].text), cases[i].mode);
		if (read_with_password_file(&conf, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(conf->relays[0].password, cases[i].password);
		conf_unref(conf);
	}
}

static void
refuses_a_password_file_and_does_not_show_it(void **state)
{
	static const char many[] = A63 A63 A63 A63 "aaaa"; /* one too many */
	static const struct {
		const char *text;
		size_t length;
		mode_t mode;
		const char *error;
	} cases[] = {
		{ "hunter2", 7, 0604, "others than its owner may read it: want mode 0600 or 0400" },
		{ "", 0, 0600, "it is empty: want one line, the password" },
		{ "\n", 1, 0600, "it is empty: want one line, the password" },
		{ "hunter2\0x", 9, 0600, "it has a NUL byte: want one line, the password" },
		{ "hunter2\nhunter3\n", 16, 0600,
		    "password: want at most 255 bytes of UTF-8 without controls" },
		{ "hunter2\xff", 8, 0600,
		    "password: want at most 255 bytes of UTF-8 without controls" },
		{ many, sizeof(many) - 1, 0600,
		    "password: want at most 255 bytes of UTF-8 without controls" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		unlink(PASSWORD);
		write_password(cases[i].text, cases[i].length, cases[i].mode);
		assert_true(read_with_password_file(&conf, &err) < 0);
		assert_ptr_equal(
		    strstr(err.text, "main.conf:5: relay \"mail.example.org\": password-file = "),
		    err.text);
		if (strstr(err.text, cases[i].error) == NULL)
			fail_msg("%s", err.text);
		assert_null(strstr(err.text, "hunter"));
	}
	unlink(PASSWORD);
	{
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		assert_int_equal(read_with_password_file(&conf, &err), -ENOENT);
		assert_non_null(strstr(err.text, PASSWORD "\": No such file or directory"));
	}
}

/* An access list for the service shows as rights of the group; so systemd lends credentials. */
static void
the_group_may_read_what_is_of_root_alone(void **state)
{
	bool is_root = geteuid() == 0 && getegid() == 0;
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	write_password("hunter2", 7, 0440);
	assert_int_equal(read_with_password_file(&conf, &err), is_root ? 0 : -EINVAL);
	conf_unref(conf);
	conf = NULL;
	if (!is_root)
		return;
	assert_int_equal(chown(PASSWORD, 0, 1), 0);
	assert_int_equal(read_with_password_file(&conf, &err), -EINVAL);
	assert_int_equal(chown(PASSWORD, 1, 0), 0);
	assert_int_equal(read_with_password_file(&conf, &err), -EINVAL);
}

/* A default that would be cut might let in half a domain. */
static void
too_many_domains_are_refused(void **state)
{
	static char text[8192];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", BUS MAIL);
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	for (int i = 0; i < 20; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "contact c%d { address = 'a@d%d." A63 "' }\n", i, i);
	assert_int_equal(read_text(text, &conf, &err), -EINVAL);
	assert_string_equal(err.text,
	    "main.conf:22: contact \"c15\" has one domain too many for the default of "
	    "allow-recipients: want mail { allow-recipients = { ... } }");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(reads_all_sections),
		IN_FOLDER(reads_relays_and_contacts_in_order),
		IN_FOLDER(mail_is_off_without_its_section),
		IN_FOLDER(the_domains_of_the_contacts_may_get_mail),
		IN_FOLDER(sections_may_stand_in_included_files),
		IN_FOLDER(refuses_with_file_line_and_what_is_allowed),
		IN_FOLDER(none_is_enough_on_this_machine),
		IN_FOLDER(remarks_on_a_password_that_everybody_may_read),
		IN_FOLDER(takes_a_password_from_its_file),
		IN_FOLDER(refuses_a_password_file_and_does_not_show_it),
		IN_FOLDER(the_group_may_read_what_is_of_root_alone),
		IN_FOLDER(too_many_domains_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
