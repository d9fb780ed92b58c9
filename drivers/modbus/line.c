/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

#include "drivers/modbus/modbus_driver.h"

int
mb_line_check_fd(int fd, struct err *err)
{
	if (fd < 0 || fd >= FD_SETSIZE)
		return err_set(err, -EMFILE,
		    "too many open files: Modbus can use the first %d only", FD_SETSIZE);
	return 0;
}

int
mb_line_tame(modbus_t *context, struct err *err)
{
	if (modbus_set_debug(context, FALSE) < 0 ||
	    modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_NONE) < 0 ||
	    modbus_set_byte_timeout(context, 0, 0) < 0)
		return err_set(err, -EINVAL, "libmodbus: %s", modbus_strerror(errno));
	return 0;
}

int
mb_line_receive(modbus_t *context, uint64_t limit_us, uint8_t *frame)
{
	int r = modbus_set_response_timeout(
	    context, (uint32_t)(limit_us / 1000000), (uint32_t)(limit_us % 1000000));

	if (r == 0)
		r = modbus_receive_confirmation(context, frame);
	if (r >= 0)
		return r;
	/* Something has come, so a time-out means that the frame was cut short. */
	if (errno > MODBUS_ENOBASE || errno == ETIMEDOUT || errno == EAGAIN)
		return -EBADMSG;
	return errno == 0 ? -EIO : -errno;
}

int
mb_line_wait(int fd, uint64_t timeout_us)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct timespec timeout = { (time_t)(timeout_us / 1000000),
		(long)(timeout_us % 1000000) * 1000 };
	int r;

	do
		r = ppoll(&pollfd, 1, &timeout, NULL);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}
