/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- input ---- */

bool
fuzz_is_over(const struct fuzz_input *input)
{
	return input->at == input->end;
}

unsigned
fuzz_byte(struct fuzz_input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

unsigned
fuzz_below(struct fuzz_input *input, unsigned limit)
{
	return fuzz_byte(input) % limit;
}

uint32_t
fuzz_u32(struct fuzz_input *input)
{
	uint32_t number = 0;

	for (int i = 0; i < 4; i++)
		number = number << 8 | fuzz_byte(input);
	return number;
}

size_t
fuzz_octets(struct fuzz_input *input, char *to, size_t size)
{
	size_t length = fuzz_byte(input), left = (size_t)(input->end - input->at);

	if (length > left)
		length = left;
	if (length >= size)
		length = size - 1;
	memcpy(to, input->at, length);
	to[length] = '\0';
	input->at += length;
	return length;
}

const char *
fuzz_text(struct fuzz_input *input, char *to, size_t size)
{
	fuzz_octets(input, to, size);
	return to;
}

/* ---- folders ---- */

static char own_folder[64];
static pid_t owner;

static void
empty(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char name[512];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) == 0)
			continue;
		empty(name);
		rmdir(name);
	}
	if (folder != NULL)
		closedir(folder);
}

void
fuzz_empty_folder(void)
{
	empty(fuzz_folder());
}

static void
remove_folder(void)
{
	if (getpid() != owner)
		return;
	empty(own_folder);
	rmdir(own_folder);
}

const char *
fuzz_folder(void)
{
	static const char *const places[] = { "/dev/shm", "/tmp" };

	for (size_t i = 0; i < FUZZ_COUNT(places) && own_folder[0] == '\0'; i++) {
		snprintf(own_folder, sizeof(own_folder), "%s/fuzz.XXXXXX", places[i]);
		if (mkdtemp(own_folder) == NULL)
			own_folder[0] = '\0';
	}
	MUST(own_folder[0] != '\0');
	if (owner == 0)
		atexit(remove_folder);
	owner = getpid();
	return own_folder;
}

const char *
fuzz_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
	return path;
}

void
fuzz_write(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	close(fd);
}
