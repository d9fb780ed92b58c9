/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define APART_MS 100 /* the two clocks of a moment, at most */

static char boot_id[sizeof(((struct moment *)NULL)->boot_id)];
static pthread_once_t boot_id_once = PTHREAD_ONCE_INIT;

static int64_t
clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now); /* cannot fail for the clocks used here */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_boottime_ms(void)
{
	return clock_us(CLOCK_BOOTTIME) / 1000;
}

int64_t
clock_boottime_us(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

int64_t
clock_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t
clock_wall_ms(void)
{
	return clock_us(CLOCK_REALTIME) / 1000;
}

bool
clock_is_synchronised(void)
{
	struct timex timex = { .modes = 0 };
	int r = adjtimex(&timex);

	/* a sandbox may forbid even to ask; then this is what the usual daemon leaves behind */
	if (r < 0)
		return access("/run/systemd/timesync/synchronized", F_OK) == 0;
	return r != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
}

static void
boot_id_read(void)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = -1;

	if (fd >= 0) {
		len = read(fd, boot_id, sizeof(boot_id) - 1);
		close(fd);
	}
	if (len == (ssize_t)sizeof(boot_id) - 1)
		return;
	/* Must never equal another process's: an unknown boot has to count as another one. */
	snprintf(boot_id, sizeof(boot_id), "%lld-%lld", (long long)getpid(),
	    (long long)clock_us(CLOCK_REALTIME));
}

int
clock_east_min(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL)
		return 0;
	return (int)(tm.tm_gmtoff / 60);
}

void
clock_moment(struct moment *ret_moment)
{
	pthread_once(&boot_id_once, boot_id_read);
	memcpy(ret_moment->boot_id, boot_id, sizeof(boot_id));
	/* Who is held up between the two clocks would see the wall clock jump. */
	do {
		ret_moment->boottime_ms = clock_boottime_ms();
		ret_moment->wall_ms = clock_wall_ms();
	} while (clock_boottime_ms() - ret_moment->boottime_ms > APART_MS);
}
