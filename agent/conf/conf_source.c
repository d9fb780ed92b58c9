/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "conf/conf_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf_file.h"

#define SUFFIX ".conf"

static int
set_errno(struct err *err, int code)
{
	return err_set(err, code, "%s", strerror(-code));
}

/* Root reads everything, so what root has checked may be closed to the daemon. */
static int
refuse_to_open(int code, struct err *err)
{
	if (code != -EACCES)
		return set_errno(err, code);
	return err_set(err, code, "%s: want it readable by uid %u, which runs this",
	    strerror(EACCES), (unsigned)geteuid());
}

static int
read_all(int fd, size_t length, char **ret_text, size_t *ret_length, struct err *err)
{
	char *text = malloc(length + 1);
	size_t have = 0;

	if (text == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	while (have < length) {
		ssize_t n = read(fd, text + have, length - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return set_errno(err, -errno);
		}
		if (n == 0)
			break;
		have += (size_t)n;
	}
	text[have] = '\0';
	*ret_text = text;
	*ret_length = have;
	return 0;
}

static int
check_kind(const struct stat *status, struct err *err)
{
	if (S_ISDIR(status->st_mode))
		return err_set(err, -EISDIR, "is a directory: want a file");
	if (!S_ISREG(status->st_mode))
		return err_set(err, -EINVAL, "is not a regular file");
	if (status->st_size > CONF_FILE_MAX_BYTES)
		return err_set(err, -EFBIG, "has %lld bytes: want at most %d",
		    (long long)status->st_size, CONF_FILE_MAX_BYTES);
	return 0;
}

/* systemd lends a credential of root to the service by an access list, which shows as the rights of
 * a group: root's. */
static bool
is_private(const struct stat *status)
{
	bool is_of_root = status->st_uid == 0 && status->st_gid == 0;

	return (status->st_mode & (is_of_root ? S_IRWXO : S_IRWXG | S_IRWXO)) == 0;
}

int
conf_source_read(const char *path, struct conf_source *ret_source, struct err *err)
{
	struct conf_source source;
	struct stat status;
	int fd, r;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
	if (fd < 0)
		return refuse_to_open(-errno, err);
	r = fstat(fd, &status) < 0 ? set_errno(err, -errno) : check_kind(&status, err);
	if (r == 0)
		r = read_all(fd, (size_t)status.st_size, &source.text, &source.length, err);
	close(fd);
	if (r < 0)
		return r;
	source.device = status.st_dev;
	source.inode = status.st_ino;
	source.is_private = is_private(&status);
	source.is_open = (status.st_mode & S_IROTH) != 0;
	*ret_source = source;
	return 0;
}

static int
is_wanted(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(SUFFIX) &&
	       strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* alphasort would ask the locale */
}

static char *
join(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int
list_folder(const char *path, char ***ret_paths, size_t *ret_count, struct err *err)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_wanted, by_name);
	char **paths;
	bool is_whole = true;

	if (count < 0)
		return refuse_to_open(-errno, err);
	paths = calloc((size_t)count + 1, sizeof(*paths));
	for (int i = 0; i < count; i++) {
		if (paths != NULL)
			paths[i] = join(path, entries[i]->d_name);
		is_whole = is_whole && paths != NULL && paths[i] != NULL;
		free(entries[i]);
	}
	free(entries);
	if (paths == NULL || !is_whole) {
		conf_source_free_list(paths, (size_t)count);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret_paths = paths;
	*ret_count = (size_t)count;
	return 0;
}

int
conf_source_list(const char *path, char ***ret_paths, size_t *ret_count, struct err *err)
{
	struct stat status;
	char **paths;

	if (stat(path, &status) < 0)
		return refuse_to_open(-errno, err);
	if (S_ISDIR(status.st_mode))
		return list_folder(path, ret_paths, ret_count, err);
	paths = calloc(1, sizeof(*paths));
	if (paths != NULL)
		paths[0] = strdup(path);
	if (paths == NULL || paths[0] == NULL) {
		free(paths);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret_paths = paths;
	*ret_count = 1;
	return 0;
}

void
conf_source_free_list(char **paths, size_t count)
{
	if (paths == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}
