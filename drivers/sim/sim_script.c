/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/sim/sim_script.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

#define HANG     "hang:"
#define HANG_MAX 600000
#define REPEAT   "repeat"

static const struct {
	const char *word;
	struct sim_step step;
} words[] = {
	{ "silent", { .reading = { .reason = FAULT_NO_REPLY } } },
	{ "badReply", { .reading = { .reason = FAULT_BAD_REPLY } } },
	{ "deviceError", { .reading = { .reason = FAULT_DEVICE_ERROR } } },
	{ "badAddress", { .reading = { .reason = FAULT_BAD_ADDRESS } } },
	{ "nan", { .reading = { FAULT_NONE, { .kind = RAW_REAL, .d = NAN } } } },
	{ "lost", { .is_lost = true } },
};

/* An address and its words: strings one behind the other in the script's text. */
struct sim_line {
	const char *address;
	const char *first, *next, *end; /* words; end: behind the last */
	bool is_repeated;
};

struct sim_script {
	char *text; /* the file, with a NUL behind each word */
	size_t line_count;
	struct sim_line *lines; /* sorted by address */
	struct stat stat;       /* of the file when it was read */
};

static bool
parse_word(const char *word, struct sim_step *ret_step)
{
	int32_t milli;
	uint32_t hang_ms;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) == 0) {
			*ret_step = words[i].step;
			return true;
		}
	}
	if (strncmp(word, HANG, strlen(HANG)) == 0 &&
	    text_parse_u32(word + strlen(HANG), 0, HANG_MAX, &hang_ms) == 0) {
		*ret_step = (struct sim_step){ reading_bad(FAULT_NO_REPLY), .hang_ms = hang_ms };
		return true;
	}
	if (text_parse_fixed(word, 3, &milli) < 0)
		return false;
	*ret_step = (struct sim_step){
		.reading = reading_good((struct raw){ .kind = RAW_MILLI, .i = milli }),
	};
	return true;
}

/* Cuts the next word off the line. NULL: none left. An address may stand in quotes. */
static char *
cut_word(char **line)
{
	char *word = *line + strspn(*line, " \t\r"), *end;

	if (*word == '\0' || *word == '#')
		return NULL;
	if (*word == '"' && (end = strchr(word + 1, '"')) != NULL)
		word++;
	else
		end = word + strcspn(word, " \t\r");
	*line = end + (*end != '\0');
	*end = '\0';
	return word;
}

/* Packs the words of a line behind its address, so that one is found from the other by strlen. */
static int
parse_line(char *text, struct sim_line *line, struct err *err)
{
	struct sim_step step;
	char *word, *to;

	*line = (struct sim_line){ .address = cut_word(&text) };
	if (line->address == NULL)
		return 0;
	to = text;
	line->first = line->next = to;
	while (!line->is_repeated && (word = cut_word(&text)) != NULL) {
		if (strcmp(word, REPEAT) == 0 && to > line->first) {
			line->is_repeated = true;
		} else if (parse_word(word, &step)) {
			size_t size = strlen(word) + 1;

			memmove(to, word, size);
			to += size;
		} else {
			return err_set(err, -EINVAL,
			    "\"%.40s\": want a number with up to three decimals, silent, badReply, "
			    "deviceError, badAddress, nan, lost, hang:MS, or a last repeat",
			    word);
		}
	}
	line->end = to;
	if (to == line->first)
		return err_set(err, -EINVAL, "\"%.64s\" has no values", line->address);
	if (cut_word(&text) != NULL)
		return err_set(err, -EINVAL, "\"repeat\" must be the last word");
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	return strcmp(((const struct sim_line *)a)->address, ((const struct sim_line *)b)->address);
}

static int
parse_text(struct sim_script *script, const char *path, struct err *err)
{
	char *text = script->text, *line;
	size_t room = 1, count = 0;
	int number = 0;

	assert(text != NULL);
	for (const char *c = text; *c != '\0'; c++)
		room += *c == '\n';
	script->lines = calloc(room, sizeof(*script->lines));
	if (script->lines == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		if (parse_line(line, &script->lines[count], err) < 0) {
			err_prefix(err, "%s:%d: ", path, number);
			return -EINVAL;
		}
		count += script->lines[count].address != NULL;
	}
	script->line_count = count;
	qsort(script->lines, count, sizeof(*script->lines), by_address);
	for (size_t i = 1; i < count; i++)
		if (by_address(&script->lines[i - 1], &script->lines[i]) == 0)
			return err_set(err, -EINVAL, "%s: \"%.64s\" is given twice", path,
			    script->lines[i].address);
	return 0;
}

static int
read_text(struct sim_script *script, int fd)
{
	size_t len = 0, size;
	ssize_t got;

	if (fstat(fd, &script->stat) < 0)
		return -errno;
	if (!S_ISREG(script->stat.st_mode))
		return -EINVAL;
	if (script->stat.st_size > SIM_SCRIPT_MAX_BYTES)
		return -EFBIG;
	size = (size_t)script->stat.st_size + 1;
	script->text = calloc(1, size);
	if (script->text == NULL)
		return -ENOMEM;
	/* What is written to the file from now on is seen as a change by the next read. */
	while (len < size - 1 && (got = read(fd, script->text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	return 0;
}

int
sim_script_load(const char *path, struct sim_script **ret_script, struct err *err)
{
	struct sim_script *script = calloc(1, sizeof(*script));
	int fd, r;

	if (script == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	r = fd < 0 ? -errno : read_text(script, fd);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		err_set(err, r, "%s: %s", path, strerror(-r));
	else
		r = parse_text(script, path, err);
	if (r < 0)
		sim_script_free(script);
	else
		*ret_script = script;
	return r;
}

void
sim_script_free(struct sim_script *script)
{
	if (script == NULL)
		return;
	free(script->lines);
	free(script->text);
	free(script);
}

bool
sim_script_is_current(const struct sim_script *script, const char *path)
{
	const struct stat *then = &script->stat;
	struct stat now;

	return stat(path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
	       now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

bool
sim_script_next(struct sim_script *script, const char *address, struct sim_step *ret_step)
{
	struct sim_line key = { .address = address };
	struct sim_line *line =
	    bsearch(&key, script->lines, script->line_count, sizeof(key), by_address);
	const char *following;

	if (line == NULL)
		return false;
	parse_word(line->next, ret_step);
	following = line->next + strlen(line->next) + 1;
	if (following < line->end)
		line->next = following;
	else if (line->is_repeated)
		line->next = line->first;
	return true;
}

const char *
sim_script_address(const struct sim_script *script, size_t n)
{
	return n < script->line_count ? script->lines[n].address : NULL;
}
