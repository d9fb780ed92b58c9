/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/store/failing_vfs.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

struct file {
	sqlite3_file base;  /* first */
	sqlite3_file *real; /* behind this */
};

static sqlite3_vfs ours[2];
static sqlite3_vfs *theirs;

static struct {
	enum failing what;
	enum failing_how how;
	int nth, calls;
	bool has_failed;
} plan;

void
failing_vfs_set(enum failing what, enum failing_how how, int nth)
{
	plan.what = what;
	plan.how = how;
	plan.nth = nth;
	plan.calls = 0;
	plan.has_failed = false;
}

bool
failing_vfs_has_failed(void)
{
	return plan.has_failed;
}

static bool
fails(enum failing what)
{
	if (plan.what != what)
		return false;
	plan.calls++;
	if (plan.calls != plan.nth && (plan.how != FAILING_FROM_ON || plan.calls < plan.nth))
		return false;
	plan.has_failed = true;
	errno = EIO;
	return true;
}

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static int
file_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
file_read(sqlite3_file *file, void *to, int count, sqlite3_int64 offset)
{
	if (fails(FAILING_READ))
		return SQLITE_IOERR_READ;
	return real(file)->pMethods->xRead(real(file), to, count, offset);
}

static int
file_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset)
{
	if (fails(FAILING_WRITE)) {
		switch (plan.how) {
		case FAILING_ONCE:
			return SQLITE_IOERR_WRITE;
		case FAILING_FROM_ON:
			return SQLITE_FULL;
		case FAILING_SILENTLY:
			return SQLITE_OK;
		}
	}
	return real(file)->pMethods->xWrite(real(file), from, count, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (fails(FAILING_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	if (fails(FAILING_SYNC))
		return plan.how == FAILING_SILENTLY ? SQLITE_OK : SQLITE_IOERR_FSYNC;
	return real(file)->pMethods->xSync(real(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return real(file)->pMethods->xFileSize(real(file), ret_size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int
file_check_lock(sqlite3_file *file, int *ret_is_locked)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), ret_is_locked);
}

static int
file_control(sqlite3_file *file, int what, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int
file_sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
file_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret_map)
{
	if (fails(FAILING_SHM))
		return SQLITE_IOERR_SHMMAP;
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, ret_map);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
file_shm_unmap(sqlite3_file *file, int is_deleting)
{
	return real(file)->pMethods->xShmUnmap(real(file), is_deleting);
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_characteristics,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *opened, int flags, int *ret_flags)
{
	struct file *file = (struct file *)opened;
	int code;

	(void)vfs;
	opened->pMethods = NULL;
	if (fails(FAILING_OPEN))
		return SQLITE_CANTOPEN;
	file->real = (sqlite3_file *)(file + 1);
	code = theirs->xOpen(theirs, name, file->real, flags, ret_flags);
	if (file->real->pMethods != NULL)
		opened->pMethods = &file_methods;
	return code;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int is_synced)
{
	(void)vfs;
	if (fails(FAILING_DELETE))
		return SQLITE_IOERR_DELETE;
	return theirs->xDelete(theirs, name, is_synced);
}

void
failing_vfs_use(void)
{
	/* the default, and that of the same name which does without locks */
	static const char *const names[] = { "failing", "unix-none" };

	theirs = sqlite3_vfs_find("unix-none");
	assert(theirs != NULL && theirs != &ours[1]);
	for (int i = 1; i >= 0; i--) {
		ours[i] = *theirs;
		ours[i].zName = names[i];
		ours[i].szOsFile = (int)sizeof(struct file) + theirs->szOsFile;
		ours[i].xOpen = vfs_open;
		ours[i].xDelete = vfs_delete;
		sqlite3_vfs_register(&ours[i], i == 0);
	}
}
