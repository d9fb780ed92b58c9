/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration file with what it includes, profiles, a password, and a script of simulated
 * sensors. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/buses.h"
#include "conf/conf_file.h"
#include "conf/conf_print.h"
#include "conf/conf_profile.h"
#include "conf/objects.h"
#include "core/strbuf.h"
#include "drivers/sim/sim_script.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "conf", 15000 };

#define TEXT_SIZE 400000

/* libConfuse forgets arguments of include() when what follows is wrong. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfuse\n";
}

/*
 * The input is the main file up to a line "=== NAME", then the file of that name, and so on.  In
 * all of them DIR_TOKEN stands for the folder that they are in.
 */
#define MARK      "=== "
#define DIR_TOKEN "/DIR/"

static const char *const names[] = { "main.conf", "more.conf", "conf.d/a.conf", "conf.d/b.conf",
	"profiles/probe.conf", "profiles/other.conf", "secret", "script" };

/* ---- files ---- */

/* One of the profiles that come with us. */
static void
copy_profile(void)
{
	static const char name[] = "profiles/xy-md02.conf";
	const char *srcdir = getenv("ENVSENSOR_SRCDIR");
	char path[4096], text[4096];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/drivers/%s", srcdir != NULL ? srcdir : ".", name);
	file = fopen(path, "r");
	MUST(file != NULL);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	snprintf(path, sizeof(path), "data/%s", name);
	fuzz_write(fuzz_path(path), text, size);
}

static void
set_up(void)
{
	static const char *const folders[] = { "conf.d", "profiles", "data", "data/profiles" };
	static bool is_done;

	if (is_done)
		return;
	is_done = true;
	for (size_t i = 0; i < FUZZ_COUNT(folders); i++)
		MUST(mkdir(fuzz_path(folders[i]), 0700) == 0);
	setenv("ENVSENSORD_DATADIR", fuzz_path("data"), 1);
	copy_profile();
}

/* The length of what was written. */
static size_t
put_folder(const char *from, size_t size, char *to)
{
	size_t token = strlen(DIR_TOKEN);
	char *at = to;

	while (size > 0) {
		if (size >= token && memcmp(from, DIR_TOKEN, token) == 0) {
			at = mempcpy(at, fuzz_folder(), strlen(fuzz_folder()));
			*at++ = '/';
			from += token;
			size -= token;
		} else {
			*at++ = *from++;
			size--;
		}
	}
	return (size_t)(at - to);
}

static void
write_file(const char *name, const char *from, size_t size)
{
	size_t room = size + 1 + size / strlen(DIR_TOKEN) * strlen(fuzz_folder());
	char *text = malloc(room);

	MUST(text != NULL);
	size = put_folder(from, size, text);
	fuzz_write(fuzz_path(name), text, size);
	free(text);
}

/* The name behind a mark; NULL: there is none of that name. */
static const char *
find_name(const char *at, size_t size)
{
	for (size_t i = 1; i < FUZZ_COUNT(names); i++) {
		size_t length = strlen(names[i]);

		if (size > length && memcmp(at, names[i], length) == 0 && at[length] == '\n')
			return names[i];
	}
	return NULL;
}

static void
write_files(const char *at, size_t size)
{
	const char *end = at + size, *name = names[0];

	for (size_t i = 0; i < FUZZ_COUNT(names); i++)
		unlink(fuzz_path(names[i]));
	for (;;) {
		const char *mark = memmem(at, (size_t)(end - at), MARK, strlen(MARK));
		const char *next = NULL;

		if (mark != NULL)
			next = find_name(mark + strlen(MARK), (size_t)(end - mark) - strlen(MARK));
		write_file(name, at, (size_t)((next != NULL ? mark : end) - at));
		if (next == NULL)
			return;
		name = next;
		at = mark + strlen(MARK) + strlen(name) + 1;
	}
}

/* ---- what was read is printed, and read again ---- */

static int
put_line(void *context, const char *line)
{
	strbuf_add(context, "%s", line);
	return 0;
}

static size_t
print(const struct conf *conf, char *to)
{
	struct strbuf buffer;

	strbuf_init(&buffer, to, TEXT_SIZE);
	MUST(conf_print(conf, NULL, put_line, &buffer) == 0);
	MUST(!strbuf_is_cut(&buffer));
	return buffer.length;
}

static bool
has_password(const struct conf *conf)
{
	for (size_t i = 0; i < conf->relay_count; i++)
		if (conf->relays[i].password[0] != '\0')
			return true;
	return false;
}

static bool
is_same_object(enum conf_object kind, const void *a, const void *b)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == kind && !field_is_equal(field, a, b))
			return false;
	return true;
}

static void
check_same(const struct conf *a, const struct conf *b)
{
	for (size_t i = 0; i < CONF_OBJECT_COUNT; i++) {
		enum conf_object kind = (enum conf_object)i;

		MUST(objects_count(a, kind) == objects_count(b, kind));
		for (size_t n = 0; n < objects_count(a, kind); n++)
			MUST(is_same_object(kind, objects_at(a, kind, n), objects_at(b, kind, n)));
	}
}

static void
try_print(const struct conf *conf)
{
	static char text[TEXT_SIZE], again[TEXT_SIZE];
	size_t length = print(conf, text);
	struct conf *same;
	struct err err;

	if (has_password(conf))
		return; /* it is not printed */
	fuzz_write(fuzz_path("printed.conf"), text, length);
	MUST(conf_file_read(fuzz_path("printed.conf"), &buses_drivers, &same, &err) == 0);
	check_same(conf, same);
	MUST(print(same, again) == length && memcmp(again, text, length) == 0);
	conf_unref(same);
}

/* ---- the rest ---- */

static void
check_error(const struct err *err, int code)
{
	MUST(err->code == code && err->text[0] != '\0');
	for (const char *at = err->text; *at != '\0'; at++)
		MUST((unsigned char)*at >= ' ' && *at != 0x7f);
}

static void
try_profiles(void)
{
	struct conf_profiles profiles;
	struct err err;

	MUST(conf_profiles_read(fuzz_path("main.conf"), &profiles, &err) == 0);
	if (profiles.bad_count > 0)
		check_error(&profiles.bad, profiles.bad.code);
	for (size_t i = 1; i < profiles.count; i++)
		MUST(strcmp(profiles.maps[i - 1].profile.name, profiles.maps[i].profile.name) < 0);
	conf_profiles_done(&profiles);
}

static void
try_script(void)
{
	struct sim_script *script;
	struct sim_step step;
	const char *address;
	struct err err;
	int r;

	if (access(fuzz_path("script"), F_OK) < 0)
		return;
	r = sim_script_load(fuzz_path("script"), &script, &err);
	if (r < 0) {
		check_error(&err, r);
		return;
	}
	for (size_t n = 0; (address = sim_script_address(script, n)) != NULL; n++)
		for (int i = 0; i < 5; i++)
			MUST(sim_script_next(script, address, &step));
	sim_script_free(script);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *conf;
	struct err err = { 0 };
	int r;

	set_up();
	write_files((const char *)data, size);
	r = conf_file_read(fuzz_path("main.conf"), &buses_drivers, &conf, &err);
	if (r == 0) {
		try_print(conf);
		conf_unref(conf);
	} else {
		check_error(&err, r);
	}
	if (access(fuzz_path("profiles/probe.conf"), F_OK) == 0)
		try_profiles();
	try_script();
	return 0;
}
